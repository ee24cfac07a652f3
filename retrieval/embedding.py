"""Embeddings: what turns a text into a vector. The default one needs no weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import log
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gatewright.core import DataError
from gatewright.retrieval.index_postings import term_hash
from gatewright.retrieval.text import question_terms, terms

Vectors = NDArray[np.float32]
Rarity = Callable[[str], float]

_SHORTEST_WITH_RUNS = 4
_UNKNOWN = 2.0  # what the letters of a word count that no unit holds: a rather common word's
_SIGN = 1 << 40  # a bit of a term's hash that does not choose its place


class Embedding(Protocol):
    """Texts as vectors of length 1; the nearer two are, the more alike the texts."""

    @property
    def name(self) -> str:
        """What tells its vectors from another's: model, version, form of the text."""
        ...

    @property
    def batch(self) -> int:
        """How many texts to give at once."""
        ...

    @property
    def least(self) -> float:
        """The likeness under which two texts have nothing in common."""
        ...

    def documents(self, texts: Sequence[str]) -> Vectors:
        """A row for every text. Raises a GatewrightError where it cannot."""
        ...

    def question(self, text: str) -> Vectors:
        """One vector; all 0 where the text says nothing. Raises as `documents` does."""
        ...


class HashedEmbedding:
    """The words of a text, and the runs of letters in them, at places that hashes choose.

    Half of a vector is words (Weinberger et al., 2009), half their runs of three and four letters,
    so that a misspelt or abbreviated word is still near. How rare a word is counts in questions
    only: a stored vector stays right when other files change. `rarity` tells a term's weight, 0
    for one that no unit holds; without it all count the same.
    """

    def __init__(self, rarity: Rarity | None = None, size: int = 2048) -> None:
        self._rarity = rarity
        self._half = size // 2
        self._placed = lru_cache(1 << 17)(self._place)

    @property
    def name(self) -> str:
        """Size and version: another version's vectors are no use."""
        return f"hashed-{2 * self._half}-1"

    @property
    def batch(self) -> int:
        """As many as fit into a few megabytes."""
        return 1024

    @property
    def least(self) -> float:
        """What hashes and letters that meet by chance come to."""
        return 0.12

    def documents(self, texts: Sequence[str]) -> Vectors:
        """Rows by the logarithm of how often each word, and each run, is said."""
        rows = [self._document(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, 2 * self._half), np.float32)

    def question(self, text: str) -> Vectors:
        """The question's words; the rare ones count most."""
        words: dict[str, float] = {}
        letters: dict[str, float] = {}
        for term, weight in _logarithms(Counter(question_terms(text))).items():
            rarity = self._rarity(term) if self._rarity is not None else 1.0
            words[term] = weight * rarity
            for run in _runs(term):
                letters[run] = max(letters.get(run, 0), weight * (rarity or _UNKNOWN))
        return self._joined(words, letters)

    def _document(self, text: str) -> Vectors:
        words = Counter(terms(text))
        letters: Counter[str] = Counter()
        for term, count in words.items():
            for run in _runs(term):
                letters[run] += count
        return self._joined(_logarithms(words), _logarithms(letters))

    def _joined(self, words: Mapping[str, float], letters: Mapping[str, float]) -> Vectors:
        halves = np.zeros((2, self._half), np.float32)
        for row, weights in zip(halves, (words, letters), strict=True):
            placed = [self._placed(key) for key in weights]
            values = np.fromiter(weights.values(), np.float32, len(weights))
            signs = np.array([sign for _, sign in placed], np.float32)
            np.add.at(row, np.array([place for place, _ in placed], np.int64), values * signs)
        whole: Vectors = normalised(normalised(halves).reshape(1, -1))[0]
        return whole

    def _place(self, key: str) -> tuple[int, int]:
        """Where a term or run goes, and with which sign."""
        number = term_hash(key)
        return number % self._half, 1 if number & _SIGN else -1


@lru_cache(1 << 16)
def _runs(term: str) -> tuple[str, ...]:
    """The runs of letters in a term that is long enough to share some with another."""
    if len(term) < _SHORTEST_WITH_RUNS:
        return ()
    whole = f"^{term}$"
    return tuple(
        f"#{whole[start : start + size]}"
        for size in (3, 4)
        for start in range(len(whole) - size + 1)
    )


class TextVectors(Protocol):
    """A model's vectors as lists of numbers, of any length."""

    @property
    def name(self) -> str:
        """Model and address."""
        ...

    @property
    def batch(self) -> int:
        """How many texts a request holds."""
        ...

    def vectors(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """The vector of every text. Raises a GatewrightError."""
        ...


class ModelEmbedding:
    """The vectors of a model elsewhere."""

    least = 0.0

    def __init__(self, model: TextVectors) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    @property
    def batch(self) -> int:
        """The model's."""
        return self._model.batch

    def documents(self, texts: Sequence[str]) -> Vectors:
        """Rows at length 1. Raises DataError where they are of several sizes."""
        rows = self._model.vectors(texts)
        sizes = sorted({len(row) for row in rows})
        if len(sizes) > 1:
            raise DataError(
                f"vectors of several sizes came: {sizes[0]} and {sizes[-1]} numbers",
                where=self.name,
                hint="does the server answer with one model only?",
            )
        return normalised(np.array(rows, np.float32).reshape(len(rows), -1))

    def question(self, text: str) -> Vectors:
        """The text's vector."""
        vector: Vectors = self.documents([text])[0]
        return vector


def normalised(rows: Vectors) -> Vectors:
    """Every row at length 1; rows of zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def _logarithms(counts: Mapping[str, int]) -> dict[str, float]:
    return {key: 1 + log(count) for key, count in counts.items()}
