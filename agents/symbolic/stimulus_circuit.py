"""Inputs for a circuit described in words, with the outputs that its description says to expect."""

from __future__ import annotations

import random
from collections.abc import Iterator

from gatewright.agents.symbolic.circuit import Circuit, Drive, parts_of, value_of
from gatewright.agents.symbolic.ir import Clock, Signal, Value
from gatewright.agents.symbolic.vector import Beat, Vectors

_SEED = 1
_EXHAUSTIVE_BITS = 12
_WALK = 512
_DIGITS = 400_000
# How often a walk resets: a register that counts is first left alone for a whole round.
_OFTEN, _SELDOM = 0.3, 0.02
_MOST_STEPS = 4_096


def circuit_beats(circuit: Circuit, vectors: Vectors) -> Iterator[Beat]:
    """Every input combination, or a random walk where there are registers or many inputs."""
    choose = random.Random(_SEED)
    if any(drive.trigger is not None for drive in circuit.drives):
        yield from _walk(circuit, vectors, choose)
        return
    width = sum(port.width for port in vectors.inputs)
    few = width <= _EXHAUSTIVE_BITS
    count = 1 << width if few else max(64, min(_WALK, _DIGITS // width))
    for number in range(count):
        key = number if few else _sparse(number, width, choose)
        given = {}
        for port in vectors.inputs:
            given[port.name] = key & (1 << port.width) - 1
            key >>= port.width
        yield _beat(vectors, None, given, {d.output.port: None for d in circuit.drives}, circuit)


def _sparse(number: int, width: int, choose: random.Random) -> int:
    """Random bits; at first all zeros, all ones, single ones."""
    everything = (1 << width) - 1
    if number < 2:
        return everything * number
    if number % 4 == 2:
        return 1 << choose.randrange(width)
    return choose.getrandbits(width)


def _beat(
    vectors: Vectors,
    clock: dict[str, int] | None,
    given: dict[str, int],
    held: dict[str, int | None],
    circuit: Circuit,
) -> Beat:
    """Inputs and what every output shows: wires from the inputs, registers what they hold."""
    expected: dict[Signal, Value] = {}
    for drive in circuit.drives:
        shown = held[drive.output.port] if drive.trigger else value_of(drive.word, given)
        if shown is not None:
            width = drive.output.width
            expected[Signal(drive.output.port, width)] = Value(shown, (1 << width) - 1)
    widths = {port.name: port.width for port in vectors.inputs}
    inputs = {Signal(name, widths[name]): number for name, number in given.items()}
    return vectors.beat(clock, inputs, expected)


def _walk(circuit: Circuit, vectors: Vectors, choose: random.Random) -> Iterator[Beat]:
    kept = [drive for drive in circuit.drives if drive.trigger]
    held: dict[str, int | None] = {drive.output.port: None for drive in circuit.drives}
    clock = next((d.trigger for d in kept if isinstance(d.trigger, Clock)), None)
    states = max(1 << min(drive.output.width, 10) for drive in kept)
    counts = any(_reads_itself(drive) for drive in kept)
    quiet, often = (states + 16, _SELDOM) if counts else (2, _OFTEN)
    for step in range(min(_WALK + 3 * states, _MOST_STEPS)):
        given = {p.name: choose.getrandbits(p.width) for p in vectors.inputs}
        for drive in kept:
            if drive.reset and drive.reset.port in given:
                active = step < 2 or (step > quiet and choose.random() < often)
                given[drive.reset.port] = int(active) ^ int(drive.reset.active_low)
        if clock is None:
            _open(kept, given, held)
            yield _beat(vectors, None, given, held, circuit)
            continue
        before, after = (1, 0) if clock.falling else (0, 1)
        for drive in kept:
            if drive.reset and drive.reset.asynchronous and _resets(drive, given):
                held[drive.output.port] = drive.value
        yield _beat(vectors, {clock.port: before}, given, held, circuit)
        held = {**held, **{d.output.port: _after(d, given, held) for d in kept}}
        yield _beat(vectors, {clock.port: after}, given, held, circuit)


def _reads_itself(drive: Drive) -> bool:
    return any(part.port == drive.output.port for part in parts_of(drive.word))


def _resets(drive: Drive, given: dict[str, int]) -> bool:
    reset = drive.reset
    return reset is not None and given[reset.port] == int(not reset.active_low)


def _open(kept: list[Drive], given: dict[str, int], held: dict[str, int | None]) -> None:
    """Latches follow while they are open."""
    for drive in kept:
        trigger = drive.trigger
        if trigger and not isinstance(trigger, Clock) and given[trigger.port] != trigger.low:
            held[drive.output.port] = value_of(drive.word, given)


def _after(drive: Drive, given: dict[str, int], held: dict[str, int | None]) -> int | None:
    """What the register holds after the edge; None where that is not known."""
    if _resets(drive, given):
        return drive.value
    known = given | {name: value for name, value in held.items() if value is not None}
    if any(part.port not in known for part in parts_of(drive.word)):
        return None
    return value_of(drive.word, known)
