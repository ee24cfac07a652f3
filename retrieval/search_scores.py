"""Scores of units for a question: BM25 over their own words, and evidence from the graph.

A block counts more in a module that fits. A signal has few words of its own; those of the blocks
that drive and read it are counted as a second field (BM25F: Robertson, Zaragoza and Taylor, 2004).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gatewright.retrieval.index import View
from gatewright.retrieval.index_postings import Bm25, Bools, Floats, Postings, term_hash
from gatewright.retrieval.index_segment import Level, Links, Segment


@dataclass(frozen=True, slots=True)
class Weights:
    """How much what counts: found on public repositories, the same for every question."""

    block: Bm25 = field(default_factory=lambda: Bm25(3.0, 0.8))
    module: Bm25 = field(default_factory=lambda: Bm25(8.0, 0.9))
    signal_k1: float = 8.0
    parent: float = 0.1  # a block's module
    own: float = 2.0  # a signal's own words
    touching: float = 0.5  # the words of blocks that drive or read a signal
    signal_parent: float = 0.2


def scores(view: View, words: Sequence[str], level: Level, weights: Weights) -> list[Floats]:
    """The score of every unit of a level, by segment; 0 where no word fits."""
    modules = _bm25(view, words, Level.MODULE, weights.module)
    if level is Level.MODULE:
        return modules
    if level is Level.BLOCK:
        own = _bm25(view, words, level, weights.block)
        share = weights.parent
    else:
        own = _signals(view, words, weights)
        share = weights.signal_parent
    return [
        np.where(mine > 0, mine + np.float32(share) * above[s.levels[level].module], np.float32(0))
        for s, mine, above in zip(view.segments, own, modules, strict=True)
    ]


def _bm25(view: View, words: Sequence[str], level: Level, bm25: Bm25) -> list[Floats]:
    parts = [s.levels[level].postings for s in view.segments]
    found = [np.zeros(len(part.lengths), np.float32) for part in parts]
    for term, count in Counter(words).items():
        number = term_hash(term)
        added = bm25.weigh(parts, view.alive[level], number)
        for part, score, more in zip(parts, found, added, strict=True):
            score[part.units[part.slot(number)]] += np.float32(count**0.5) * more
    return found


def _signals(view: View, words: Sequence[str], weights: Weights) -> list[Floats]:
    """BM25F over the signals' own words and those of the blocks that touch them."""
    alive = view.alive[Level.SIGNAL]
    fields = [_Fields(segment, mask) for segment, mask in zip(view.segments, alive, strict=True)]
    total = sum(int(mask.sum()) for mask in alive)
    mean_own = _mean([f.own_lengths[f.alive] for f in fields])
    mean_touching = _mean([f.touching_lengths[f.alive] for f in fields])
    found = [np.zeros(len(f.own_lengths), np.float32) for f in fields]
    for term, count in Counter(words).items():
        number = term_hash(term)
        counted = [f.count(number, weights, mean_own, mean_touching) for f in fields]
        holding = sum(int((c[f.alive] > 0).sum()) for c, f in zip(counted, fields, strict=True))
        if not holding:
            continue
        rarity = np.float32(np.log(1 + (total - holding + 0.5) / (holding + 0.5)) * count**0.5)
        for score, c in zip(found, counted, strict=True):
            k1 = np.float32(weights.signal_k1)
            score += rarity * c * (k1 + np.float32(1)) / (c + k1)
    return found


class _Fields:
    """The two fields of a segment's signals."""

    def __init__(self, segment: Segment, alive: Bools) -> None:
        self.alive = alive
        self._own: Postings = segment.levels[Level.SIGNAL].postings
        self._blocks: Postings = segment.levels[Level.BLOCK].postings
        self._touched: Links = segment.touched
        self.own_lengths = self._own.lengths.astype(np.float32)
        self.touching_lengths = segment.touching_lengths()

    def count(self, term: int, weights: Weights, own: float, touching: float) -> Floats:
        """How often each signal holds a term, longer fields less."""
        size = len(self.own_lengths)
        found = np.zeros(size, np.float32)
        slot = self._own.slot(term)
        found[self._own.units[slot]] = self._own.counts[slot]
        found *= np.float32(weights.own) / (0.5 + 0.5 * self.own_lengths / np.float32(own))
        signals = self._touched.from_units(self._blocks.units[self._blocks.slot(term)])
        if len(signals):
            times = np.bincount(signals, minlength=size).astype(np.float32)
            share = 0.1 + 0.9 * self.touching_lengths / np.float32(touching)
            found += np.float32(weights.touching) * np.log2(1 + times) / share
        return found.astype(np.float32)


def _mean(parts: Sequence[Floats]) -> float:
    count = sum(len(part) for part in parts)
    return (sum(float(part.sum()) for part in parts) / count if count else 0.0) or 1.0
