"""Scores of units for a question: BM25 over their own words, and evidence from the graph.

A block counts more in a module that fits. Who describes a module in several sentences tells of what
its parts do, so there a module counts more for each of its blocks and instances that fits; one
sentence names a thing, and is not to find the modules that use it: of modules those lead whose
names say most of what it asks for. A signal has few words of its own: those of the blocks that
drive and read it count too, and the best of these once more. Among the best signals those lead
whose names the question says most completely. What checks a design comes behind the design, unless
one sentence asks for it or there are several.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from gatewright.retrieval.fusion import rarity
from gatewright.retrieval.index import View
from gatewright.retrieval.index_postings import Bm25, Bools, Floats, term_hash
from gatewright.retrieval.index_segment import Level, Segment
from gatewright.retrieval.question import Asked
from gatewright.retrieval.text import question_terms, terms_of

Terms = Mapping[str, float]

_MOST_NAMED = 400  # signals of a segment whose names are looked at
_FOLDERS = frozenset(
    """bench dv formal fpv sim sva tb test testbench testbenches tests uvm verif
    verification""".split()  # noqa: SIM905
)
_CHECKS = frozenset(
    question_terms(
        "test testbench bench verification simulation stimulus sequence scoreboard coverage"
        " assertion property constraint covergroup uvm agent class"
    )
)
_MOST_INSIDE = 4  # scores of blocks in a module; what further ones add is little


@dataclass(frozen=True, slots=True)
class Weights:
    """How much what counts: found on public repositories, the same for every question."""

    block: Bm25 = field(default_factory=lambda: Bm25(3.0, 0.8))
    module: Bm25 = field(default_factory=lambda: Bm25(8.0, 0.8))
    block_lead: float = 1.0  # the first sentence of a question about blocks
    module_lead: float = 1.0
    inside: float = 0.4  # a module's best block; the second best half of that, and so on
    signal: Bm25 = field(default_factory=lambda: Bm25(2.0, 0.8))  # its own words
    signal_lead: float = 3.0
    parent: float = 0.1  # a block's module
    called: float = 1.0  # a name that says all that is asked of modules, in best scores
    around: float = 1.0  # the words of blocks that drive or read a signal
    around_k1: float = 4.0
    around_b: float = 0.9
    nearest: float = 0.5  # the best of these blocks
    signal_parent: float = 0.4
    checks: float = 0.6  # of the score of what checks a design, where a design is asked for
    named: float = 40.0  # a name that the question's first sentence says in full


class Scorer:
    """Scores units; it keeps what does not depend on the question."""

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = weights or Weights()
        self._lengths: dict[int, tuple[Segment, Floats]] = {}
        self._shares: tuple[View, list[Floats]] | None = None

    def scores(
        self, view: View, asked: Asked, level: Level, wanted: Sequence[Bools] | None = None
    ) -> list[Floats]:
        """The score of every unit of a level, by segment; 0 where no word fits. `wanted` tells the
        units that may be found, where that is not all."""
        found = self._fitting(view, asked, level, wanted)
        if asked.first or not _CHECKS.isdisjoint(asked.terms):
            return found
        if self._shares is None or self._shares[0] is not view:
            self._shares = (view, _shares(view, self._weights.checks))
        return [
            score * share[segment.levels[level].module]
            for segment, score, share in zip(view.segments, found, self._shares[1], strict=True)
        ]

    def _fitting(
        self, view: View, asked: Asked, level: Level, wanted: Sequence[Bools] | None = None
    ) -> list[Floats]:
        weights = self._weights
        modules = _bm25(view, asked.weighed(weights.module_lead), Level.MODULE, weights.module)
        if level is Level.MODULE and not asked.first:
            self._call(view, asked.terms, modules)
            return modules
        own = _bm25(view, asked.weighed(weights.block_lead), Level.BLOCK, weights.block)
        if level is Level.MODULE:
            return [
                mine + np.float32(weights.inside) * _best_inside(segment, score)
                for segment, mine, score in zip(view.segments, modules, own, strict=True)
            ]
        share = weights.parent
        if level is Level.SIGNAL:
            own = self._signals(view, asked, own)
            share = weights.signal_parent
        found = [
            np.where(mine > 0, mine + np.float32(share) * up[s.levels[level].module], np.float32(0))
            for s, mine, up in zip(view.segments, own, modules, strict=True)
        ]
        if level is Level.SIGNAL:
            self._name(view, asked, found, wanted)
        return found

    def _call(self, view: View, terms: Terms, scores: Sequence[Floats]) -> None:
        """Add to modules by how much of what is asked for their names say, more where they say
        nothing else."""
        rare = _rare(view, Level.MODULE, terms)
        best = max((float(score.max(initial=0)) for score in scores), default=0.0)
        for segment, score in zip(view.segments, scores, strict=True):
            for unit in np.flatnonzero(score).tolist():
                name = segment.names[segment.levels[Level.MODULE].module[unit]]
                words = _words(name)
                share = sum(rare.get(word, 0.0) for word in {*words, name.lower()})
                only = 1 + len(words & rare.keys()) / len(words)
                score[unit] += np.float32(self._weights.called * best * share * only)

    def _name(
        self,
        view: View,
        asked: Asked,
        scores: Sequence[Floats],
        wanted: Sequence[Bools] | None,
    ) -> None:
        """Add to the best signals by how much of their names is said; where all of it is one
        sentence, also by how much of that they say."""
        said = asked.first or frozenset(asked.terms)
        rare = {} if asked.first else _rare(view, Level.SIGNAL, asked.terms)
        for number, (segment, score) in enumerate(zip(view.segments, scores, strict=True)):
            mask = view.alive[Level.SIGNAL][number] if wanted is None else wanted[number]
            units = np.flatnonzero(mask & (score > 0))
            if len(units) > _MOST_NAMED:
                best = np.argpartition(-score[units], _MOST_NAMED)[:_MOST_NAMED]
                units = units[best]
            held = segment.levels[Level.SIGNAL]
            ends = np.cumsum(held.label_sizes, dtype=np.int64)
            starts = ends[units] - held.label_sizes[units]
            for unit, start, end in zip(units, starts, ends[units], strict=True):
                label = held.labels[start:end].tobytes().decode("utf-8", "replace")
                words = _words(label.partition(" ")[2])
                share = len(said & words) / len(words)
                if not asked.first:
                    share *= sum(rare.get(word, 0.0) for word in words)
                score[unit] += np.float32(self._weights.named * share)

    def _signals(self, view: View, asked: Asked, blocks: Sequence[Floats]) -> list[Floats]:
        """What signals say themselves, what the blocks around them say, and the best of these."""
        weights = self._weights
        own = _bm25(view, asked.weighed(weights.signal_lead), Level.SIGNAL, weights.signal)
        around = self._around(view, asked.terms)
        return [
            mine
            + np.float32(weights.around) * more
            + np.float32(weights.nearest) * _best_touching(segment, score)
            for segment, mine, more, score in zip(view.segments, own, around, blocks, strict=True)
        ]

    def _around(self, view: View, terms: Terms) -> list[Floats]:
        """BM25 of signals over the words of the blocks that touch them, taken as one text."""
        alive = view.alive[Level.SIGNAL]
        lengths = self._touching(view)
        mean = _mean([length[mask] for length, mask in zip(lengths, alive, strict=True)])
        b = np.float32(self._weights.around_b)
        shares = [(1 - b) + b * length / np.float32(mean) for length in lengths]
        total = sum(int(mask.sum()) for mask in alive)
        found = [np.zeros(len(mask), np.float32) for mask in alive]
        k1 = np.float32(self._weights.around_k1)
        for term, weight in terms.items():
            counts = [_times(segment, term_hash(term)) for segment in view.segments]
            holding = sum(int(np.count_nonzero(c[a])) for c, a in zip(counts, alive, strict=True))
            if holding:
                rarity = np.log(1 + (total - holding + 0.5) / (holding + 0.5))
                for score, count, share in zip(found, counts, shares, strict=True):
                    score += np.float32(weight * rarity) * count * (k1 + 1) / (count + k1 * share)
        return found

    def _touching(self, view: View) -> list[Floats]:
        kept = {id(s): self._lengths.get(id(s), (s, None)) for s in view.segments}
        self._lengths = {
            key: (s, s.touching_lengths() if lengths is None else lengths)
            for key, (s, lengths) in kept.items()
        }
        return [self._lengths[id(s)][1] for s in view.segments]


@lru_cache(65536)
def _words(name: str) -> frozenset[str]:
    """The words of a name, without the name itself where it has several; at least one."""
    low = name.lower()
    return frozenset(word for word in terms_of(name) if word != low) or frozenset((low,))


def _shares(view: View, checks: float) -> list[Floats]:
    """What each module's score counts: less where all its files are in folders of test benches."""
    found = []
    for segment in view.segments:
        paths = (view.paths.get(key, ()) for key in segment.contents)
        apart = [bool(some) and all(map(_checking, some)) for some in paths]
        share = np.where(np.array(apart, np.bool_), np.float32(checks), np.float32(1))
        found.append(share[segment.content])
    return found


