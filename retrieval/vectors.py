"""Likeness of a question and a repository's units by vectors, which follow the files."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from gatewright.core import DataError
from gatewright.retrieval.embedding import Embedding
from gatewright.retrieval.index import View
from gatewright.retrieval.index_postings import Bools, Floats
from gatewright.retrieval.index_segment import Level
from gatewright.retrieval.repository import Repository
from gatewright.retrieval.vectors_store import Near, VectorStore, vector_store
from gatewright.retrieval.vectors_text import unit_texts

Progress = Callable[[int, int], None]

_NEAREST = 500  # what is farther says nothing
_PROBE = "signal"
_TRIES = 3


class UnitVectors:
    """Vectors of the units of an open repository by one embedding. Safe for several threads.

    Only units whose text is new are embedded. They are kept beside the repository's facts; where
    those are not kept, in a temporary folder.
    """

    def __init__(
        self, repository: Repository, embedding: Embedding, progress: Progress | None = None
    ) -> None:
        self._repository = repository
        self._embedding = embedding
        self._progress = progress
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._store = self._opened(repository.kept_in)
        self._current: dict[Level, tuple[View, str]] = {}

    def _opened(self, facts: Path | None) -> VectorStore:
        digest = hashlib.blake2b(self._embedding.name.encode(), digest_size=8).hexdigest()
        if facts is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="gatewright-")
            return vector_store(Path(self._temporary.name))
        return vector_store(facts.with_suffix(".vectors") / digest)

    def close(self) -> None:
        """Let go of the files."""
        self._store.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def refresh(self, view: View, level: Level) -> int:
        """Embed what a level lacks, forget what is gone; how many units were embedded.

        Raises a GatewrightError where the embedding cannot.
        """
        size = len(self._embedding.question(_PROBE))
        return self._followed(view, level, size)

    def near(self, view: View, text: str, level: Level, wanted: Sequence[Bools]) -> list[Floats]:
        """The likeness of the wanted units to a question, by segment: 0 beyond the nearest.

        Raises a GatewrightError where the embedding cannot, or the disk.
        """
        if not any(mask.any() for mask in wanted):
            return _by_unit(view, level, wanted, {})
        vector = self._embedding.question(text)
        found = self._nearest(view, vector, level, wanted) if vector.any() else []
        least = self._embedding.least
        likeness = {int(near.id, 16): near.likeness for near in found if near.likeness > least}
        return _by_unit(view, level, wanted, likeness)

    def _nearest(
        self, view: View, vector: Floats, level: Level, wanted: Sequence[Bools]
    ) -> list[Near]:
        pairs = zip(wanted, view.alive[level], strict=True)
        filtered = any((mask != alive).any() for mask, alive in pairs)
        among = _ids(view, level, wanted) if filtered else None
        version = self._version(len(vector))
        for _ in range(_TRIES):
            self._followed(view, level, len(vector))
            found = self._store.near(version, level, vector, _NEAREST, among)
            if found is not None:
                return found
            self._current.clear()  # they were damaged, or another process made them anew
        raise DataError(
            "the vectors cannot be read, though they were made anew",
            where=str(self._repository.kept_in or ""),
            hint="is the disk full, or does another version of the program use them now?",
        )

    def _version(self, size: int) -> str:
        return f"{self._embedding.name} {size}"

    def _followed(self, view: View, level: Level, size: int) -> int:
        version = self._version(size)
        if self._current.get(level) == (view, version):
            return 0
        wanted = _ids(view, level, view.alive[level])
        known = self._store.ids(version, level)
        self._store.remove(version, level, sorted(known - wanted))
        missing = {int(name, 16) for name in wanted - known}
        done = 0
        texts = unit_texts(self._repository, view, level, missing) if missing else iter(())
        for batch in _batches(texts, self._embedding.batch):
            self._tell(done, len(missing))
            rows = self._embedding.documents([text for _, text in batch])
            _check(rows, len(batch), size, self._embedding.name)
            self._store.put(version, level, [_id(digest) for digest, _ in batch], rows)
            done += len(batch)
        if missing:
            self._tell(len(missing), len(missing))
        self._current[level] = (view, version)
        return done

    def _tell(self, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress(done, total)


def _check(rows: np.ndarray, count: int, size: int, name: str) -> None:
    if rows.shape != (count, size) or not np.isfinite(rows).all():
        shown = " by ".join(map(str, rows.shape))
        raise DataError(
            f"{count} vectors of {size} numbers were expected, {shown} came",
            where=name,
            hint="does the server answer with one model only?",
        )


def _id(digest: int) -> str:
    return f"{digest:016x}"


def _ids(view: View, level: Level, masks: Sequence[Bools]) -> set[str]:
    found: set[int] = set()
    for segment, mask in zip(view.segments, masks, strict=True):
        found.update(segment.levels[level].digest[mask].tolist())
    return set(map(_id, found))


def _by_unit(
    view: View, level: Level, wanted: Sequence[Bools], likeness: dict[int, float]
) -> list[Floats]:
    if not likeness:
        return [np.zeros(len(mask), np.float32) for mask in wanted]
    digests = np.array(sorted(likeness), np.uint64)
    values = np.array([likeness[int(d)] for d in digests], np.float32)
    found = []
    for segment, mask in zip(view.segments, wanted, strict=True):
        mine = segment.levels[level].digest
        place = np.minimum(np.searchsorted(digests, mine), len(digests) - 1)
        there = (digests[place] == mine) & mask
        found.append(np.where(there, values[place], np.float32(0)).astype(np.float32))
    return found


def _batches(rows: Iterable[tuple[int, str]], size: int) -> Iterator[list[tuple[int, str]]]:
    source = iter(rows)
    while batch := list(islice(source, size)):
        yield batch
