"""The repository's own search as the one who answers HDLSearch, without a model."""

from __future__ import annotations

from gatewright.core import Candidate, Oracle, Problem, Provenance, Source, StopReason, Trajectory
from gatewright.datasets.hdlsearch import Place
from gatewright.eval.answers import AnswerKind, Origins
from gatewright.eval.suites.completion_offline import OFFLINE, SINGLE
from gatewright.eval.suites.hdlsearch import ANSWER, HdlSearch
from gatewright.eval.suites.hdlsearch_rank import DEEPEST
from gatewright.retrieval.index_segment import Level
from gatewright.retrieval.search import Hit, Question


class OfflineSearch:
    """Answers with what `search` finds in the pool. Safe to call from several threads."""

    def __init__(self, suite: HdlSearch) -> None:
        self._suite = suite

    @property
    def origins(self) -> Origins:
        """Search by words."""
        return Origins(AnswerKind.AGENT, OFFLINE, SINGLE, Oracle.NONE, {"places": DEEPEST})

    def answer(self, problem: Problem, sample: int) -> Trajectory:
        """The best hundred; samples do not differ."""
        asked, pool = self._suite.quest(problem)
        hits = pool.search.ask(Question(asked.text, pool.level, DEEPEST))
        text = "".join(f"{_place(hit)}\n" for hit in hits)
        sources = (Source(ANSWER, text),) if hits else ()
        candidate = Candidate(sources, Provenance.MODEL, sample)
        stop = StopReason.UNVERIFIED if sources else StopReason.NO_CANDIDATE
        return Trajectory(problem.id, Oracle.NONE, (), candidate, None, stop)


def _place(hit: Hit) -> Place:
    name = hit.name if hit.level is Level.SIGNAL else ""
    return Place(hit.file, hit.line, hit.end_line, name)
