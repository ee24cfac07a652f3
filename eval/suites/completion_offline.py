"""The offline completer as the one who answers a suite of lines: no model, no network."""

from __future__ import annotations

from gatewright.core import (
    Candidate,
    Oracle,
    Problem,
    Provenance,
    Source,
    StopReason,
    Trajectory,
    UsageError,
)
from gatewright.eval.answers import AnswerKind, Origins
from gatewright.eval.suites.base import Suite
from gatewright.eval.suites.completion_completers import Completers
from gatewright.eval.suites.completion_place import (
    Place,
    ended,
    language_of,
    line_ending,
    place_of,
)
from gatewright.eval.suites.completion_suite import LineSuite

OFFLINE = "offline"
SINGLE = "single"


class OfflineCompletions:
    """Answers with the completer's best line for each place. Safe to call from several threads."""

    def __init__(self, suite: Suite) -> None:
        if not isinstance(suite, LineSuite):
            raise UsageError(
                f"{OFFLINE} completes lines, and {suite.name} asks for something else",
                where="--model",
                hint="name a model, or symbolic; rtlrepo and completion ask for lines",
            )
        self._completers = Completers(suite)

    @property
    def origins(self) -> Origins:
        """The completer by its name."""
        return Origins(AnswerKind.AGENT, OFFLINE, SINGLE, Oracle.NONE)

    def answer(self, problem: Problem, sample: int) -> Trajectory:
        """One line, in the line ending of the text before it; samples do not differ."""
        place = place_of(problem)
        text = self.line(place, problem)
        sources = (Source(place.path, text, language_of(place.path)),) if text.strip() else ()
        candidate = Candidate(sources, Provenance.MODEL, sample)
        stop = StopReason.UNVERIFIED if sources else StopReason.NO_CANDIDATE
        return Trajectory(problem.id, Oracle.NONE, (), candidate, None, stop)

    def line(self, place: Place, problem: Problem) -> str:
        """The best line; '' where the completer has none."""
        before = ended(place.before)
        completer, without = self._completers.of(problem)
        found = completer.complete(place.path, before, k=1, without=without)
        return found[0].text + line_ending(before) if found else ""
