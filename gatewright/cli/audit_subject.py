"""A testbench to be audited: as a problem, with the design that is right for it and its check."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.cli.console import say
from gatewright.cli.inputs import read_sources
from gatewright.core import (
    Candidate,
    CocotbSpec,
    Language,
    Problem,
    Provenance,
    Source,
    TestbenchSpec,
    UsageError,
    language_of,
)

if TYPE_CHECKING:
    from gatewright.sandbox.harness import Harness
    from gatewright.sandbox.isolation import Isolation

SIMULATION_S = 10.0
_PATIENCE = 10  # a mutant that takes so many times longer than the reference has failed


@dataclass(frozen=True, slots=True)
class Wish:
    """What the flags say is to be audited."""

    subject: str
    reference: tuple[str, ...]
    data: tuple[str, ...]
    rules: str
    problems: str
    top: str


def patient_harness(problem: Problem, design: Candidate, isolation: Isolation) -> Harness:
    """The check of a testbench, bounded by what it takes on the reference: mutants may run on."""
    generous = _harness(problem, isolation, SIMULATION_S)
    generous.check(problem, design)  # looks into the testbench, too
    seconds = min(SIMULATION_S, 1 + _PATIENCE * generous.check(problem, design).cpu_s)
    return _harness(problem, isolation, seconds)


def _harness(problem: Problem, isolation: Isolation, seconds: float) -> Harness:
    """The check of a testbench whose simulations end after so many CPU seconds."""
    if isinstance(problem.harness, CocotbSpec):
        from gatewright.sandbox.harness.cocotb import LIMITS, CocotbHarness

        limits = replace(LIMITS, cpu_s=SIMULATION_S + seconds)
        return CocotbHarness(isolation, limits, reproducible=True)
    from gatewright.sandbox.harness.simulators import SimulatorChoice
    from gatewright.sandbox.harness.testbench import SIMULATION, TestbenchHarness

    limits = replace(SIMULATION, cpu_s=seconds)
    auto = SimulatorChoice.AUTO
    return TestbenchHarness(isolation, limits=limits, simulator=auto, announce=say)


def subject_of(wish: Wish) -> tuple[Problem, Candidate]:
    """A testbench as a problem, and its reference as a design for it.

    A testbench that also instantiates the reference gets both, the design under the name it wants.
    Raises UsageError where the two do not fit together.
    """
    if not wish.reference:
        raise UsageError("a testbench needs the design that is right", hint="--reference FILE")
    sources = read_sources(wish.reference)
    name = Path(wish.subject).stem
    if language_of(wish.subject) is Language.PYTHON:
        from gatewright.cli.checking import check_spec

        spec = check_spec(None, None, [wish.subject], list(wish.data))
        return (
            Problem(name, "", top=wish.top, harness=spec, reference=sources),
            Candidate(sources, Provenance.REFERENCE),
        )
    return _around(wish, name, sources)


def _around(wish: Wish, name: str, sources: tuple[Source, ...]) -> tuple[Problem, Candidate]:
    from gatewright.cli.checking import check_spec
    from gatewright.sandbox.harness.modules import missing_modules, modules_of
    from gatewright.sandbox.tools.slang import top_modules

    spec = check_spec([wish.subject], None, None, list(wish.data))
    if not isinstance(spec, TestbenchSpec):
        raise TypeError(spec)
    missing, defined, tops = missing_modules(spec), modules_of(sources), top_modules(sources)
    wanted = [m for m in missing if m not in defined] or list(missing)
    if wish.top and wish.top in missing:
        wanted = [wish.top]
    if len(wanted) != 1 or len(missing) > 2 or (wanted[0] not in defined and len(tops) != 1):
        raise UsageError(
            f"the testbench instantiates {', '.join(missing) or 'nothing'}, and the reference "
            f"defines {', '.join(defined) or 'nothing'}",
            hint="name the design's module: --top",
        )
    if len(missing) == 2:
        spec = replace(spec, reference=sources)
    if wanted[0] not in defined:
        sources = tuple(_renamed(source, tops[0], wanted[0]) for source in sources)
    problem = Problem(name, "", top=wanted[0], harness=spec, reference=sources)
    return problem, Candidate(sources, Provenance.REFERENCE)


def _renamed(source: Source, old: str, new: str) -> Source:
    return replace(source, text=re.sub(rf"\b{re.escape(old)}\b", new, source.text))
