"""The names and numbers that change from one place to a like one, and what follows from them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from gatewright.retrieval.complete.tokens import is_name, is_number, value_of, with_value

MOST_AFFIXES = 6
_AFFIX = re.compile(r"^(?:[iop]_|u_)+|(?:_(?:i|o|io|in|out|reg|r|q|d|n|next|w|s))+$")


@lru_cache(maxsize=1 << 16)
def stem(name: str) -> str:
    """A name without the customary marks of direction and kind, in lower case."""
    return _AFFIX.sub("", name).lower() or name.lower()


def difference(one: str, other: str) -> tuple[str, str]:
    """The parts by which two names differ: what lies between common beginning and end."""
    head = 0
    shortest = min(len(one), len(other))
    while head < shortest and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < shortest - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    return one[head : len(one) - tail], other[head : len(other) - tail]


def changed_part(one: str, other: str) -> tuple[str, str]:
    """The difference of two names; a single letter's with the word between `_` that it is in."""
    short, long = difference(one, other)
    if len(short) > 1 or short.isdigit():
        return short, long
    words, others = one.split("_"), other.split("_")
    if len(words) == len(others):
        pairs = [(a, b) for a, b in zip(words, others, strict=True) if a != b]
        if len(pairs) == 1:
            return pairs[0]
    return short, long


@dataclass(slots=True)
class Renaming:
    """What became of names and numbers from a source place to the place at hand.

    The nearest line decides where two disagree; `conflicts` counts the disagreements.
    """

    names: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    conflicts: float = 0.0

    def learn(self, source: Sequence[str], target: Sequence[str], weight: float) -> None:
        """Take in two lines of the same shape."""
        for one, other in zip(source, target, strict=True):
            if is_name(one):
                if self.names.setdefault(one, other) != other:
                    self.conflicts += weight
            elif is_number(one):
                self.numbers.setdefault(one, other)

    def told(self, one: str, other: str) -> None:
        """Take in two names known to correspond, where the lines say nothing of the first."""
        if one and other and one != other and one not in self.names:
            self.names[one] = other

    def words(self, text: str) -> str:
        """A text, such as a string, with the changed names in it."""
        for one, other in self.names.items():
            if one != other and len(one) >= 3 and one in text:
                text = text.replace(one, other)
        return text

    def affixes(self) -> list[tuple[str, str]]:
        """The changed parts of changed names, each once."""
        changed = (changed_part(a, b) for a, b in self.names.items() if a != b)
        return [pair for pair in dict.fromkeys(changed) if pair[0]][:MOST_AFFIXES]

    def number(self, literal: str) -> str:
        """The number that a literal becomes: as met before, else moved by the same step."""
        met = self.numbers.get(literal)
        if met is not None:
            return met
        value = value_of(literal)
        if value is None:
            return literal
        for one, other in self.numbers.items():
            first, second = value_of(one), value_of(other)
            if one != other and first is not None and second is not None:
                return with_value(literal, value + second - first) or literal
        return literal


@dataclass(frozen=True, slots=True)
class Mapped:
    """A line's tokens carried over; how many changed, and how many names the file lacks."""

    tokens: tuple[str, ...]
    changed: int
    unknown: int


def carry_over(
    tokens: Sequence[str], renaming: Renaming, known: dict[str, int], foreign: bool
) -> Mapped:
    """Apply a renaming to a line. `foreign` says that the line is another file's."""
    affixes = renaming.affixes()
    out: list[str] = []
    unknown = 0
    for token in tokens:
        became = token
        if is_name(token):
            became = renaming.names.get(token) or _by_affix(token, affixes, known, foreign)
            unknown += became not in known
        elif is_number(token):
            became = renaming.number(token)
        elif token[0] == '"':
            became = renaming.words(token)
        out.append(became)
    changed = sum(a != b for a, b in zip(tokens, out, strict=True))
    return Mapped(tuple(out), changed, unknown)


def _by_affix(
    name: str, affixes: Sequence[tuple[str, str]], known: dict[str, int], foreign: bool
) -> str:
    for one, other in affixes:
        if one not in name:
            continue
        if len(one) < 3 and not one.isdigit():
            became = "_".join(other if word == one else word for word in name.split("_"))
        else:
            became = name.replace(one, other, 1)
        if became == name or not became or not is_name(became):  # of `axi` without `axi` nothing
            continue
        if became in known or one.isdigit() or (foreign and len(one) >= 3):
            return became
    return name
