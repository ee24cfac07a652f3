"""`gatewright verify --language cuda|triton`: a GPU kernel against a PyTorch module."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gatewright.cli.inputs import read_source
from gatewright.core import Candidate, KernelSpec, Language, Problem, UsageError, Verdict
from gatewright.sandbox.isolation import Isolation

LANGUAGES = ("cuda", "triton")


def is_kernel(language: str | None, designs: Sequence[str]) -> bool:
    """Whether what is to be checked is a kernel. Raises UsageError for an unknown language."""
    if language in LANGUAGES:
        return True
    hardware = (*(str(one) for one in Language), None)
    if language not in hardware:
        raise UsageError(
            f"cannot check {language!r}", where="--language", hint="verilog, cuda or triton"
        )
    return language is None and any(name.endswith(".cu") for name in designs)


def kernel_problem(designs: Sequence[str], reference: Sequence[str] | None) -> Problem:
    """The problem that `--reference` describes. Raises UsageError where that is not one file."""
    if len(designs) != 1 or not reference or len(reference) != 1:
        raise UsageError(
            "a kernel is one file, compared with one PyTorch module",
            hint="gatewright verify SOLUTION.py --language cuda --reference PROBLEM.py",
        )
    source = read_source(reference[0], Language.PYTHON)
    is_function = designs[0].endswith(".cu")
    entry = "forward" if is_function else "ModelNew"
    spec = KernelSpec(source, entry=entry, is_function=is_function)
    return Problem(Path(designs[0]).stem or "stdin", "", language=Language.CUDA, harness=spec)


def check_kernel(
    isolation: Isolation,
    designs: Sequence[str],
    reference: Sequence[str] | None,
    rules: str,
    seed: int | None,
    time_limit_s: float | None,
) -> Verdict:
    """The verdict on a kernel. Raises a GatewrightError for what is not the kernel's fault."""
    from dataclasses import replace

    from gatewright.cli.console import say
    from gatewright.cli.patience import Patience
    from gatewright.sandbox.harness.kernel import BUDGET, KernelHarness

    problem = kernel_problem(designs, reference)
    candidate = Candidate((read_source(designs[0], Language.PYTHON),))
    budget = BUDGET
    if time_limit_s is not None:
        budget = replace(BUDGET, cpu_s=time_limit_s, wall_s=6 * time_limit_s)
    harness = KernelHarness(isolation, rules, seed=seed, budget=budget, announce=say)
    with Patience("checking"), harness:
        return harness.check(problem, candidate)
