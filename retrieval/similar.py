"""Code that resembles code: what shares most of its words, nearest files first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from gatewright.retrieval.facts.types import Block, Range
from gatewright.retrieval.repository import Repository

_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_WORD = re.compile(r"[A-Za-z_]\w*")
_MOST_MODULES = 80
_FEWEST_WORDS = 3
_LEAST = 0.25  # of the words in common, of all the words of both
_MOST_LINES = 60


@dataclass(frozen=True, slots=True)
class Resembling:
    """A block that resembles what was asked for; `score` is from 0 to 1."""

    file: str
    module: str
    kind: str
    range: Range
    score: float


class Similarity(Protocol):
    """Finds blocks of a repository that resemble a text."""

    def __call__(
        self, repository: Repository, text: str, near: str, wanted: Callable[[str], bool], most: int
    ) -> Sequence[Resembling]:
        """The best `most` blocks, best first, only of files that are `wanted`.

        `near` is the file that the text is in. Equal input gives equal answers.
        """
        ...


def by_words(
    repository: Repository, text: str, near: str, wanted: Callable[[str], bool], most: int
) -> tuple[Resembling, ...]:
    """Blocks by the pieces of their identifiers that they share with the text (Jaccard index).

    Looks at the modules of the files nearest to `near`, up to a fixed number of them.
    """
    asked = pieces(_WORD.findall(text))
    if len(asked) < _FEWEST_WORDS:
        return ()
    found: list[Resembling] = []
    modules = [d for d in repository.definitions(near=near) if wanted(d.path)]
    for definition in sorted(modules, key=lambda d: d.path != near)[:_MOST_MODULES]:
        for block in repository.module(definition).blocks:
            size = block.range.end_line - block.range.line
            score = _jaccard(asked, pieces(_names(block))) if size < _MOST_LINES else 0.0
            if score >= _LEAST:
                kind = block.kind.value
                place = (definition.path, definition.name, kind, block.range)
                found.append(Resembling(*place, round(score, 6)))
    found.sort(key=lambda r: (-r.score, r.file != near, r.file, r.range))
    return tuple(found[:most])


def pieces(names: Iterable[str]) -> frozenset[str]:
    """The words that identifiers are made of: `axisTready_q` gives axis, tready and q."""
    return frozenset(piece.lower() for name in names for piece in _PIECE.findall(name))


def _names(block: Block) -> list[str]:
    return [block.kind.value, block.name, *block.drives, *block.loads, *block.calls]


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0