def _checking(path: str) -> bool:
    """Whether a file is among those that check a design, by the names of its folders."""
    folders = path.lower().split("/")[:-1]
    return any(part in _FOLDERS or part.endswith(("_tb", "_dv")) for part in folders)


def _rare(view: View, level: Level, terms: Terms) -> Terms:
    """The share that each term has in a question, by how rare it is; none of unknown terms."""
    weights = {term: weight * rarity(view, level, term) for term, weight in terms.items()}
    whole = sum(weights.values())
    return {term: weight / whole for term, weight in weights.items() if weight}


def _bm25(view: View, terms: Terms, level: Level, bm25: Bm25) -> list[Floats]:
    parts = [s.levels[level].postings for s in view.segments]
    found = [np.zeros(len(part.lengths), np.float32) for part in parts]
    for term, weight in terms.items():
        number = term_hash(term)
        added = bm25.weigh(parts, view.alive[level], number)
        for part, score, more in zip(parts, found, added, strict=True):
            score[part.units[part.slot(number)]] += np.float32(weight) * more
    return found


def _best_touching(segment: Segment, blocks: Floats) -> Floats:
    """For each signal the best score of a block that touches it."""
    touched = segment.touched
    found = np.zeros(len(segment.levels[Level.SIGNAL].module), np.float32)
    np.maximum.at(found, touched.targets, np.repeat(blocks, np.diff(touched.starts)))
    return found


