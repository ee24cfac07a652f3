"""Two scores of one question made one: what words say, and how near a unit's vector is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gatewright.retrieval.index import View
from gatewright.retrieval.index_postings import Bools, Floats
from gatewright.retrieval.index_segment import Level


class Likeness(Protocol):
    """How alike the meanings of a question and of units are."""

    def near(self, view: View, text: str, level: Level, wanted: Sequence[Bools]) -> list[Floats]:
        """The likeness of the wanted units to a question, by segment; 0 where it is small."""
        ...


def fused(words: Sequence[Floats], likeness: Sequence[Floats]) -> list[Floats]:
    """One score of the two for every unit, by segment."""
    return [a + b for a, b in zip(words, likeness, strict=True)]
