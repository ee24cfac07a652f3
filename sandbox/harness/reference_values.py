"""Values worth trying on a design's inputs: those that its text, or the candidate's, mentions."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gatewright.core import Source
from gatewright.sandbox.integrity import Kind, preprocess

_MAX_NAMED = 32
_MAX_WALK = 256
_MAX_CORNERS = 160
_MAX_DIGITS = 256
_MAX_STREAM = 2048
_LITERAL = re.compile(
    r"(?:(?P<size>\d{1,5})\s*)?'[sS]?(?P<base>[bodhBODH])\s*(?P<digits>[0-9a-fA-F_]+)|(?P<plain>\d+)"
)
_BASE = {"b": 2, "o": 8, "d": 10, "h": 16}


@dataclass(frozen=True, slots=True)
class Literal:
    """A number in a text; `width` where it is written out."""

    value: int
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Values:
    """Numbers worth trying, in the order in which the texts mention them."""

    literals: tuple[Literal, ...] = ()

    def named(self, width: int) -> list[int]:
        """Those that fit, each once; else the extremes."""
        found = list(dict.fromkeys(v.value for v in self.literals if v.value < 1 << width))
        return found or _extremes(width)

    def walk(self, width: int) -> list[int]:
        """Those written with this very width, repeated ones too: a sequence to walk through."""
        found = [v.value for v in self.literals if v.width == width and v.value < 1 << width]
        return found[:_MAX_WALK] if len(set(found)) > 1 else self.named(width)

    def corners(self, width: int) -> list[int]:
        """Extremes, then the numbers named and their neighbours."""
        top = 1 << width
        around = [v + step for v in self.named(width) for step in (0, -1, 1)]
        found = dict.fromkeys(v for v in (*_extremes(width), *around) if 0 <= v < top)
        return list(found)[:_MAX_CORNERS]

    def stream(self) -> str:
        """The bits of all that are written with a width, first bit first and then turned round.

        Designs with a serial input wait for such sequences.
        """
        found = dict.fromkeys(
            f"{v.value:0{v.width}b}" for v in self.literals if v.width and 2 < v.width <= 64
        )
        bits = "".join(f"{word}{word[::-1]}" for word in found if len(word) <= 64)
        return bits[:_MAX_STREAM]


def _extremes(width: int) -> list[int]:
    top = 1 << width
    return [v for v in (0, top - 1, 1, top >> 1, (top >> 1) - 1) if 0 <= v < top]


def values_of(reference: Sequence[Source], candidate: Sequence[Source], seed: int) -> Values:
    """The numbers of the reference's text, and as many of the candidate's, those drawn by lot.

    By lot, so that a number with a meaning cannot hide behind many that have none.
    """
    ours = list(literals_in(reference))
    known = set(ours)
    theirs = [v for v in dict.fromkeys(literals_in(candidate)) if v not in known]
    if len(theirs) > _MAX_NAMED:
        theirs = random.Random(seed).sample(theirs, _MAX_NAMED)
    return Values((*ours[:_MAX_WALK], *theirs))


def literals_in(sources: Sequence[Source]) -> Iterator[Literal]:
    """The numbers that texts mention, in order; those in comments are none."""
    for token in preprocess(sources).tokens:
        if token.kind is Kind.NUMBER and len(token.text) <= _MAX_DIGITS:
            match = _LITERAL.fullmatch(token.text.strip())
            value = _number(match) if match else None
            if match and value is not None:
                yield Literal(value, int(match["size"]) if match["size"] else None)


def _number(match: re.Match[str]) -> int | None:
    digits = (match["plain"] or match["digits"]).replace("_", "")
    try:
        return int(digits, 10 if match["plain"] else _BASE[match["base"].lower()])
    except ValueError:
        return None
