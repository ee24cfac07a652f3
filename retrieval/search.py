"""Search: a question in words or names answered with modules, blocks or signals, best first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatewright.core import UsageError
from gatewright.retrieval.fusion import Likeness, fused
from gatewright.retrieval.index import Index, View
from gatewright.retrieval.index_postings import Bools, Floats, Ints, term_hash
from gatewright.retrieval.index_segment import Level, Segment
from gatewright.retrieval.places import find_modules
from gatewright.retrieval.question import asked
from gatewright.retrieval.repository import Repository
from gatewright.retrieval.search_scores import Scorer, Weights
from gatewright.retrieval.text import WORD, question_terms

_MOST_REASONS = 5


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for. `path` is a file or folder of the repository, `module` and `clock` exact
    names; empty = any."""

    text: str
    level: Level = Level.BLOCK
    count: int = 10
    path: str = ""
    module: str = ""
    clock: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that was found. `copies` are further places with the same text; `why` names the
    question's words that counted, the rarest first."""

    file: str
    line: int
    end_line: int
    level: Level
    kind: str
    module: str
    name: str
    score: float
    why: tuple[str, ...]
    copies: int = 0


class Search:
    """Search in a repository that is open; it keeps the index between questions."""

    def __init__(
        self,
        repository: Repository,
        index: Index,
        weights: Weights | None = None,
        likeness: Likeness | None = None,
    ) -> None:
        """`likeness` adds what vectors say to what words say."""
        self._repository = repository
        self._index = index
        self._scorer = Scorer(weights)
        self._likeness = likeness

    def ask(self, question: Question) -> tuple[Hit, ...]:
        """The best hits. Raises UsageError for a module, clock or path that is not there."""
        view = self._index.view
        wanted = self._wanted(view, question)
        found = self._scorer.scores(view, asked(question.text), question.level, wanted)
        if self._likeness is not None:
            near = self._likeness.near(view, question.text, question.level, wanted)
            found = fused(found, near, wanted)
        flat = np.concatenate([*found, np.zeros(0, np.float32)])
        mask = np.concatenate([*wanted, np.zeros(0, np.bool_)])
        flat = np.where(mask, flat, np.float32(0))
        seen: dict[int, int] = {}
        best = _best(flat, view, question.level, question.count, seen)
        return tuple(self._hit(view, question, unit, float(flat[unit]), seen) for unit in best)

    # filters

    def _wanted(self, view: View, question: Question) -> list[Bools]:
        """Which units may be found: those of files that are there, and that pass the filters."""
        wanted = [mask.copy() for mask in view.alive[question.level]]
        if question.path:
            self._keep(view, question, wanted, _modules_below(view, _folder(question.path)))
        if question.module:
            find_modules(self._repository, question.module)
            self._keep(view, question, wanted, _modules_called(view, question.module))
        if question.clock:
            _check_clock(view, question.clock)
            for number, segment in enumerate(view.segments):
                wanted[number] &= _clocked(segment, question.level, question.clock)
        return wanted

    def _keep(
        self, view: View, question: Question, wanted: list[Bools], modules: list[Bools]
    ) -> None:
        for number, segment in enumerate(view.segments):
            if len(wanted[number]):
                wanted[number] &= modules[number][segment.levels[question.level].module]

    # hits

    def _hit(
        self, view: View, question: Question, unit: int, score: float, seen: dict[int, int]
    ) -> Hit:
        number, unit = _segment_of(view, question.level, unit)
        segment = view.segments[number]
        units = segment.levels[question.level]
        owner = int(units.module[unit])
        paths = view.paths[segment.contents[segment.content[owner]]]
        folder = _folder(question.path)
        path = next((p for p in paths if _below(p, folder)), paths[0])
        kind, name = units.label(unit)
        return Hit(
            path,
            int(units.line[unit]),
            int(units.end_line[unit]),
            question.level,
            kind,
            segment.names[owner],
            name,
            round(score, 4),
            self._why(view, question, number, unit),
            seen[int(units.digest[unit])] + len(paths) - 1,
        )

    def _why(self, view: View, question: Question, number: int, unit: int) -> tuple[str, ...]:
        """The question's words that the unit holds, the rarest first."""
        held = view.segments[number].levels[question.level].postings
        found: dict[str, int] = {}
        for word in WORD.findall(question.text):
            for term in question_terms(word):
                slot = held.slot(term_hash(term))
                at = int(np.searchsorted(held.units[slot], unit))
                if at < slot.stop - slot.start and int(held.units[slot][at]) == unit:
                    found[word.lower()] = min(
                        found.get(word.lower(), slot.stop), slot.stop - slot.start
                    )
        return tuple(sorted(found, key=lambda word: found[word])[:_MOST_REASONS])


def _best(flat: Floats, view: View, level: Level, count: int, seen: dict[int, int]) -> list[int]:
    """The best units, equal ones once; `seen` counts their copies by digest."""
    none = np.zeros(0, np.uint64)
    digests = np.concatenate([none, *(s.levels[level].digest for s in view.segments)])
    found: list[int] = []
    positive = int((flat > 0).sum())
    order = np.argsort(-flat, kind="stable")[:positive]
    for unit in order:
        digest = int(digests[unit])
        if digest in seen:
            seen[digest] += 1
        elif len(found) == count:
            break
        else:
            seen[digest] = 0
            found.append(int(unit))
    return found


def _segment_of(view: View, level: Level, unit: int) -> tuple[int, int]:
    for number, segment in enumerate(view.segments):
        size = len(segment.levels[level].module)
        if unit < size:
            return number, unit
        unit -= size
    raise IndexError(unit)


def _folder(path: str) -> str:
    return path.removeprefix("./").rstrip("/")


def _below(path: str, folder: str) -> bool:
    return folder in ("", ".") or path == folder or path.startswith(f"{folder}/")


def _modules_below(view: View, folder: str) -> list[Bools]:
    inside = {key for key, paths in view.paths.items() if any(_below(p, folder) for p in paths)}
    if not inside:
        raise UsageError(
            "no source file of the repository is there",
            where=folder,
            hint="name a file or folder in it",
        )
    return [
        np.array([key in inside for key in s.contents], dtype=np.bool_)[s.content]
        for s in view.segments
    ]


def _modules_called(view: View, name: str) -> list[Bools]:
    return [np.array([n == name for n in s.names], dtype=np.bool_) for s in view.segments]


def _check_clock(view: View, clock: str) -> None:
    known = {name for segment in view.segments for name in segment.clocks if name}
    if clock not in known:
        import difflib

        near = difflib.get_close_matches(clock, sorted(known), 3, 0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else ""
        raise UsageError(f"nothing is clocked by {clock}", hint=hint)


def _clocked(segment: Segment, level: Level, clock: str) -> Bools:
    """Which units are clocked so: a module where one of its blocks is."""
    number = segment.clocks.index(clock) if clock in segment.clocks else -1
    blocks = segment.levels[Level.BLOCK]
    here: Bools = blocks.clock == number
    if level is Level.BLOCK:
        return here
    if level is Level.SIGNAL:
        signals: Bools = segment.levels[Level.SIGNAL].clock == number
        return signals
    modules: Ints = np.unique(blocks.module[here])
    found = np.zeros(len(segment.names), np.bool_)
    found[modules] = True
    return found[segment.levels[Level.MODULE].module]
