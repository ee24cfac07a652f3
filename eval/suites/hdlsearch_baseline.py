"""What HDLxGraph does, to compare with: the mean of a question's likeness to block and module.

Likeness is by vectors of the code. Its own model's weights are not to be had everywhere: they may
be of any embedding, and are a hashed TF-IDF of the code's words where none is named.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterable, Sequence

import numpy as np

from gatewright.datasets.hdlsearch import Place
from gatewright.eval.suites.hdlsearch_corpus import Corpus, Pool
from gatewright.eval.suites.hdlsearch_rank import DEEPEST
from gatewright.retrieval.embedding import Embedding, Vectors, normalised
from gatewright.retrieval.index_postings import Bools, Floats, Ints
from gatewright.retrieval.index_segment import Level
from gatewright.retrieval.text import WORD, split

HASHED = "hashed TF-IDF of 1024"
_SIZE = 1024
_LONGEST = 6000  # characters of a text that a model is given: it reads no further


class Baseline:
    """Ranks blocks and modules by vectors. Safe for several threads; vectors are made on demand."""

    def __init__(self, corpus: Corpus, embedding: Embedding | None = None) -> None:
        self._corpus = corpus
        self._lock = threading.Lock()
        self._asked: tuple[str, Vectors] = ("", np.zeros(0, np.float32))
        parts = [_Rows(corpus, level) for level in (Level.BLOCK, Level.MODULE)]
        self._blocks, self._modules = parts
        self._source = _Model(embedding) if embedding is not None else _Hashed(parts)

    def places(self, pool: Pool, question: str) -> tuple[Place, ...]:
        """The best places of a pool of blocks or modules, copies once."""
        with self._lock:
            scores = self._scores(pool, question)
        digests = self._corpus.levels[pool.level].digest
        order = np.argsort(-np.where(pool.mask, scores, -np.inf), kind="stable")
        found: dict[int, int] = {}
        for unit in order[: int(pool.mask.sum())].tolist():
            found.setdefault(int(digests[unit]), unit)
            if len(found) == DEEPEST:
                break
        return tuple(self._corpus.place(pool.level, unit) for unit in found.values())

    def _scores(self, pool: Pool, question: str) -> Floats:
        modules = pool.mask
        if pool.level is Level.BLOCK:
            owners = self._corpus.levels[Level.BLOCK].module
            modules = np.zeros(len(self._corpus.names), np.bool_)
            modules[owners[pool.mask]] = True
        self._source.fill(self._modules, modules)
        if self._asked[0] != question:
            self._asked = (question, self._source.question(question))
        asked = self._asked[1]
        whole = self._modules.likeness(asked)
        if pool.level is Level.MODULE:
            return whole
        self._source.fill(self._blocks, pool.mask)
        mean: Floats = (self._blocks.likeness(asked) + whole[owners]) / np.float32(2)
        return mean


class _Rows:
    """The vectors of a level's units, one row for all copies."""

    def __init__(self, corpus: Corpus, level: Level) -> None:
        self._corpus, self._level = corpus, level
        units = corpus.levels[level]
        alive = np.flatnonzero(units.alive)
        _, first = np.unique(units.digest[alive], return_index=True)
        self._first = alive[first]
        held = units.digest[self._first]
        row = np.searchsorted(held, units.digest).clip(max=max(0, len(held) - 1))
        self._row: Ints = row
        self.vectors: Vectors = np.zeros((len(held), 0), np.float32)
        self._known = np.zeros(len(held), np.bool_)
        self._kept: tuple[bytes, Floats] | None = None

    def missing(self, mask: Bools) -> Sequence[int]:
        """The rows that units of a mask need and that are not there."""
        wanted = np.unique(self._row[mask])
        found: Sequence[int] = wanted[~self._known[wanted]].tolist()
        return found

    def texts(self, rows: Iterable[int]) -> list[str]:
        """The code of some rows."""
        return [
            self._corpus.text(self._corpus.place(self._level, int(self._first[row])))
            for row in rows
        ]

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._first)

    def put(self, rows: Sequence[int], vectors: Vectors) -> None:
        """Take vectors in."""
        if not self.vectors.shape[1]:
            self.vectors = np.zeros((self.count, vectors.shape[1]), np.float32)
        self.vectors[rows] = vectors
        self._known[rows] = True
        self._kept = None

    def likeness(self, asked: Vectors) -> Floats:
        """Of each unit to a question; the last question's is kept."""
        key = asked.tobytes()
        if self._kept is None or self._kept[0] != key:
            self._kept = (key, (self.vectors @ asked)[self._row])
        return self._kept[1]


class _Model:
    """Vectors of an embedding."""

    def __init__(self, embedding: Embedding) -> None:
        self._embedding = embedding

    def fill(self, rows: _Rows, mask: Bools) -> None:
        missing = rows.missing(mask)
        step = self._embedding.batch
        for start in range(0, len(missing), step):
            some = missing[start : start + step]
            texts = [text[:_LONGEST] for text in rows.texts(some)]
            rows.put(some, self._embedding.documents(texts))

    def question(self, text: str) -> Vectors:
        return self._embedding.question(text)


class _Hashed:
    """Counts of words at places that hashes choose, by how rare they are in all of the code."""

    def __init__(self, parts: Sequence[_Rows]) -> None:
        self._parts = parts
        self._rarity: Vectors | None = None

    def fill(self, rows: _Rows, mask: Bools) -> None:
        if self._rarity is not None:
            return
        counts = [self._counted(part) for part in self._parts]
        held = sum((np.count_nonzero(each, axis=0) for each in counts), np.zeros(_SIZE))
        total = sum(len(each) for each in counts)
        self._rarity = np.log(max(total, 1) / (1 + held)).clip(min=0).astype(np.float32)
        for part, each in zip(self._parts, counts, strict=True):
            np.log1p(each, out=each)
            each *= self._rarity
            part.put(range(part.count), normalised(each))

    @staticmethod
    def _counted(part: _Rows) -> Vectors:
        found = np.zeros((part.count, _SIZE), np.float32)
        for row in range(part.count):
            for place in _hashes(part.texts((row,))[0]):
                found[row, place] += 1
        return found

    def question(self, text: str) -> Vectors:
        found = np.zeros((1, _SIZE), np.float32)
        for place in _hashes(text):
            found[0, place] += 1
        whole: Vectors = normalised(np.log1p(found) * self._rarity)[0]
        return whole


def _hashes(text: str) -> Iterable[int]:
    words = (part for word in WORD.findall(text) for part in split(word))
    return (zlib.crc32(word.encode()) % _SIZE for word in words)
