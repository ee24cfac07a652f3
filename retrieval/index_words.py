"""Terms as numbers, while a segment of the index is written."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable
from itertools import chain

from gatewright.retrieval.index_postings import term_hash
from gatewright.retrieval.text import WORD, stem, terms_of

# WORD finds the same within such a run as in the whole text; most runs are said more than once.
_RUN = re.compile(r"[\w']+")
# The same in ASCII, in two thirds of the time: what cannot begin one is passed over at once.
_ASCII_RUN = re.compile(r"[A-Za-z0-9_'][A-Za-z0-9_']*")

Terms = Callable[[str], tuple[str, ...]]


class Vocabulary:
    """Numbers of terms in the order they came; `hashes` are the terms'."""

    def __init__(self) -> None:
        self.hashes = array("Q")
        self._numbers: dict[str, int] = {}
        self._words = _Memo(self, _run)
        self._texts = _Memo(self, _text)
        self._phrases = _Memo(self, _phrase)

    def number(self, term: str) -> int:
        """A term's number; a new one's is the next."""
        found = self._numbers.get(term)
        if found is None:
            found = self._numbers[term] = len(self.hashes)
            self.hashes.append(term_hash(term))
        return found

    def text(self, text: str) -> list[int]:
        """The terms of code or prose, each as often as it is said."""
        return list(chain.from_iterable(map(self._words.__getitem__, _runs(text))))

    def label(self, text: str) -> tuple[int, ...]:
        """As `text`, of a short text that is said more than once: a name, a type."""
        return self._texts[text]

    def phrases(self, phrases: Iterable[str]) -> list[int]:
        """The terms of plain words; each phrase is looked up as a whole."""
        return list(chain.from_iterable(map(self._phrases.__getitem__, phrases)))


class _Memo(dict[str, tuple[int, ...]]):
    """What texts come to, found once."""

    def __init__(self, vocabulary: Vocabulary, terms: Terms) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._terms = terms

    def __missing__(self, text: str) -> tuple[int, ...]:
        found = self[text] = tuple(map(self._vocabulary.number, self._terms(text)))
        return found


def _runs(text: str) -> list[str]:
    return (_ASCII_RUN if text.isascii() else _RUN).findall(text)


def _text(text: str) -> tuple[str, ...]:
    return tuple(chain.from_iterable(map(_run, _runs(text))))


def _run(text: str) -> tuple[str, ...]:
    if text.isascii() and text.isidentifier():
        return terms_of(text)
    return tuple(chain.from_iterable(map(terms_of, WORD.findall(text))))


def _phrase(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in text.split())
