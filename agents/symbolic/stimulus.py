"""Inputs that visit everything a structure says, with the outputs it says to expect."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from gatewright.agents.symbolic.circuit import Circuit
from gatewright.agents.symbolic.expression import evaluate, signals_of
from gatewright.agents.symbolic.ir import (
    Automaton,
    Cell,
    Clock,
    Copy,
    Equations,
    Machine,
    Signal,
    Table,
    Trace,
    Value,
    concatenated,
)
from gatewright.agents.symbolic.stimulus_circuit import circuit_beats
from gatewright.agents.symbolic.stimulus_machine import machine_beats
from gatewright.agents.symbolic.structure import Structure
from gatewright.agents.symbolic.vector import Beat, Vectors
from gatewright.core import Interface

EXHAUSTIVE_BITS = 12
_SPOT_CHECKS = 256
_MOST_KEYS = 5_000
_MOST_DIGITS = 1_500_000
_MOST_STEPS = 4_096
# The possible values of a wider register are too many to follow.
_FOLLOWED_BITS = 8
_SEED = 1


def beats(structure: Structure, interface: Interface) -> list[Beat]:
    """The whole stimulus for a structure on its interface."""
    vectors = Vectors(interface)
    if isinstance(structure, Machine):
        return list(machine_beats(structure, vectors))
    if isinstance(structure, Circuit):
        return list(circuit_beats(structure, vectors))
    if isinstance(structure, Trace):
        return list(_replayed(structure, vectors))
    if isinstance(structure, Automaton):
        return list(_evolved(structure, vectors))
    if isinstance(structure, Equations):
        return list(_computed(structure, vectors))
    if isinstance(structure.trigger, Clock):
        return list(_clocked(structure, structure.trigger, vectors))
    return list(_tabled(structure, vectors))


def _keys(width: int, listed: list[int], choose: random.Random) -> list[int]:
    """All input combinations, or the listed ones, their neighbours and a few others."""
    if width <= EXHAUSTIVE_BITS:
        return list(range(1 << width))
    most = min(_MOST_KEYS, _MOST_DIGITS // width)
    near = [key ^ 1 << bit for key in listed[: most // width + 1] for bit in range(width)]
    far = [choose.getrandbits(width) for _ in range(_SPOT_CHECKS)]
    return list(dict.fromkeys([*listed, *far, *near]))[:most]


def _unpacked(key: int, signals: tuple[Signal, ...]) -> dict[Signal, int]:
    values: dict[Signal, int] = {}
    for signal in reversed(signals):
        values[signal] = key & (1 << signal.width) - 1
        key >>= signal.width
    return values


def _expected(cell: Cell, width: int, values: Mapping[Signal, int]) -> Value:
    everything = (1 << width) - 1
    if isinstance(cell, Value):
        return cell
    if cell.signal not in values:
        return Value(0, 0)
    bits = values[cell.signal] ^ (everything if cell.inverted else 0)
    return Value(bits, everything)


def _tabled(table: Table, vectors: Vectors) -> Iterator[Beat]:
    choose = random.Random(_SEED)
    width = concatenated(table.inputs)
    rows = {row.key: row.cells for row in table.rows}
    copied = tuple(
        dict.fromkeys(
            cell.signal
            for cells in [*rows.values(), table.default or ()]
            for cell in cells
            if isinstance(cell, Copy)
        )
    )
    for key in _keys(width, list(rows), choose):
        cells = rows.get(key, table.default)
        if cells is None:
            continue
        for _ in range(4 if copied else 1):
            values = _unpacked(key, table.inputs)
            values |= {s: choose.getrandbits(s.width) for s in copied if s not in values}
            expected = {
                output: _expected(cell, output.width, values)
                for output, cell in zip(table.outputs, cells, strict=True)
            }
            yield vectors.beat(None, values, expected)


def _computed(equations: Equations, vectors: Vectors) -> Iterator[Beat]:
    choose = random.Random(_SEED)
    reads = [signals_of(a.expression) for a in equations.assignments]
    inputs = tuple(sorted({s for part in reads for s in part}, key=str))
    width = concatenated(inputs)
    for key in _keys(width, [0, (1 << width) - 1], choose):
        values = _unpacked(key, inputs)
        expected = {
            a.output: Value(
                evaluate(a.expression, values, a.output.width), (1 << a.output.width) - 1
            )
            for a in equations.assignments
        }
        yield vectors.beat(None, values, expected)


def _clocked(table: Table, clock: Clock, vectors: Vectors) -> Iterator[Beat]:
    """A random walk; what the register may hold is tracked as a set, and checked once certain.

    A wide register has no walk: all its possible values would be too many.
    """
    choose = random.Random(_SEED)
    free = tuple(s for s in table.inputs if s not in table.outputs)
    if concatenated(table.outputs) > _FOLLOWED_BITS:
        return
    rows = {row.key: row.cells for row in table.rows}
    states = {
        tuple(number.values()): number
        for code in range(1 << concatenated(table.outputs))
        for number in [_unpacked(code, table.outputs)]
    }
    possible = list(states.values())
    before, after = (1, 0) if clock.falling else (0, 1)
    for _ in range(min(max(64, 24 << concatenated(table.inputs)), _MOST_STEPS)):
        given = {s: choose.getrandbits(s.width) for s in free}
        yield vectors.beat({clock.port: before}, given, _certain(possible, table))
        possible = [_followed(table, rows, given, state) for state in possible]
        yield vectors.beat({clock.port: after}, given, _certain(possible, table))


def _followed(
    table: Table,
    rows: Mapping[int, tuple[Cell, ...]],
    given: Mapping[Signal, int],
    state: Mapping[Signal, int],
) -> dict[Signal, int]:
    values = {**state, **given}
    key = 0
    for signal in table.inputs:
        key = key << signal.width | values[signal]
    following: dict[Signal, int] = {}
    for output, cell in zip(table.outputs, rows[key], strict=True):
        value = _expected(cell, output.width, values)
        if value.known == (1 << output.width) - 1 and output in values:
            following[output] = value.bits
    return following


def _certain(possible: list[dict[Signal, int]], table: Table) -> dict[Signal, Value]:
    """Outputs on which all possible states agree."""
    certain: dict[Signal, Value] = {}
    for output in table.outputs:
        held = {state.get(output) for state in possible}
        only = next(iter(held))
        if len(held) == 1 and only is not None:
            certain[output] = Value(only, (1 << output.width) - 1)
    return certain


def _replayed(trace: Trace, vectors: Vectors) -> Iterator[Beat]:
    """The waveform itself, row by row."""
    for sample in trace.samples:
        digits = dict(zip((s.port for s in trace.columns), sample.bits, strict=True))
        yield vectors.written({trace.clock: digits[trace.clock]}, digits)


def _evolved(automaton: Automaton, vectors: Vectors) -> Iterator[Beat]:
    """Loads (random, sparse, all ones) and a few generations after each."""
    choose = random.Random(_SEED)
    width = automaton.cells.width
    everything = (1 << width) - 1
    seeds = [1, 1 << width - 1, 1 << width // 2, everything, 0]
    seeds += [choose.getrandbits(width) for _ in range(5)]
    before, after = (1, 0) if automaton.clock.falling else (0, 1)
    load = Signal(automaton.load)
    cells: int | None = None
    for seed in seeds:
        for generation in range(9):
            given = {load: int(generation == 0), automaton.data: seed}
            old = {} if cells is None else {automaton.cells: Value(cells, everything)}
            yield vectors.beat({automaton.clock.port: before}, given, old)
            cells = seed if generation == 0 or cells is None else _generation(automaton, cells)
            new = {automaton.cells: Value(cells, everything)}
            yield vectors.beat({automaton.clock.port: after}, given, new)


def _generation(automaton: Automaton, cells: int) -> int:
    width = automaton.cells.width
    everything = (1 << width) - 1
    left = cells >> 1
    right = cells << 1 & everything
    if automaton.wrap:
        left |= (cells & 1) << width - 1
        right |= cells >> width - 1
    following = 0
    for key in range(8):
        if automaton.rule >> key & 1:
            parts = zip((left, cells, right), (4, 2, 1), strict=True)
            term = everything
            for word, bit in parts:
                term &= word if key & bit else ~word & everything
            following |= term
    return following