def _best_inside(segment: Segment, blocks: Floats) -> Floats:
    """For each module the scores of its best blocks, each counting half of the one before."""
    found = np.zeros(len(segment.levels[Level.MODULE].module), np.float32)
    owner = segment.levels[Level.BLOCK].module
    if not len(owner):
        return found
    starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    sizes = np.diff(np.r_[starts, len(owner)])
    left, share = blocks.copy(), np.ones(len(starts), np.float32)
    for _ in range(_MOST_INSIDE):
        best = np.maximum.reduceat(left, starts)
        taken = left >= np.repeat(best, sizes)
        rest = share * np.exp2(-np.add.reduceat(taken, starts, dtype=np.float32))
        found[owner[starts]] += 2 * (share - rest) * best
        left[taken], share = 0, rest
    return found


def _times(segment: Segment, term: int) -> Floats:
    """In how many of the blocks that touch it each signal has a term; the logarithm of that."""
    blocks = segment.levels[Level.BLOCK].postings
    size = len(segment.levels[Level.SIGNAL].module)
    signals = segment.touched.from_units(blocks.units[blocks.slot(term)])
    return np.log2(1 + np.bincount(signals, minlength=size)).astype(np.float32)


def _mean(parts: Sequence[Floats]) -> float:
    count = sum(len(part) for part in parts)
    return (sum(float(part.sum()) for part in parts) / count if count else 0.0) or 1.0
