"""Which units hold which terms, as arrays; and BM25 over them (Robertson and Zaragoza, 2009)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Ints = NDArray[np.uint32]
Hashes = NDArray[np.uint64]
Counts = NDArray[np.uint16]

_MOST = 65535


@lru_cache(65536)
def term_hash(term: str) -> int:
    """The number of a term: 64 bits, so that a vocabulary of millions has no two alike."""
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "little")


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """For each term, by hash in order, the units that hold it and how often.

    Term t's are `units[starts[t]:starts[t + 1]]`, in order of units; `lengths` are the units'
    numbers of terms.
    """

    terms: Hashes
    starts: Ints
    units: Ints
    counts: Counts
    lengths: Ints

    def slot(self, term: int) -> slice:
        """Where a term's units are; an empty slice where none holds it."""
        at = int(np.searchsorted(self.terms, np.uint64(term)))
        if at == len(self.terms) or int(self.terms[at]) != term:
            return slice(0, 0)
        return slice(int(self.starts[at]), int(self.starts[at + 1]))


def postings(terms: Sequence[int], vocabulary: Sequence[int], lengths: Sequence[int]) -> Postings:
    """Postings from the terms of all units, one unit after the other: each term as its place in
    the vocabulary of hashes, each unit as its number of terms."""
    hashes, sizes = np.array(vocabulary, dtype=np.uint64), np.array(lengths, dtype=np.uint32)
    order = np.argsort(hashes)
    rank = np.empty(len(hashes), dtype=np.uint64)
    rank[order] = np.arange(len(hashes), dtype=np.uint64)
    said = rank[np.array(terms, dtype=np.uint32)] << np.uint64(32)
    said |= np.repeat(np.arange(len(sizes), dtype=np.uint64), sizes)
    said.sort()
    first = np.flatnonzero(_begins(said))
    counts = np.diff(np.r_[first, len(said)])
    entries = said[first]
    places = (entries >> np.uint64(32)).astype(np.uint32)
    begins = np.flatnonzero(_begins(places))
    return Postings(
        hashes[order][places[begins]],
        np.r_[begins, len(places)].astype(np.uint32),
        entries.astype(np.uint32),
        np.minimum(counts, _MOST).astype(np.uint16),
        sizes,
    )


def _begins(values: Hashes | Ints) -> Bools:
    """Where another value begins, among values in order."""
    begins = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=begins[1:])
    return begins


def _grouped(terms: Hashes, units: Ints, counts: Counts, lengths: Ints) -> Postings:
    order = np.argsort(terms, kind="stable")
    ordered = terms[order]
    first = np.flatnonzero(_begins(ordered))
    starts = np.r_[first, len(ordered)].astype(np.uint32)
    return Postings(ordered[starts[:-1]], starts, units[order], counts[order], lengths)


def merged(parts: Sequence[Postings], kept: Sequence[Bools]) -> Postings:
    """One of several, without the units that are not kept; the rest keep their order."""
    terms, units, counts, lengths = [], [], [], []
    offset = 0
    for part, keep in zip(parts, kept, strict=True):
        number = (np.cumsum(keep, dtype=np.uint32) - np.uint32(1)) + np.uint32(offset)
        entries = keep[part.units]
        terms.append(np.repeat(part.terms, np.diff(part.starts))[entries])
        units.append(number[part.units[entries]])
        counts.append(part.counts[entries])
        lengths.append(part.lengths[keep])
        offset += int(keep.sum())
    return _grouped(
        np.concatenate(terms),
        np.concatenate(units),
        np.concatenate(counts),
        np.concatenate(lengths),
    )


@dataclass(frozen=True, slots=True)
class Bm25:
    """How fast a repeated term stops counting (`k1`), how much a long unit loses (`b`)."""

    k1: float = 1.2
    b: float = 0.6

    def weigh(self, parts: Sequence[Postings], alive: Sequence[Bools], term: int) -> list[Floats]:
        """What a term adds to each part's units that hold it: an array beside each `slot`."""
        slots = [part.slot(term) for part in parts]
        total = sum(int(a.sum()) for a in alive)
        holding = sum(int(a[p.units[s]].sum()) for p, a, s in zip(parts, alive, slots, strict=True))
        if not holding:
            return [np.zeros(s.stop - s.start, np.float32) for s in slots]
        mean = sum(float(p.lengths[a].sum()) for p, a in zip(parts, alive, strict=True)) / total
        rarity = np.float32(np.log(1 + (total - holding + 0.5) / (holding + 0.5)))
        weights: list[Floats] = []
        for part, slot in zip(parts, slots, strict=True):
            count = part.counts[slot].astype(np.float32)
            length = part.lengths[part.units[slot]].astype(np.float32) / np.float32(mean or 1)
            norm = np.float32(self.k1) * (np.float32(1 - self.b) + np.float32(self.b) * length)
            weights.append(
                (rarity * count * np.float32(self.k1 + 1) / (count + norm)).astype(np.float32)
            )
        return weights
