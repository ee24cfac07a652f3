"""ChipBench: 45 Verilog designs to write (`chipbench`), 89 to mend (`chipbench-debug`).

Source: github.com/zhongkaiyu/ChipBench (MIT), arXiv 2601.21448. VerilogEval v2's own scripts score
it (its `sv-iv-analyze` and Makefile are the same to the letter), so prompt, extraction and the rule
set `official` are VerilogEval's; `errata` and `hardened` are described in docs/errata_chipbench.md.
`chipbench-debug-1shot` has the same 89 with an example in each prompt, part of the dataset's files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gatewright.core import Candidate, DataError, FailureClass, Problem, UsageError, Verdict
from gatewright.datasets import chipbench as data_format
from gatewright.datasets.chipbench import Task
from gatewright.datasets.verilogeval import Task as Format
from gatewright.eval.suites.base import Dataset
from gatewright.eval.suites.chipbench_errata import (
    corrected,
    golden_answer,
    known_faults,
    only_eases,
)
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
from gatewright.sandbox.harness.testbench import TestbenchHarness
from gatewright.sandbox.isolation import Isolation, open_isolation
from gatewright.sandbox.tools.icarus import open_icarus


class ChipBench:
    """One of the tasks. `open` gives the isolation in which candidates run."""

    rule_sets: Sequence[str] = (OFFICIAL, ERRATA, HARDENED)
    default_rules: Sequence[str] = (OFFICIAL, ERRATA, HARDENED)

    def __init__(self, task: Task, open: Callable[[], Isolation] = open_isolation) -> None:
        self.task = task
        self._open = open
        self._runs = Runs(only_eases)
        self._names: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name on the command line."""
        return self.task.value

    def load(self, data: Path | None) -> Dataset:
        """Read the problems from a copy of the published repository, whole or in part."""
        if data is None:
            raise DataError(
                f"{self.name} needs its data",
                hint=f"give --data DIR, or fetch it: gatewright datasets get {self.name}",
            )
        found = data_format.load(data, self.task)
        self._names = tuple(problem.id for problem in found.problems)
        return Dataset(found.problems, found.sha256, str(found.folder))

    def messages(self, problem: Problem) -> Sequence[Message]:
        """The published prompt."""
        return messages(problem, Format.SPEC_TO_RTL)

    def extract(self, problem: Problem, response: str) -> Candidate:
        """The published reading of an answer."""
        return extract(problem, response, Format.SPEC_TO_RTL)

    def references(self, problem: Problem) -> Candidate:
        """The golden design as an answer: `official` still fails it where it must."""
        return golden_answer(problem)

    def known_faults(self, rules: str) -> Mapping[str, str]:
        """The references that the published flow fails, of the problems last loaded, and why."""
        return known_faults(self._names) if rules == OFFICIAL else {}

    def hardened_on(self, simulator: SimulatorChoice) -> Harness:
        """The hardened rule set, on that simulator."""
        return _Hardened(TestbenchHarness(self._isolation, rules=HARDENED, simulator=simulator))

    def harness(self, rules: str) -> Harness:
        """The check of a rule set.

        Raises UsageError for an unknown name, ToolMissing without Icarus.
        """
        if rules in (OFFICIAL, ERRATA):
            icarus = open_icarus(self._isolation)
            return PublishedRules(rules, self._isolation, icarus, self._runs, corrected)
        if rules == HARDENED:
            return self.hardened_on(SimulatorChoice.ICARUS)
        raise UsageError(
            f"{self.name} has no rule set {rules!r}", hint=f"choose of {', '.join(self.rule_sets)}"
        )

    def official_table(self, samples: Mapping[str, Sequence[Verdict | None]]) -> str:
        """The published table of a run's `official` verdicts, by problem; None = no such sample."""
        return table(
            {name: [_record(each) for each in row] for name, row in samples.items() if row}
        )

    @cached_property
    def _isolation(self) -> Isolation:
        return self._open()


@dataclass(frozen=True, slots=True)
class _Hardened:
    """The testbench harness, given the corrected problem."""

    inner: TestbenchHarness

    @property
    def rules(self) -> str:
        return HARDENED

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        return self.inner.check(self.as_checked(problem, candidate), candidate)

    def as_checked(self, problem: Problem, candidate: Candidate) -> Problem:
        return corrected(problem)


def _record(verdict: Verdict | None) -> Record:
    if verdict is None:
        return Record()
    nothing = verdict.failure_class is FailureClass.NO_CODE and not verdict.code
    return Record("m" if nothing else verdict.code, verdict.mismatches or 0)


def generation() -> ChipBench:
    """The suite `chipbench`."""
    return ChipBench(Task.GENERATION)


def debugging() -> ChipBench:
    """The suite `chipbench-debug`."""
    return ChipBench(Task.DEBUGGING)


def debugging_one_shot() -> ChipBench:
    """The suite `chipbench-debug-1shot`."""
    return ChipBench(Task.DEBUGGING_ONE_SHOT)
