"""What single sentences say, before it is put together."""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.agents.symbolic.circuit import Part, Word


@dataclass(frozen=True, slots=True)
class Remark:
    """Adds nothing: it asks for the module, or repeats what the field knows."""


@dataclass(frozen=True, slots=True)
class Drives:
    """An output (or some of its bits) carries an expression."""

    output: Part
    word: Word


@dataclass(frozen=True, slots=True)
class Takes:
    """Where `select` is `number`, the only output carries `word`."""

    select: Part
    number: int
    word: Word


@dataclass(frozen=True, slots=True)
class Otherwise:
    """For all other values of the selector the only output carries `word`."""

    word: Word


@dataclass(frozen=True, slots=True)
class Multiplexer:
    """There are so many data inputs of that width; None where it is not said."""

    ways: int
    width: int | None


@dataclass(frozen=True, slots=True)
class Flops:
    """D flip-flops: as many as are said, or None for a register of any width."""

    count: int | None


@dataclass(frozen=True, slots=True)
class Latch:
    """A transparent D latch."""


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts from `first` to `last` and starts again; None where it is not said."""

    width: int | None
    period: int | None
    first: int | None
    last: int | None
    decimal: bool = False


@dataclass(frozen=True, slots=True)
class ClockEdge:
    """The edge of the clock."""

    falling: bool


@dataclass(frozen=True, slots=True)
class Resets:
    """What is said about the reset; None where it is not said."""

    port: str | None = None
    asynchronous: bool | None = None
    low: bool | None = None
    value: int | None = None
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Enables:
    """The counter counts while the input is 1 (0 where `low`), and keeps its value otherwise."""

    part: Part
    low: bool


@dataclass(frozen=True, slots=True)
class Held:
    """While it is not enabled, the counter keeps its value."""


@dataclass(frozen=True, slots=True)
class WiderSum:
    """The sum is one bit wider than what is added; the text must say what that bit is."""


@dataclass(frozen=True, slots=True)
class CarryKept:
    """The sum includes the carry."""


Statement = (
    Remark
    | Drives
    | Takes
    | Otherwise
    | Multiplexer
    | Flops
    | Latch
    | Counter
    | ClockEdge
    | Resets
    | Enables
    | Held
    | WiderSum
    | CarryKept
)
Said = tuple[Statement, ...]
