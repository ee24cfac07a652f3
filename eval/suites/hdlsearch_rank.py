"""At which place of an answer the thing asked for is: strictly, and by HDLSearch's own measure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from gatewright.datasets.hdlsearch import Place
from gatewright.eval.suites.hdlsearch_corpus import Corpus, Pool

DEEPEST = 100  # places of an answer that are looked at
_LINE = re.compile(
    r"^[\s\-*`]*(?P<path>[^\s`][^`]*?):(?P<first>\d{1,9})(?:-(?P<last>\d{1,9}))?`?(?:\s+(?P<name>\S+))?\s*$"
)
_PIECE, _OVERLAP = 1000, 200  # characters
_BREAKS = " ;,)}]"  # where a piece may end, the first that it holds
_LIKE = 0.1  # ROUGE-2's F1 from which HDLSearch takes a piece for the right one

Bigrams = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sought:
    """The digests of what is asked for, and for a block its code as the benchmark has it."""

    digests: frozenset[int]
    code: str = ""


def places_in(answer: str) -> tuple[Place, ...]:
    """The lines `path:first-last` of an answer (for signals followed by the name), in order."""
    found: list[Place] = []
    for line in answer.splitlines():
        match = _LINE.match(line)
        if match is not None:
            first = int(match["first"])
            last = int(match["last"] or first)
            if 0 < first <= last:
                found.append(Place(match["path"], first, last, match["name"] or ""))
        if len(found) == DEEPEST:
            break
    return tuple(found)


def strict_rank(corpus: Corpus, pool: Pool, places: Iterable[Place], sought: Sought) -> int:
    """The rank of the first place that stands for a unit sought, from 1; 0 where none does.

    Copies count once. A place that covers several units counts as all of them, what is sought
    last: whole files gain nothing. Places outside of the pool are passed over.
    """
    digests = corpus.levels[pool.level].digest
    seen: set[int] = set()
    for place in places:
        found = {int(digests[u]) for u in corpus.standing(pool.level, place) if pool.mask[u]}
        if found & sought.digests:
            return len(seen | (found - sought.digests)) + 1
        seen |= found
    return 0


def loose_rank(corpus: Corpus, pool: Pool, places: Iterable[Place], sought: Sought) -> int:
    """The rank of the first piece of 1000 characters that is like the code sought; 0 for none."""
    code = _bigrams(sought.code)
    seen: set[str] = set()
    for place in places:
        if not any(pool.mask[unit] for unit in corpus.standing(pool.level, place)):
            continue
        for piece in pieces(corpus.text(place)):
            if piece not in seen:
                seen.add(piece)
                if rouge_2(_bigrams(piece), code) >= _LIKE:
                    return len(seen)
    return 0


def pieces(text: str) -> Iterator[str]:
    """A text as the benchmark cuts it: 1000 characters each, 200 of them shared with the next."""
    text = " ".join(text.split())
    start = 0
    while len(text) - start > _PIECE:
        ends = (text.rfind(char, start + _OVERLAP + 1, start + _PIECE) for char in _BREAKS)
        end = next((at + 1 for at in ends if at >= 0), start + _PIECE)
        yield text[start:end].strip()
        start = end - _OVERLAP
    if text:
        yield text[start:].strip()


def rouge_2(one: Bigrams, other: Bigrams) -> float:
    """F1 of the pairs of words that follow each other, each pair counted once."""
    shared = len(one & other)
    return 2 * shared / (len(one) + len(other)) if shared else 0.0


@lru_cache(1 << 12)
def _bigrams(text: str) -> Bigrams:
    words = text.replace(".", " ").split()
    return frozenset(pairwise(words))
