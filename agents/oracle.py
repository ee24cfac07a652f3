"""What the loop may look at while it works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from gatewright.core import (
    HarnessSpec,
    KernelSpec,
    Oracle,
    Problem,
    ReferenceSpec,
    TestbenchSpec,
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


# A generated testbench costs a model's calls: it is made where it is asked for, and not otherwise.
_LADDER = (Oracle.GOLDEN, Oracle.REFERENCE, Oracle.DERIVED, Oracle.NONE)
_TOLD = (Oracle.GOLDEN, Oracle.REFERENCE)
_GENERATING = (Oracle.DERIVED, Oracle.GENERATED, Oracle.NONE)


def choose(
    problem: Problem,
    most: Oracle | None,
    harnesses: HarnessFactory,
    derived: Callable[[], TestbenchSpec | None],
    generated: Callable[[], HarnessSpec | None] = lambda: None,
) -> Choice:
    """The best oracle the problem has, but none better than `most` (None = any).

    golden: the problem's own testbench. reference: its trusted design. derived: `derived()`, a
    testbench made from the specification's own tables, or a kernel's PyTorch module where the task
    shows it. generated: `generated()`, a testbench that a
    model wrote; only where that is asked for, and the specification has no tables. none: syntax
    and elaboration only, where no verdict is ever a pass.
    """
    ladder = _GENERATING if most is Oracle.GENERATED or _written(problem) else _LADDER
    first = ladder.index(most) if most in ladder and most is not Oracle.GENERATED else 0
    for oracle in ladder[first:]:
        spec = _spec(problem, oracle, derived, generated)
        if spec is not None or oracle is Oracle.NONE:
            note = ""
            if most is Oracle.GENERATED and oracle is Oracle.DERIVED:
                note = "the specification's own tables are used; no testbench is generated"
            elif most is not None and oracle is not most:
                note = f"the problem has no {most} oracle: {oracle} is used"
            # What was made from the specification alone must not look at the golden design.
            golden = problem.reference if oracle in _TOLD else ()
            task = replace(problem, harness=spec, reference=golden)
            return Choice(oracle, harnesses(spec), task, note)
    raise AssertionError("the ladder ends with none")


def _written(problem: Problem) -> bool:
    """A model wrote what answers are compared with."""
    return isinstance(problem.harness, KernelSpec) and problem.harness.generated


def _spec(
    problem: Problem,
    oracle: Oracle,
    derived: Callable[[], TestbenchSpec | None],
    generated: Callable[[], HarnessSpec | None],
) -> HarnessSpec | None:
    own = problem.harness
    if isinstance(own, KernelSpec) and own.generated:
        return own if oracle is Oracle.GENERATED else None
    if isinstance(own, KernelSpec) and oracle is Oracle.DERIVED:
        return own  # the module is the specification, word for word
    if oracle is Oracle.GOLDEN:
        return None if isinstance(own, ReferenceSpec | KernelSpec) else own
    if oracle is Oracle.REFERENCE:
        if isinstance(own, ReferenceSpec | KernelSpec):
            return own
        return ReferenceSpec(problem.reference) if problem.reference else None
    if oracle is Oracle.GENERATED:
        return generated()
    return derived() if oracle is Oracle.DERIVED else None
