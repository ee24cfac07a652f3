"""The offline completer as the one who answers a suite of lines: no model, no network."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping

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
from gatewright.eval.suites.completion_place import Place, language_of, place_of
from gatewright.eval.suites.completion_suite import LineSuite
from gatewright.retrieval.complete import Completer

OFFLINE = "offline"
SINGLE = "single"
KEPT = 4  # repositories' indexes in memory


class OfflineCompletions:
    """Answers with the completer's best line for each place. Safe to call from several threads."""

    def __init__(self, suite: Suite) -> None:
        if not isinstance(suite, LineSuite):
            raise UsageError(
                f"{OFFLINE} completes lines, and {suite.name} asks for something else",
                where="--model",
                hint="name a model, or symbolic; rtlrepo and completion ask for lines",
            )
        self._suite = suite
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Completer] = OrderedDict()

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
        before = place.before if place.before.endswith("\n") else f"{place.before}\n"
        given = {source.name: source.text for source in problem.context}
        whole = self._suite.repositories.get(place.repository)
        if whole is None:
            found = Completer(given).complete(place.path, before, k=1)
        else:
            completer = self._completer(place.repository, whole)
            found = completer.complete(place.path, before, k=1, without=whole.keys() - given.keys())
        if not found:
            return ""
        ending = "\r" if before.endswith("\r\n") else ""
        return found[0].text + ending

    def _completer(self, repository: str, files: Mapping[str, str]) -> Completer:
        with self._lock:
            known = self._kept.get(repository)
            if known is None:
                known = self._kept[repository] = Completer(files)
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            else:
                self._kept.move_to_end(repository)
            return known
