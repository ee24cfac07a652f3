"""The completers of the repositories that a suite's lines are from, a few of them in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping

from gatewright.core import Problem
from gatewright.eval.suites.completion_place import place_of
from gatewright.eval.suites.completion_suite import LineSuite
from gatewright.retrieval.complete import Completer

KEPT = 4  # repositories' indexes in memory


class Completers:
    """Hands out a problem's completer. Safe to call from several threads."""

    def __init__(self, suite: LineSuite) -> None:
        self._suite = suite
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Completer] = OrderedDict()

    def of(self, problem: Problem) -> tuple[Completer, Collection[str]]:
        """The completer, and the files that it must not look at for this problem."""
        given = {source.name: source.text for source in problem.context}
        name = place_of(problem).repository
        whole = self._suite.repositories.get(name)
        if whole is None:
            return Completer(given), ()
        return self._completer(name, whole), whole.keys() - given.keys()

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
