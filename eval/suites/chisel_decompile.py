"""VerilogEval's golden designs to be written in Chisel: the way back from Verilog.

`hardened`: the answer passes the problem's own testbench. `formal`: it is proved equal to the
golden design. The question shows the golden design itself, under the name an answer must have.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from gatewright.core import Candidate, Problem, ReferenceSpec, UsageError, Verdict
from gatewright.eval.suites.base import Dataset
from gatewright.eval.suites.chisel_eval import ChiselEval
from gatewright.eval.suites.verilogeval_errata import golden_answer
from gatewright.eval.suites.verilogeval_rules import HARDENED
from gatewright.models import Message
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.isolation import Isolation, Level, open_isolation

FORMAL = "formal"


class ChiselDecompile:
    """`chisel-decompile`: 156 golden designs. `open` gives the isolation that candidates run in."""

    name = "chisel-decompile"
    rule_sets: Sequence[str] = (HARDENED, FORMAL)
    default_rules: Sequence[str] = (HARDENED, FORMAL)

    def __init__(self, open: Callable[[], Isolation] = open_isolation) -> None:
        self._open = open
        self._eval = ChiselEval(lambda: self._isolation)

    def load(self, data: Path | None) -> Dataset:
        """Read VerilogEval's problems; the specification is the golden design."""
        from gatewright.agents.translate import translation_spec

        found = self._eval.load(data)
        problems = (
            replace(problem, spec=translation_spec(golden_answer(problem).sources))
            for problem in found.problems
        )
        return replace(found, problems=tuple(problems))

    def messages(self, problem: Problem) -> Sequence[Message]:
        """The golden design, with this project's rules for Chisel."""
        return self._eval.messages(problem)

    def extract(self, problem: Problem, response: str) -> Candidate:
        """The block that defines the top class, with what it uses."""
        return self._eval.extract(problem, response)

    def references(self, problem: Problem) -> Candidate:
        """The golden design, which is Verilog."""
        return self._eval.references(problem)

    def cost(self, problem: Problem) -> float:
        """CPU seconds that checking the golden design takes, roughly."""
        return self._eval.cost(problem)

    def harness(self, rules: str) -> Harness:
        """The check of a rule set. Raises UsageError for an unknown name."""
        if rules == HARDENED:
            return self._eval.harness(rules)
        if rules == FORMAL:
            return _open_proof(self._isolation)
        raise UsageError(
            f"{self.name} has no rule set {rules!r}", hint=f"choose of {', '.join(self.rule_sets)}"
        )

    @cached_property
    def _isolation(self) -> Isolation:
        return self._open()


@dataclass(frozen=True, slots=True)
class _Proof:
    """Asks `inner`, which takes a ReferenceSpec, about a problem that has a testbench."""

    inner: Harness
    rules: str = FORMAL

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        golden = ReferenceSpec(golden_answer(problem).sources, problem.top)
        asked = replace(problem, harness=golden, interface=None)
        return replace(self.inner.check(asked, candidate), rules=self.rules)


_opening = threading.Lock()
_proofs: dict[Level, _Proof] = {}


def _open_proof(isolation: Isolation) -> _Proof:
    """The proof that everything in this process shares: Yosys stays warm in it."""
    import atexit

    from gatewright.sandbox.harness.chisel import ChiselHarness
    from gatewright.sandbox.harness.equivalence import ENTRY, EquivalenceHarness
    from gatewright.sandbox.tools.yosys import Yosys

    with _opening:
        found = _proofs.get(isolation.level)
        if found is None:
            yosys = Yosys(isolation, ENTRY)
            atexit.register(yosys.close)
            proof = EquivalenceHarness(isolation, yosys)
            found = _proofs[isolation.level] = _Proof(ChiselHarness(isolation, proof))
        return found
