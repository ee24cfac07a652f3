"""What a structured specification says, as frozen data.

All consumers (emitter, oracle, normaliser) read these types and nothing else. Numbers follow
Verilog: a concatenation's first signal holds the most significant bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Strength(StrEnum):
    """How much the emitted design is worth.

    PROVED: every input combination or transition is written in the specification.
    CONSISTENT: the design reproduces a trace that does not by itself settle every case.
    ASSUMED: settled but for a convention that the reading names (`Reading.assumptions`).
    """

    PROVED = "settled by the specification"
    CONSISTENT = "consistent with the trace"
    ASSUMED = "under a stated assumption"


class Notation(StrEnum):
    """The notation a structure was written in."""

    KMAP = "Karnaugh map"
    TRUTH_TABLE = "truth table"
    CHARACTERISTIC = "characteristic table"
    LOOKUP = "lookup table"
    MINTERMS = "minterm list"
    EQUATIONS = "boolean equations"
    WAVEFORM = "waveform"
    STATE_TABLE = "state table"
    STATE_DIAGRAM = "state diagram"
    AUTOMATON = "cellular automaton"
    WORDS = "description in words"


@dataclass(frozen=True, slots=True)
class Span:
    """First and last line (from 1) of the specification that a structure was read from."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Signal:
    """A whole port (`index` None) or one bit of a vector port; `width` is in bits."""

    port: str
    width: int = 1
    index: int | None = None

    def __str__(self) -> str:
        return self.port if self.index is None else f"{self.port}[{self.index}]"


@dataclass(frozen=True, slots=True)
class Value:
    """A constant; only the bits set in `known` are specified, the others are don't-cares."""

    bits: int
    known: int


@dataclass(frozen=True, slots=True)
class Copy:
    """The value of another signal, or of the output itself before the clock edge (hold)."""

    signal: Signal
    inverted: bool = False


Cell = Value | Copy


@dataclass(frozen=True, slots=True)
class Row:
    """One input combination (`key`: the inputs concatenated) and every output's cell."""

    key: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """An edge of a port."""

    port: str
    falling: bool = False

    @property
    def edge(self) -> str:
        """The edge in Verilog's words."""
        return f"{'neg' if self.falling else 'pos'}edge {self.port}"


@dataclass(frozen=True, slots=True)
class Level:
    """A transparent latch's enable: open while `port` is 1 (0 when `low`)."""

    port: str
    low: bool = False


@dataclass(frozen=True, slots=True)
class Reset:
    """A reset port; `said` is False where the specification leaves sync/async open."""

    port: str
    active_low: bool = False
    asynchronous: bool = False
    said: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """Outputs as a function of inputs, row by row.

    `trigger` None: combinational; a Clock: the row gives the next value; a Level: a latch.
    `default` holds the cells for keys without a row (None: every key has a row).
    `products_of_sums` lists the outputs to be written as product of sums.
    """

    notation: Notation
    inputs: tuple[Signal, ...]
    outputs: tuple[Signal, ...]
    rows: tuple[Row, ...]
    span: Span
    default: tuple[Cell, ...] | None = None
    trigger: Clock | Level | None = None
    products_of_sums: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What a counter does under one condition: jump, hold, or step with a single wrap.

    `step` is -1, 0 or 1; a jump has `step` 0 and a `target`; `wrap` is (last, first) or None
    where the counter wraps by its width.
    """

    key: int
    step: int = 0
    target: int | None = None
    wrap: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Counter:
    """A register that counts, holds or jumps depending on one-bit `inputs`."""

    clock: Clock
    inputs: tuple[Signal, ...]
    output: Signal
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of a waveform: the columns' texts as digits per bit, most significant first."""

    bits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """A sequential waveform, and the laws found that reproduce it."""

    notation: Notation
    columns: tuple[Signal, ...]
    samples: tuple[Sample, ...]
    clock: str
    laws: tuple[Table | Counter, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Not:
    """Bitwise complement."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Op:
    """A bitwise operation, `&`, `|` or `^`, over two or more operands."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant bit."""

    bit: int


Expression = Signal | Constant | Not | Op


@dataclass(frozen=True, slots=True)
class Assignment:
    """One output's defining equation."""

    output: Signal
    expression: Expression


@dataclass(frozen=True, slots=True)
class Equations:
    """Combinational outputs, each defined by one equation over the inputs."""

    notation: Notation
    assignments: tuple[Assignment, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Literal:
    """A one-bit signal and the value it must have."""

    signal: Signal
    value: int


@dataclass(frozen=True, slots=True)
class Arc:
    """A transition: from `source` to `target` when all literals hold.

    `emits` holds the outputs' values of a Mealy machine (empty for Moore).
    """

    source: str
    target: str
    when: tuple[Literal, ...]
    emits: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Clocked:
    """The machine keeps its state itself; `start` is the reset (or initial) state."""

    clock: Clock
    reset: Reset | None
    start: str


@dataclass(frozen=True, slots=True)
class NextWord:
    """An output that carries the whole next-state code."""

    port: Signal


@dataclass(frozen=True, slots=True)
class NextBit:
    """A one-bit output that carries bit `bit` (from 0) of the next-state code."""

    port: Signal
    bit: int


@dataclass(frozen=True, slots=True)
class NextIs:
    """A one-bit output that is 1 when the next state is `state`."""

    port: Signal
    state: str


Drive = NextWord | NextBit | NextIs


@dataclass(frozen=True, slots=True)
class Logic:
    """Only the combinational part: the present state comes in on a port.

    `codes` are the states' codes in the order of `Machine.states`.
    """

    state: Signal
    codes: tuple[int, ...]
    one_hot: bool
    drives: tuple[Drive, ...]


@dataclass(frozen=True, slots=True)
class Machine:
    """A finite-state machine whose every (state, input) pair leads to exactly one state.

    `moore` holds, per state, the outputs' values; it is empty for a Mealy machine.
    """

    notation: Notation
    states: tuple[str, ...]
    inputs: tuple[Signal, ...]
    outputs: tuple[Signal, ...]
    arcs: tuple[Arc, ...]
    moore: tuple[tuple[Value, ...], ...]
    form: Clocked | Logic
    span: Span

    @property
    def mealy(self) -> bool:
        """The outputs depend on the inputs too."""
        return not self.moore and bool(self.outputs)


@dataclass(frozen=True, slots=True)
class Automaton:
    """An elementary cellular automaton with synchronous load.

    Bit k of `rule` is a cell's next state for the neighbourhood k = {left, centre, right}
    (Wolfram's numbering); the left neighbour of q[i] is q[i+1].
    """

    notation: Notation
    rule: int
    clock: Clock
    load: str
    data: Signal
    cells: Signal
    wrap: bool
    span: Span


def concatenated(inputs: Sequence[Signal]) -> int:
    """The width in bits of the inputs put side by side."""
    return sum(signal.width for signal in inputs)
