"""The search index of a repository: made of its facts, kept beside them, kept fresh file by file.

Only contents that are new are taken in; small segments are joined from time to time. bm25s and the
like weigh a whole collection at once and must do so again after every edit; these arrays need not.
"""

from __future__ import annotations

import contextlib
import gc
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gatewright.core import GatewrightError
from gatewright.retrieval.index_postings import Bools
from gatewright.retrieval.index_segment import Level, Segment, merge
from gatewright.retrieval.index_store import IndexStore, NotKept, version_of
from gatewright.retrieval.repository import Repository

Progress = Callable[[int, int], None]

_LOOKS = 3  # at a list that other processes change meanwhile
_MOST_SEGMENTS = 8
_MOST_DEAD = 0.4  # of a segment's contents, before it is written anew
_BETWEEN_TELLING = 64
_HOPELESS = ("full", "readonly", "locked", "unable to open")  # what SQLite says then


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The segments as they count now. `paths` are the files of each content; `alive` tells for
    each segment and level which units are in a file that is there."""

    segments: tuple[Segment, ...]
    alive: dict[Level, tuple[Bools, ...]]
    paths: dict[bytes, tuple[str, ...]]


class Index:
    """The index of a repository. `refresh` after the repository's; close it with it."""

    def __init__(self, repository: Repository, progress: Progress | None = None) -> None:
        """Open the index, and take in what it lacks. It never fails for its file: one that cannot
        be used is made anew, or kept in memory."""
        self._repository = repository
        self._segments: dict[int, Segment] = {}
        self._store = self._opened(repository.kept_in)
        self.refresh(progress)

    def _opened(self, facts: Path | None) -> IndexStore:
        here = Path(__file__).parent
        words = (here / f"{name}.py" for name in ("text", "lexicon", "verbal"))
        version = version_of([*words, *here.glob("index*.py"), *here.glob("facts/*.py")])
        path = facts.with_suffix(".search.sqlite") if facts is not None else None
        self._path, self._version = path, version
        try:
            return IndexStore(path, version)
        except (OSError, sqlite3.Error) as error:
            return self._anew(error)

    def _anew(self, error: Exception) -> IndexStore:
        """An empty file instead of a damaged one; memory where it cannot be written."""
        hopeless = isinstance(error, (OSError, NotKept)) or any(w in str(error) for w in _HOPELESS)
        if self._path is None or hopeless:
            self._path = None
            return IndexStore(None, self._version)
        try:
            for end in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + end).unlink(missing_ok=True)
            return IndexStore(self._path, self._version)
        except (OSError, sqlite3.Error):
            return IndexStore(None, self._version)

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def refresh(self, progress: Progress | None = None) -> View:
        """Take in what is new in the repository, and leave out what is gone."""
        try:
            self._take_in(progress)
        except (sqlite3.DatabaseError, NotKept, KeyError, ValueError) as error:
            self._mend(error)
            self._take_in(progress)
        return self.view

    def _mend(self, error: Exception) -> None:
        """An index without segments, for a damaged one."""
        self._segments = {}
        if isinstance(error, (KeyError, ValueError)):  # the list is sound
            with contextlib.suppress(sqlite3.Error):
                self._store.clear()
                return
        self._store.close()
        self._store = self._anew(error)

    def _take_in(self, progress: Progress | None) -> None:
        paths: dict[bytes, list[str]] = {}
        for file in self._repository.files:
            if not file.note:
                paths.setdefault(file.hash, []).append(file.path)
        state = self._store.state(self._segments)
        for _ in range(_LOOKS):
            missing = [key for key in paths if key not in state.owners]
            if not missing:
                break
            taken = self._added(missing, paths, progress)
            state = self._store.state(state.segments)
            if taken <= state.owners.keys():  # else another process cleared the list meanwhile
                break
        self._segments = state.segments
        if self._tidy(set(paths), state.owners):
            state = self._store.state(self._segments)
            self._segments = state.segments
        found = {key: tuple(where) for key, where in paths.items()}
        self.view = self._view(found, state.owners)

    def _added(
        self, missing: list[bytes], paths: dict[bytes, list[str]], progress: Progress | None
    ) -> set[bytes]:
        """Keep what is missing as a segment; the contents that could be read."""
        was_enabled = gc.isenabled()
        gc.disable()  # many objects, no cycles
        try:
            segment = self._written(missing, paths, progress)
            self._store.add(segment)
        finally:
            if was_enabled:
                gc.enable()
        return set(segment.contents)

    def _written(
        self, keys: list[bytes], paths: dict[bytes, list[str]], progress: Progress | None
    ) -> Segment:
        from gatewright.retrieval.index_units import SegmentWriter  # mostly nothing is new

        writer = SegmentWriter()
        for done, key in enumerate(keys):
            if progress is not None and done % _BETWEEN_TELLING == 0:
                progress(done, len(keys))
            facts = self._repository.facts(paths[key][0])
            if facts is None:
                continue
            try:
                writer.add(key, facts, self._repository.text(paths[key][0]))
            except GatewrightError:  # gone or unreadable since; the next look tells
                continue
        if progress is not None:
            progress(len(keys), len(keys))
        return writer.done()

    def _tidy(self, keys: set[bytes], owners: Mapping[bytes, int]) -> bool:
        """Join segments where there are many, and write those anew that are mostly dead. Whether
        there were any."""
        kept = {
            number: [key in keys and owners.get(key) == number for key in segment.contents]
            for number, segment in self._segments.items()
        }
        stale = [n for n, keep in kept.items() if keep.count(False) > _MOST_DEAD * len(keep)]
        if len(kept) > _MOST_SEGMENTS:
            largest = max(kept, key=lambda n: len(kept[n]))
            stale = sorted({*stale, *(n for n in kept if n != largest)})
        if stale:
            joined = merge([self._segments[n] for n in stale], [kept[n] for n in stale])
            self._store.add(joined, stale)
        return bool(stale)

    def _view(self, paths: dict[bytes, tuple[str, ...]], owners: Mapping[bytes, int]) -> View:
        alive: dict[Level, list[Bools]] = {level: [] for level in Level}
        for number, segment in self._segments.items():
            contents = np.array(
                [key in paths and owners.get(key) == number for key in segment.contents],
                dtype=np.bool_,
            )
            modules = contents[segment.content]
            for level in Level:
                alive[level].append(modules[segment.levels[level].module])
        found = {level: tuple(masks) for level, masks in alive.items()}
        return View(tuple(self._segments.values()), found, paths)
