"""VerilogEval's rule sets `official` and `errata`: the published flow, read by its letters.

`official` takes the dataset as published; `errata` corrects it first. A run of the first often
is the second's too, and then is not repeated.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from gatewright.core import Candidate, FailureClass, Outcome, Problem, Verdict
from gatewright.eval.suites import verilogeval_official as official
from gatewright.eval.suites.verilogeval_errata import corrected, only_eases
from gatewright.eval.suites.verilogeval_flow import FlowRun, run_flow, sample_name, sample_text
from gatewright.eval.verdict_cache import token_text
from gatewright.sandbox.harness.cut_short import CUT_SHORT
from gatewright.sandbox.isolation import Isolation
from gatewright.sandbox.tools.icarus import TOOL, Icarus, parse_messages

OFFICIAL = "official"
ERRATA = "errata"
HARDENED = "hardened"

_REMEMBERED = 4096
_LONGEST_LOG = 4096
_SAYS_MORE = re.compile(r"`|\$(?!(?:signed|unsigned|clog2|bits)\b)")


class Runs:
    """Runs that speak for more than one check; safe to use from several threads.

    The same tokens run the same way, however they are laid out, and under `errata` most often as
    under `official`. The letter is worked out anew each time, for it looks at the layout too.
    `eases` tells of a problem whether correcting it leaves a run as it is.
    """

    def __init__(self, eases: Callable[[Problem], bool] = only_eases) -> None:
        self._eases = eases
        self._lock = threading.Lock()
        self._runs: OrderedDict[str, FlowRun] = OrderedDict()

    def remember(self, rules: str, problem: Problem, candidate: Candidate, run: FlowRun) -> None:
        """Keep a run if it speaks for others."""
        if not _speaks_for_others(problem, candidate, run):
            return
        with self._lock:
            self._runs[_key(rules, problem, candidate)] = run
            while len(self._runs) > _REMEMBERED:
                self._runs.popitem(last=False)

    def recall(self, rules: str, problem: Problem, candidate: Candidate) -> FlowRun | None:
        """The run that `rules` would make of this candidate, if it is known."""
        wanted = [_key(rules, problem, candidate)]
        if rules == ERRATA and self._eases(problem):
            wanted.append(_key(OFFICIAL, problem, candidate))
        with self._lock:
            return next((self._runs[key] for key in wanted if key in self._runs), None)


def _key(rules: str, problem: Problem, candidate: Candidate) -> str:
    origin = problem.origin
    texts = (rules, origin.suite, problem.id, origin.sha256, token_text(candidate.text))
    return hashlib.sha256("\0".join(texts).encode(errors="replace")).hexdigest()


def _speaks_for_others(problem: Problem, candidate: Candidate, run: FlowRun) -> bool:
    """Whether another layout or a later time limit would have changed nothing, to the last sample.

    So it is if it came to its own end, points at no line of the candidate, and the candidate can
    neither print, nor end the simulation, nor open files.
    """
    return (
        run.compiled
        and run.finished.ok
        and len(run.log) <= _LONGEST_LOG
        and "TIMEOUT" not in run.log
        and sample_name(problem) not in run.log
        and not _SAYS_MORE.search(candidate.text)
    )


@dataclass(frozen=True, slots=True)
class PublishedRules:
    """The harness of one of the two rule sets. `runs` is what they share.

    `correct` corrects a problem for `errata`.
    """

    rules: str
    isolation: Isolation
    icarus: Icarus
    runs: Runs
    correct: Callable[[Problem], Problem] = corrected

    @property
    def reads_raw_text(self) -> bool:
        """True: the letters look at the candidate's text, comments included."""
        return True

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        """One compilation and one simulation; the letter is the verdict's `code`."""
        kept = self.runs.recall(self.rules, problem, candidate)
        if kept is not None:
            return self._verdict(problem, candidate, kept, own=False)
        run = run_flow(self.as_checked(problem, candidate), candidate, self.isolation, self.icarus)
        self.runs.remember(self.rules, problem, candidate, run)
        return self._verdict(problem, candidate, run)

    def as_checked(self, problem: Problem, candidate: Candidate) -> Problem:
        """The problem as published, or corrected."""
        return self.correct(problem) if self.rules == ERRATA else problem

    def _verdict(
        self, problem: Problem, candidate: Candidate, run: FlowRun, *, own: bool = True
    ) -> Verdict:
        code = official.letter(run.log, sample_text(problem, candidate))
        summaries = official.summaries(run.log)
        last = summaries[-1] if summaries else None
        passed = code == official.PASS
        return Verdict(
            outcome=Outcome.PASS if passed else Outcome.FAIL,
            failure_class=None if passed else _failure(code, last, candidate, run),
            score=_score(last, passed=passed),
            checks=last.samples if last else 0,
            mismatches=last.mismatches if last else None,
            diagnostics=parse_messages(run.log),
            log=run.log,
            tools={TOOL: self.icarus.version},
            cpu_s=run.finished.cpu_s if own else 0.0,
            wall_s=run.finished.wall_s if own else 0.0,
            rules=self.rules,
            code=code,
        )


def _score(last: official.Summary | None, *, passed: bool) -> float:
    if passed:
        return 1.0
    if last is None or last.samples == 0:
        return 0.0
    return max(0.0, 1 - last.mismatches / last.samples)


def _failure(
    code: str, last: official.Summary | None, candidate: Candidate, run: FlowRun
) -> FailureClass:
    """The class of a failure by the stage it happened at."""
    if not candidate.sources:
        return FailureClass.NO_CODE
    if run.finished.ending in CUT_SHORT:
        return CUT_SHORT[run.finished.ending]
    if not run.compiled:
        return FailureClass.SYNTAX if code == "S" else FailureClass.ELABORATION
    if code == "T":
        return FailureClass.TIMEOUT
    if not run.finished.ok:
        return FailureClass.CRASH
    if last is None or last.samples == 0:
        return FailureClass.NO_CHECKS
    if last.mismatches:
        return FailureClass.MISMATCH
    # The outputs are right: a word in the log, a mere warning perhaps, decided.
    return FailureClass.ELABORATION
