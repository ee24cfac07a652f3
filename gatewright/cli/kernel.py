"""GPU kernels on the command line: what is checked against which PyTorch module, and how told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class KernelCheck:
    """How a kernel is checked: rule set, seed, CPU seconds of a run, which GPU it is for.

    `static`: with nvcc and the counters.
    """

    rules: str
    seed: int | None = None
    time_limit_s: float | None = None
    gpu: str = ""
    static: bool = True


def check_kernel(
    isolation: Isolation,
    designs: Sequence[str],
    reference: Sequence[str] | None,
    check: KernelCheck,
) -> Verdict:
    """The verdict on a kernel. Raises a GatewrightError for what is not the kernel's fault."""
    from gatewright.cli.console import say
    from gatewright.cli.patience import Patience
    from gatewright.sandbox.harness.kernel import BUDGET, KernelHarness
    from gatewright.sandbox.harness.kernel_device import DeviceWish
    from gatewright.sandbox.kernel_model.gpus import DEFAULT, gpu_spec

    problem = kernel_problem(designs, reference)
    candidate = Candidate((read_source(designs[0], Language.PYTHON),))
    budget, limit = BUDGET, check.time_limit_s
    if limit is not None:
        budget = replace(BUDGET, cpu_s=limit, wall_s=6 * limit)
    wish = DeviceWish(static=check.static, gpu=gpu_spec(check.gpu or DEFAULT).name)
    harness = KernelHarness(isolation, check.rules, check.seed, wish, budget, say)
    with Patience("checking"), harness:
        return harness.check(problem, candidate)
