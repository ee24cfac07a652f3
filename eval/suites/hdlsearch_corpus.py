"""The repositories of HDLSearch as search indexes them: units, where they stand, and pools of them.

A unit is a block, a module or a signal; units with the same digest are copies of one another.
"""

from __future__ import annotations

import copy
import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from gatewright.core import GatewrightError
from gatewright.datasets.hdlsearch import Code, Description, Place
from gatewright.retrieval.index import Index, View
from gatewright.retrieval.index_postings import Bools, Hashes, Ints
from gatewright.retrieval.index_segment import Level
from gatewright.retrieval.repository import Repository
from gatewright.retrieval.search import Search

_FILES_KEPT = 256
_LONGEST = 1 << 16  # lines of a place that an answer may name


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """All units of a level, those of all segments one after the other: each one's file content
    and module (numbers through all segments), lines and digest."""

    content: Ints
    module: Ints
    first: Ints
    last: Ints
    digest: Hashes
    alive: Bools


@dataclass(frozen=True, eq=False)
class Pool:
    """Units of a level that may be found, and search in these alone."""

    level: Level
    mask: Bools
    search: Search


@dataclass(frozen=True, slots=True)
class Target:
    """What a description is about: the units' digests, and where the first of them stands."""

    digests: frozenset[int]
    first: Place
    repository: str


