"""Two scores of one question made one: what words say, and how near a unit's vector is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from gatewright.retrieval.index import View
from gatewright.retrieval.index_postings import Bools, Floats, term_hash
from gatewright.retrieval.index_segment import Level

_SHARE = 0.3  # of likeness, in standard deviations; what was measured is in docs/benchmarks.md


class Likeness(Protocol):
    """How alike the meanings of a question and of units are."""

    def near(self, view: View, text: str, level: Level, wanted: Sequence[Bools]) -> list[Floats]:
        """The likeness of the wanted units to a question, by segment; 0 where it is small."""
        ...


def fused(
    words: Sequence[Floats], likeness: Sequence[Floats], wanted: Sequence[Bools]
) -> list[Floats]:
    """The score by words, and a share of the likeness on the same scale, by segment.

    Scales are made one by their spread over the wanted units. A unit that no word finds may still
    be found; where no word finds any, likeness alone decides.
    """
    scale = (_SHARE * _spread(words, wanted) or 1.0) / (_spread(likeness, wanted) or 1.0)
    share = np.float32(scale)
    return [said + share * alike for said, alike in zip(words, likeness, strict=True)]


def _spread(scores: Sequence[Floats], wanted: Sequence[Bools]) -> float:
    """The standard deviation."""
    kept = [score[mask] for score, mask in zip(scores, wanted, strict=True)]
    found = np.concatenate([*kept, np.zeros(0, np.float32)])
    return float(found.std(dtype=np.float64)) if len(found) else 0.0


def rarity(view: View, level: Level, term: str) -> float:
    """How rare a term is among the units of a level (BM25's weight); 0 where none holds it."""
    total = sum(int(mask.sum()) for mask in view.alive[level])
    holding = 0
    for segment, alive in zip(view.segments, view.alive[level], strict=True):
        held = segment.levels[level].postings
        holding += int(alive[held.units[held.slot(term_hash(term))]].sum())
    return float(np.log(1 + (total - holding + 0.5) / (holding + 0.5))) if holding else 0.0
