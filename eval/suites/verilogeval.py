"""VerilogEval v2: 156 problems, as a specification (`verilogeval`) or as a module to complete.

Source: github.com/NVlabs/verilog-eval (MIT), arXiv 2408.11053. Prompts, extraction and the rule
set `official` are the published ones; `errata` and `hardened` are described in docs/errata.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from gatewright.core import Candidate, DataError, FailureClass, Problem, UsageError, Verdict
from gatewright.datasets import verilogeval as data_format
from gatewright.datasets.verilogeval import Task
from gatewright.eval.suites.base import Dataset
from gatewright.eval.suites.verilogeval_errata import golden_answer, known_faults
from gatewright.eval.suites.verilogeval_extract import extract
from gatewright.eval.suites.verilogeval_official import Record, table
from gatewright.eval.suites.verilogeval_prompt import messages
from gatewright.eval.suites.verilogeval_rules import (
    ERRATA,
    HARDENED,
    OFFICIAL,
    PublishedRules,
    Runs,
)
from gatewright.models import Message
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.harness.simulators import SimulatorChoice
from gatewright.sandbox.isolation import Isolation, open_isolation
from gatewright.sandbox.tools.icarus import open_icarus

_NAMES = {Task.SPEC_TO_RTL: "verilogeval", Task.CODE_COMPLETE: "verilogeval-complete"}

# A runner need not check an answer without code. The published flow compiles an empty file, or the
# bare header that the task gives.
_LETTER_OF_NOTHING = {Task.SPEC_TO_RTL: "m", Task.CODE_COMPLETE: "S"}

# CPU seconds of the golden design where they are more than a few hundredths, Icarus Verilog 11.
_SLOW = {
    "Prob144_conwaylife": 3.6,
    "Prob141_count_clock": 1.6,
    "Prob082_lfsr32": 1.5,
    "Prob156_review2015_fancytimer": 0.8,
    "Prob068_countbcd": 0.3,
    "Prob108_rule90": 0.15,
    "Prob124_rule110": 0.13,
    "Prob021_mux256to1v": 0.13,
    "Prob106_always_nolatches": 0.11,
    "Prob030_popcount255": 0.08,
}
_USUAL = 0.02


class VerilogEval:
    """One of the two tasks. `open` gives the isolation in which candidates run."""

    rule_sets: Sequence[str] = (OFFICIAL, ERRATA, HARDENED)
    default_rules: Sequence[str] = (OFFICIAL, ERRATA, HARDENED)

    def __init__(self, task: Task, open: Callable[[], Isolation] = open_isolation) -> None:
        self.task = task
        self._open = open
        self._runs = Runs()

    @property
    def name(self) -> str:
        """The name on the command line."""
        return _NAMES[self.task]

    def load(self, data: Path | None) -> Dataset:
        """Read the problems from a copy of the published repository, whole or in part."""
        if data is None:
            raise DataError(
                f"{self.name} needs its data",
                hint=f"give --data DIR, or fetch it: gatewright datasets get {self.name}",
            )
        found = data_format.load(data, self.task, self.name)
        return Dataset(found.problems, found.sha256, str(found.folder))

    def messages(self, problem: Problem) -> Sequence[Message]:
        """The published prompt, without examples and rules."""
        return messages(problem, self.task)

    def extract(self, problem: Problem, response: str) -> Candidate:
        """The published reading of an answer."""
        return extract(problem, response, self.task)

    def references(self, problem: Problem) -> Candidate:
        """The corrected golden design as an answer: `official` still fails it where it must."""
        return golden_answer(problem)

    def known_faults(self, rules: str) -> Mapping[str, str]:
        """The references that the published flow fails on the installed simulator, and why."""
        if rules != OFFICIAL:
            return {}
        return known_faults(self.name, open_icarus(self._isolation).major)

    def cost(self, problem: Problem) -> float:
        """CPU seconds that checking the golden design takes, roughly."""
        return _SLOW.get(problem.id, _USUAL)

    def hardened_on(self, simulator: SimulatorChoice) -> Harness:
        """The hardened rule set, on that simulator."""
        from gatewright.eval.suites.verilogeval_hardened import HardenedRules

        return HardenedRules.on(self._isolation, frozenset(_SLOW), simulator)

    def harness(self, rules: str) -> Harness:
        """The check of a rule set. Those of one suite share runs where that is exact.

        Raises UsageError for an unknown name, ToolMissing without Icarus.
        """
        if rules in (OFFICIAL, ERRATA):
            icarus = open_icarus(self._isolation)
            return PublishedRules(rules, self._isolation, icarus, self._runs)
        if rules == HARDENED:
            return self.hardened_on(SimulatorChoice.ICARUS)
        raise UsageError(
            f"{self.name} has no rule set {rules!r}", hint=f"choose of {', '.join(self.rule_sets)}"
        )

    def official_table(self, samples: Mapping[str, Sequence[Verdict | None]]) -> str:
        """The published table of a run's `official` verdicts, by problem; None = no such sample."""
        return table(
            {name: [self._record(each) for each in row] for name, row in samples.items() if row}
        )

    def _record(self, verdict: Verdict | None) -> Record:
        if verdict is None:
            return Record()
        code = verdict.code
        if verdict.failure_class is FailureClass.NO_CODE and not code:
            code = _LETTER_OF_NOTHING[self.task]
        return Record(code, verdict.mismatches or 0)

    @cached_property
    def _isolation(self) -> Isolation:
        return self._open()


def spec_to_rtl() -> VerilogEval:
    """The suite `verilogeval`."""
    return VerilogEval(Task.SPEC_TO_RTL)


def code_complete() -> VerilogEval:
    """The suite `verilogeval-complete`."""
    return VerilogEval(Task.CODE_COMPLETE)