class Corpus:
    """The repositories below a folder, indexed."""

    def __init__(self, root: Path, cache: Path | None = None) -> None:
        self._repository = Repository.open(root, cache)
        with closing(self._repository):
            self._index = Index(self._repository)
            with closing(self._index):
                self.view: View = self._index.view
        segments = self.view.segments
        keys = [key for segment in segments for key in segment.contents]
        self._paths = [self.view.paths.get(key, ()) for key in keys]
        self._content = {path: n for n, paths in enumerate(self._paths) for path in paths}
        self.names = [name for segment in segments for name in segment.names]
        self.levels: dict[Level, Units] = {level: self._flat(level) for level in Level}
        self._at: dict[Level, Mapping[int, list[int]]] = {}
        self.lines = lru_cache(_FILES_KEPT)(self._lines)

    def _flat(self, level: Level) -> Units:
        content, module, modules, contents = [], [], 0, 0
        for segment in self.view.segments:
            owners = segment.levels[level].module.astype(np.int64)
            module.append(owners + modules)
            content.append(segment.content.astype(np.int64)[owners] + contents)
            modules += len(segment.names)
            contents += len(segment.contents)
        parts = [segment.levels[level] for segment in self.view.segments]
        return Units(
            np.concatenate([*content, np.zeros(0, np.int64)]),
            np.concatenate([*module, np.zeros(0, np.int64)]),
            np.concatenate([*(part.line for part in parts), np.zeros(0, np.uint32)]),
            np.concatenate([*(part.end_line for part in parts), np.zeros(0, np.uint32)]),
            np.concatenate([*(part.digest for part in parts), np.zeros(0, np.uint64)]),
            np.concatenate([*self.view.alive[level], np.zeros(0, np.bool_)]),
        )

    @property
    def digest(self) -> bytes:
        """A hash of which files there are and what they hold."""
        found = hashlib.sha256()
        for path in sorted(self._content):
            found.update(path.encode("utf-8", "surrogatepass") + b"\0")
        for key in sorted(self.view.paths):
            found.update(key)
        return found.digest()

    # texts

    def _lines(self, path: str) -> Sequence[str]:
        try:
            return self._repository.text(path).split("\n")
        except GatewrightError:
            return ()

    def text(self, place: Place) -> str:
        """The lines of a place; those that there are."""
        return "\n".join(self.lines(place.path)[max(0, place.first - 1) : place.last])

    def place(self, level: Level, unit: int) -> Place:
        """Where a unit stands; in the first of several files of the same content."""
        units = self.levels[level]
        name = self._signals[unit] if level is Level.SIGNAL else ""
        path = self._paths[int(units.content[unit])][0]
        return Place(path, int(units.first[unit]), int(units.last[unit]), name)

    @cached_property
    def _signals(self) -> Sequence[str]:
        """The signals' names."""
        found: list[str] = []
        for segment in self.view.segments:
            units = segment.levels[Level.SIGNAL]
            data, at = units.labels.tobytes(), 0
            for size in units.label_sizes.tolist():
                label = data[at : at + size].decode("utf-8", "replace")
                found.append(label.partition(" ")[2])
                at += size
        return found

    @cached_property
    def code(self) -> Code:
        """All files, to look pieces of code up in."""
        return Code(
            (paths[0], "\n".join(self.lines(paths[0])).encode("utf-8", "surrogatepass"))
            for paths in sorted(paths for paths in self._paths if paths)
        )

    # units

    def _of(self, level: Level, path: str) -> Sequence[int]:
        """The units of a file."""
        if level not in self._at:
            units = self.levels[level]
            found: dict[int, list[int]] = defaultdict(list)
            for unit in np.flatnonzero(units.alive).tolist():
                found[int(units.content[unit])].append(unit)
            self._at[level] = found
        return self._at[level].get(self._content.get(path, -1), ())

    def touching(self, level: Level, place: Place) -> Iterator[int]:
        """Units that share at least half of their lines, or of the place's, with a place."""
        units = self.levels[level]
        for unit in self._of(level, place.path):
            first, last = int(units.first[unit]), int(units.last[unit])
            shared = min(last, place.last) - max(first, place.first) + 1
            if shared > 0 and 2 * shared >= min(last - first, place.last - place.first) + 1:
                yield unit

    def standing(self, level: Level, place: Place) -> Sequence[int]:
        """The units that a place of an answer stands for: those of exactly these lines (and of
        this name), or else all that it touches."""
        if place.last - place.first > _LONGEST:
            return ()
        units = self.levels[level]
        exact = [
            unit
            for unit in self._of(level, place.path)
            if units.first[unit] == place.first
            and units.last[unit] == place.last
            and (not place.name or level is not Level.SIGNAL or self._signals[unit] == place.name)
        ]
        return exact or list(self.touching(level, place))

    def target(self, asked: Description) -> Target | None:
        """What a description is about; None where that is not here."""
        level = Level(asked.level)
        if level is Level.BLOCK:
            found = [
                u for place in self.code.find(asked.subject) for u in self.touching(level, place)
            ]
        elif level is Level.MODULE:
            found = list(self._called.get(asked.subject, ()))
        else:
            module, _, name = asked.subject.partition("::")
            found = [
                unit
                for owner in self._called.get(module, ())
                for unit in self._inside(owner)
                if self._signals[unit] == name
            ]
        if not found:
            return None
        digests = self.levels[level].digest
        first = self.place(level, found[0])
        return Target(frozenset(int(digests[u]) for u in found), first, repository_of(first.path))

    @cached_property
    def _called(self) -> Mapping[str, Sequence[int]]:
        alive = self.levels[Level.MODULE].alive
        found: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(self.names):
            if alive[number]:
                found[name].append(number)
        return found

    def _inside(self, module: int) -> Sequence[int]:
        found: Sequence[int] = np.flatnonzero(self.levels[Level.SIGNAL].module == module).tolist()
        return found

    # pools

    def whole(self, level: Level) -> Pool:
        """Everything."""
        return Pool(level, self.levels[level].alive, Search(self._repository, self._index))

    def own(self, level: Level, repository: str) -> Pool:
        """What one repository holds."""
        inside = np.array([any(repository_of(p) == repository for p in ps) for ps in self._paths])
        alive = {each: units.alive & inside[units.content] for each, units in self.levels.items()}
        return Pool(level, alive[level], self._search(alive))

    def drawn(self, wanted: Iterable[int], size: int, seed: int) -> Pool:
        """All blocks with these digests, and others of other texts drawn by a seed."""
        units, relevant = self.levels[Level.BLOCK], frozenset(wanted)
        first: dict[int, int] = {}
        for unit in np.flatnonzero(units.alive).tolist():
            first.setdefault(int(units.digest[unit]), unit)
        others = sorted(
            (self.place(Level.BLOCK, unit).path, int(units.first[unit]), unit)
            for digest, unit in first.items()
            if digest not in relevant
        )
        count = min(len(others), max(0, size - len(relevant)))
        chosen = [unit for *_, unit in random.Random(seed).sample(others, count)]
        mask = np.isin(units.digest, np.array(sorted(relevant), np.uint64)) & units.alive
        mask[chosen] = True
        modules = np.zeros(len(self.names), np.bool_)
        modules[units.module[mask]] = True
        signals = self.levels[Level.SIGNAL].alive
        alive = {Level.BLOCK: mask, Level.MODULE: modules, Level.SIGNAL: signals}
        return Pool(Level.BLOCK, mask, self._search(alive))

    def _search(self, alive: Mapping[Level, Bools]) -> Search:
        """Search that knows of these units only: what is rare is told by them, too."""
        index = copy.copy(self._index)
        parts = {level: self._by_segment(level, mask) for level, mask in alive.items()}
        index.view = View(self.view.segments, parts, self.view.paths)
        return Search(self._repository, index)

    def _by_segment(self, level: Level, mask: Bools) -> tuple[Bools, ...]:
        ends = np.cumsum([len(s.levels[level].module) for s in self.view.segments])
        return tuple(np.split(mask, ends[:-1])) if len(ends) else ()


def repository_of(path: str) -> str:
    """The repository that a path of the corpus is in."""
    return path.split("/", 1)[0]
