"""What the loop may look at while it works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from gatewright.core import (
    HarnessSpec,
    Oracle,
    Problem,
    ReferenceSpec,
    TestbenchSpec,
    UsageError,
)
from gatewright.sandbox.harness import Harness


class HarnessFactory(Protocol):
    """Makes the check for a kind of specification; None = what tools see without any."""

    def __call__(self, spec: HarnessSpec | None) -> Harness:
        """A harness for specifications of that kind."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """The oracle chosen, the harness that applies it, and the problem as that harness wants it."""

    oracle: Oracle
    harness: Harness
    problem: Problem
    note: str = ""

    @property
    def blind(self) -> bool:
        """Nothing tells right from wrong: a clean verdict is the most there is."""
        return self.oracle is Oracle.NONE


_LADDER = (Oracle.GOLDEN, Oracle.REFERENCE, Oracle.DERIVED, Oracle.NONE)


def choose(
    problem: Problem,
    most: Oracle | None,
    harnesses: HarnessFactory,
    derived: Callable[[], TestbenchSpec | None],
) -> Choice:
    """The best oracle the problem has, but none better than `most` (None = any).

    golden: the problem's own testbench. reference: its trusted design. derived: `derived()`, a
    testbench made from the specification's own tables. none: syntax and elaboration only, where
    no verdict is ever a pass. Raises UsageError for a kind that cannot be had.
    """
    if most is Oracle.GENERATED:
        raise UsageError(
            "generated testbenches are not offered",
            hint="oracles: golden, reference, derived, none",
        )
    for oracle in _LADDER[_LADDER.index(most) if most is not None else 0 :]:
        spec = _spec(problem, oracle, derived)
        if spec is not None or oracle is Oracle.NONE:
            note = ""
            if most is not None and oracle is not most:
                note = f"the problem has no {most} oracle: {oracle} is used"
            return Choice(oracle, harnesses(spec), replace(problem, harness=spec), note)
    raise AssertionError("the ladder ends with none")


def _spec(
    problem: Problem, oracle: Oracle, derived: Callable[[], TestbenchSpec | None]
) -> HarnessSpec | None:
    own = problem.harness
    if oracle is Oracle.GOLDEN:
        return None if isinstance(own, ReferenceSpec) else own
    if oracle is Oracle.REFERENCE:
        if isinstance(own, ReferenceSpec):
            return own
        return ReferenceSpec(problem.reference) if problem.reference else None
    return derived() if oracle is Oracle.DERIVED else None
