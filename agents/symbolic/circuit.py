"""Circuits that a text describes in words: expressions over whole vectors, wires and registers.

Numbers are unsigned. Every expression has a width in bits; arithmetic wraps at its own width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_, xor

from gatewright.agents.symbolic.ir import Clock, Level, Notation, Reset, Span

_FOLDS = {"&": and_, "|": or_, "^": xor}


@dataclass(frozen=True, slots=True)
class Part:
    """Bits `high` to `low` of a port; `whole` where that is all of it."""

    port: str
    high: int
    low: int
    whole: bool

    @property
    def width(self) -> int:
        """In bits."""
        return self.high - self.low + 1

    def __str__(self) -> str:
        if self.whole:
            return self.port
        return f"{self.port}[{self.high}" + (f":{self.low}]" if self.high > self.low else "]")


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: int
    width: int


@dataclass(frozen=True, slots=True)
class Inverse:
    """Every bit inverted."""

    operand: Word

    @property
    def width(self) -> int:
        """In bits."""
        return self.operand.width


@dataclass(frozen=True, slots=True)
class Bitwise:
    """`&`, `|` or `^`, bit by bit, over operands of one width."""

    operator: str
    operands: tuple[Word, ...]

    @property
    def width(self) -> int:
        """In bits."""
        return self.operands[0].width


@dataclass(frozen=True, slots=True)
class Reduced:
    """`&`, `|` or `^` over all bits of one vector."""

    operator: str
    operand: Part
    width: int = 1


@dataclass(frozen=True, slots=True)
class Joined:
    """A concatenation, most significant part first."""

    parts: tuple[Word, ...]

    @property
    def width(self) -> int:
        """In bits."""
        return sum(part.width for part in self.parts)


@dataclass(frozen=True, slots=True)
class Sum:
    """The operands, extended with zeros, added modulo 2^width."""

    operands: tuple[Part | Number, ...]
    width: int


@dataclass(frozen=True, slots=True)
class Equal:
    """1 where both sides are equal."""

    left: Word
    right: Word
    width: int = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """`yes` where the one-bit condition holds, else `no`."""

    condition: Word
    yes: Word
    no: Word

    @property
    def width(self) -> int:
        """In bits."""
        return self.yes.width


@dataclass(frozen=True, slots=True)
class Pick:
    """Of a vector cut into words of `width` bits, the one that `select` counts to from the low
    end."""

    vector: Part
    select: Part
    width: int


Word = Part | Number | Inverse | Bitwise | Reduced | Joined | Sum | Equal | Choice | Pick


@dataclass(frozen=True, slots=True)
class Drive:
    """An output and what drives it.

    `trigger` None: a wire; a Clock: a register that takes `word` at the edge; a Level: a latch.
    `value` is what `reset` brings.
    """

    output: Part
    word: Word
    trigger: Clock | Level | None = None
    reset: Reset | None = None
    value: int = 0


@dataclass(frozen=True, slots=True)
class Circuit:
    """Every output of the module, driven once."""

    notation: Notation
    drives: tuple[Drive, ...]
    span: Span


def parts_of(word: Word) -> frozenset[Part]:
    """The parts of ports that an expression reads."""
    match word:
        case Part():
            return frozenset({word})
        case Number():
            return frozenset()
        case Inverse(operand) | Reduced(_, operand):
            return parts_of(operand)
        case Bitwise(_, words) | Joined(words) | Sum(words):
            return frozenset().union(*map(parts_of, words))
        case Equal(left, right):
            return parts_of(left) | parts_of(right)
        case Choice(condition, yes, no):
            return parts_of(condition) | parts_of(yes) | parts_of(no)
        case Pick(vector, select):
            return frozenset({vector, select})


def value_of(word: Word, ports: Mapping[str, int]) -> int:
    """The value of an expression, given those of the ports that it reads."""
    match word:
        case Part(port, _, low):
            return ports[port] >> low & (1 << word.width) - 1
        case Number(value):
            return value
        case Inverse(operand):
            return ~value_of(operand, ports) & (1 << word.width) - 1
        case Bitwise(operator, operands):
            return reduce(_FOLDS[operator], (value_of(part, ports) for part in operands))
        case Reduced(operator, operand):
            bits = f"{value_of(operand, ports):0{operand.width}b}"
            return reduce(_FOLDS[operator], map(int, bits))
        case Joined(parts):
            return reduce(lambda done, p: done << p.width | value_of(p, ports), parts, 0)
        case Sum(operands, width):
            return sum(value_of(part, ports) for part in operands) % (1 << width)
        case Equal(left, right):
            return int(value_of(left, ports) == value_of(right, ports))
        case Choice(condition, yes, no):
            return value_of(yes if value_of(condition, ports) else no, ports)
        case Pick(vector, select, width):
            return value_of(vector, ports) >> value_of(select, ports) * width & (1 << width) - 1
