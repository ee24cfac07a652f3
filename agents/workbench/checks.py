"""Checks of designs: static, by simulation, by proof, of kernels."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gatewright.agents.workbench.results import Checked
from gatewright.agents.workbench.secrets import as_arguments
from gatewright.agents.workbench.waves import Waves
from gatewright.core import (
    Candidate,
    HarnessSpec,
    KernelSpec,
    Language,
    Problem,
    ReferenceSpec,
    Source,
    UsageError,
    Verdict,
)
from gatewright.sandbox.harness.checking import Check
from gatewright.sandbox.harness.modules import checked_modules, hint_of, require_module
from gatewright.sandbox.harness.told import decided_by, told

if TYPE_CHECKING:
    from gatewright.agents.library import Library
    from gatewright.sandbox.isolation import Isolation

KERNELS = ("cuda", "triton")
_LONGEST_S = 3600.0


@dataclass(frozen=True, slots=True)
class CheckWish:
    """A design and what it is checked against; see `Workbench.verify`."""

    design: tuple[Source, ...]
    check: HarnessSpec
    top: str = ""
    seed: int | None = None
    time_limit_s: float | None = None
    simulator: str = "auto"
    formal: bool = False
    wave_of_pass: bool = False
    library: Library | None = None


class Checks:
    """Carries checks out under one isolation; failing simulations leave their waveforms."""

    def __init__(self, isolation: Isolation, waves: Waves) -> None:
        self._isolation, self._waves = isolation, waves

    def lint(self, design: tuple[Source, ...], top: str, context: tuple[Source, ...]) -> Verdict:
        """What the tools say of a design by itself: never a pass."""
        from gatewright.agents.harnesses import Harnesses

        require_design(design)
        require_module(design, top)
        problem = Problem(id=top or "lint", spec="", top=top, context=context)
        if all(source.language is Language.CHISEL for source in design):
            problem = replace(problem, language=Language.CHISEL)
        return Harnesses(self._isolation)(None).check(problem, Candidate(design))

    def verify(self, wish: CheckWish) -> Checked:
        """The verdict of a check. Raises a GatewrightError for what is not the design's fault."""
        require_design(wish.design)
        require_seconds(wish.time_limit_s)
        top, spec = checked_modules(wish.design, wish.top, wish.check)
        candidate = Candidate(wish.design)
        problem = Problem(id=top or "design", spec="", top=top, harness=spec)
        if wish.library is not None:
            from gatewright.agents.beside import among

            problem = among(wish.library, problem, candidate)
            spec = problem.harness or spec
        name, place = self._waves.place()
        check = Check(
            self._isolation,
            place,
            wish.time_limit_s,
            wish.formal,
            wish.seed,
            wish.simulator,
            wave_of_pass=wish.wave_of_pass,
        )
        carried = check.carry_out(spec, problem, candidate)
        wave = self._waves.keep(name, place) if carried.verdict.waveform else ""
        if not wave:
            with suppress(OSError):
                place.unlink(missing_ok=True)
        verdict = replace(carried.verdict, waveform=None)
        return Checked(verdict, _words(verdict, carried.unit, candidate), carried.unit, wave)

    def kernel(self, wish: CheckWish) -> Checked:
        """The verdict on a GPU kernel. Raises UsageError where it is not one file."""
        from gatewright.sandbox.harness.kernel import BUDGET, KernelHarness

        require_seconds(wish.time_limit_s)
        reference = wish.check.reference if isinstance(wish.check, ReferenceSpec) else ()
        if len(wish.design) != 1 or len(reference) != 1:
            raise UsageError("a kernel is one file, compared with one PyTorch module")
        is_function = wish.design[0].name.endswith(".cu")
        spec = KernelSpec(
            reference[0], entry="forward" if is_function else "ModelNew", is_function=is_function
        )
        problem = Problem("kernel", "", language=Language.CUDA, harness=spec)
        budget = BUDGET
        if wish.time_limit_s is not None:
            budget = replace(BUDGET, cpu_s=wish.time_limit_s, wall_s=6 * wish.time_limit_s)
        with KernelHarness(self._isolation, seed=wish.seed, budget=budget) as harness:
            verdict = harness.check(problem, Candidate(wish.design))
        return Checked(verdict, f"{told(verdict)}\n{decided_by(verdict)}")


def is_kernel(language: str, design: Sequence[Source]) -> bool:
    """Whether what is to be checked is a kernel. Raises UsageError for an unknown language."""
    if language in KERNELS:
        return True
    if language not in ("", *(str(one) for one in Language)):
        raise UsageError(f"cannot check {language!r}", hint=f"verilog, {', '.join(KERNELS)}")
    return not language and any(source.name.endswith(".cu") for source in design)


def require_design(design: Sequence[Source]) -> None:
    """Raises UsageError where there is no code to look at."""
    if not any(source.text.strip() for source in design):
        raise UsageError("no design is given", hint="give files, or their text")


def require_seconds(limit: float | None) -> None:
    """Raises UsageError for a time limit that is none."""
    if limit is not None and not 0.1 <= limit <= _LONGEST_S:
        raise UsageError(
            f"{limit:g} is no time limit", where="time_limit_s", hint="0.1 to 3600 CPU seconds"
        )


def require_top(design: Sequence[Source], top: str) -> None:
    """Raises UsageError where the design has no module `top`."""
    require_design(design)
    require_module(design, top)


def _words(verdict: Verdict, unit: str, candidate: Candidate) -> str:
    hint = as_arguments(hint_of(verdict, candidate))
    return f"{told(verdict, unit)}\n{hint}" if hint else told(verdict, unit)
