"""RTLLM's rule sets: `official` and `errata` look for a word, `hardened` cannot be told one.

`official` is what `auto_run.py` looks at: did the compiler leave a binary (syntax), and does the
simulation's output have `Pass` or `pass` in it (function). `errata` asks the same of corrected
testbenches; `hardened` gives these to the testbench harness.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gatewright.core import Candidate, FailureClass, Outcome, Problem, Verdict
from gatewright.eval.suites.rtllm_errata import corrected
from gatewright.eval.suites.rtllm_flow import SIMULATE_CPU_S, FlowRun, run_flow
from gatewright.sandbox.harness.cut_short import CUT_SHORT
from gatewright.sandbox.harness.simulators import SimulatorChoice
from gatewright.sandbox.harness.testbench import SIMULATION, TestbenchHarness
from gatewright.sandbox.isolation import Ending, Isolation
from gatewright.sandbox.tools.icarus import TOOL, Icarus, gave_up_parsing, parse_messages

OFFICIAL = "official"
ERRATA = "errata"
HARDENED = "hardened"

PASS, SILENT, LATE, UNBUILT = ".", "F", "T", "S"
"""A verdict's `code`: the word was printed; it was not; 8 s were up; there was no binary."""

_WORDS = ("Pass", "pass")
_LATE_ENDINGS = (Ending.CPU, Ending.WALL)


def letter(run: FlowRun) -> str:
    """The code of one run."""
    if not run.compiled:
        return UNBUILT
    if run.finished.ending in _LATE_ENDINGS:
        return LATE
    return PASS if any(word in run.output for word in _WORDS) else SILENT


@dataclass(frozen=True, slots=True)
class WordRules:
    """The harness of `official` and `errata`."""

    rules: str
    isolation: Isolation
    icarus: Icarus

    @property
    def reads_raw_text(self) -> bool:
        """True: prints count, and a design's own are not told from the testbench's."""
        return True

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        """One compilation and one simulation; the letter is the verdict's `code`."""
        as_ruled = self.as_checked(problem, candidate)
        run = run_flow(as_ruled, candidate, self.isolation, self.icarus)
        code = letter(run)
        passed = code == PASS
        return Verdict(
            outcome=Outcome.PASS if passed else Outcome.FAIL,
            failure_class=None if passed else _failure(candidate, run),
            score=1.0 if passed else 0.0,
            checks=int(run.compiled),
            mismatches=int(not passed) if run.compiled else None,
            diagnostics=parse_messages(run.messages),
            log=run.messages + run.output,
            tools={TOOL: self.icarus.version},
            cpu_s=run.finished.cpu_s,
            wall_s=run.finished.wall_s,
            rules=self.rules,
            code=code,
        )

    def as_checked(self, problem: Problem, candidate: Candidate) -> Problem:
        """The problem as published, or corrected."""
        return corrected(problem, candidate) if self.rules == ERRATA else problem


def _failure(candidate: Candidate, run: FlowRun) -> FailureClass:
    """The class of a failure by the stage it happened at."""
    if not candidate.sources:
        return FailureClass.NO_CODE
    if run.finished.ending in CUT_SHORT:
        return CUT_SHORT[run.finished.ending]
    if not run.compiled:
        syntax = gave_up_parsing(run.messages)
        return FailureClass.SYNTAX if syntax else FailureClass.ELABORATION
    return FailureClass.MISMATCH if run.finished.returncode == 0 else FailureClass.CRASH


@dataclass(frozen=True, slots=True)
class HardenedRules:
    """The testbench harness, given the corrected problem."""

    inner: TestbenchHarness

    @classmethod
    def on(
        cls, isolation: Isolation, simulator: SimulatorChoice = SimulatorChoice.ICARUS
    ) -> HardenedRules:
        """The rule set under that isolation, on that simulator."""
        limits = replace(SIMULATION, cpu_s=SIMULATE_CPU_S)
        harness = TestbenchHarness(isolation, limits=limits, rules=HARDENED, simulator=simulator)
        return cls(harness)

    @property
    def rules(self) -> str:
        """`hardened`."""
        return HARDENED

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        """The harness's verdict on the corrected problem, its testbench made stricter."""
        return self.inner.check(self.as_checked(problem, candidate), candidate)

    def as_checked(self, problem: Problem, candidate: Candidate) -> Problem:
        """The corrected problem, its testbench made stricter."""
        return corrected(problem, candidate, strict=True)
