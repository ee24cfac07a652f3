"""Stimulus for finite-state machines: every transition of every reachable state, and the reset."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from gatewright.agents.symbolic.conditions import every_key, holds
from gatewright.agents.symbolic.ir import (
    Arc,
    Clocked,
    Logic,
    Machine,
    NextBit,
    NextIs,
    NextWord,
    Signal,
    Value,
)
from gatewright.agents.symbolic.vector import Beat, Vectors

_SEED = 1
_WALK = 12
_MOST = 1500
_RESET_EVERY = 11
_SHOWN_IN_RESET = 8


@dataclass(frozen=True, slots=True)
class _Move:
    """Where a (state, input) pair leads, and what a Mealy machine shows on the way."""

    target: str
    emits: tuple[Value, ...]


class Steps:
    """A machine's complete step function."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.moves = {
            (state, key): self._move([a for a in machine.arcs if a.source == state], key)
            for state in machine.states
            for key in every_key(machine.inputs)
        }

    def _move(self, arcs: list[Arc], key: int) -> _Move:
        arc = next(a for a in arcs if holds(a.when, self.machine.inputs, key))
        return _Move(arc.target, arc.emits)

    def outputs(self, state: str, key: int) -> dict[Signal, Value]:
        """What the outputs show in a state with those inputs."""
        machine = self.machine
        if machine.moore:
            values = machine.moore[machine.states.index(state)]
        else:
            values = self.moves[state, key].emits
        return dict(zip(machine.outputs, values, strict=False))

    def route(self, start: str, wanted: set[tuple[str, int]]) -> list[int]:
        """Inputs from `start` through the nearest wanted pair; [] if none is reachable."""
        queue: deque[tuple[str, tuple[int, ...]]] = deque([(start, ())])
        seen = {start}
        while queue:
            state, keys = queue.popleft()
            for key in every_key(self.machine.inputs):
                if (state, key) in wanted:
                    return [*keys, key]
                target = self.moves[state, key].target
                if target not in seen:
                    seen.add(target)
                    queue.append((target, (*keys, key)))
        return []


def machine_beats(machine: Machine, vectors: Vectors) -> Iterator[Beat]:
    """The stimulus for either form of machine."""
    if isinstance(machine.form, Logic):
        return _logic(machine, machine.form, vectors)
    return _clocked(machine, machine.form, vectors)


def _given(machine: Machine, key: int) -> dict[Signal, int]:
    top = len(machine.inputs) - 1
    return {signal: key >> (top - i) & 1 for i, signal in enumerate(machine.inputs)}


def _logic(machine: Machine, form: Logic, vectors: Vectors) -> Iterator[Beat]:
    steps = Steps(machine)
    code = dict(zip(machine.states, form.codes, strict=True))
    width = form.state.width
    for state in machine.states:
        for key in every_key(machine.inputs):
            target = steps.moves[state, key].target
            expected = dict(steps.outputs(state, key))
            for drive in form.drives:
                match drive:
                    case NextWord(port):
                        expected[port] = Value(code[target], (1 << width) - 1)
                    case NextBit(port, bit):
                        expected[port] = Value(code[target] >> bit & 1, 1)
                    case NextIs(port, wanted):
                        expected[port] = Value(int(target == wanted), 1)
            yield vectors.beat(None, _given(machine, key) | {form.state: code[state]}, expected)


def _plan(machine: Machine, form: Clocked) -> Iterator[int | None]:
    """Inputs cycle by cycle, None for a cycle of reset: all pairs, then a random walk."""
    steps = Steps(machine)
    choose = random.Random(_SEED)
    wanted = set(steps.moves)
    state = form.start
    while keys := steps.route(state, wanted):
        for key in keys:
            wanted.discard((state, key))
            state = steps.moves[state, key].target
            yield key
    if form.reset is not None:
        yield from _resets(machine, steps, form.start)
        state = form.start
    for at in range(min(_WALK * len(steps.moves) + 32, _MOST)):
        if form.reset is not None and at % _RESET_EVERY == _RESET_EVERY - 1:
            yield None
            continue
        yield choose.choice(every_key(machine.inputs))


def _resets(machine: Machine, steps: Steps, start: str) -> Iterator[int | None]:
    """A reset in every state that can be reached, each from the reset state on."""
    yield None
    for state in machine.states:
        pairs = {(state, key) for key in every_key(machine.inputs)}
        route = steps.route(start, pairs)
        if route:
            yield from route[:-1]
            yield None


def _clocked(machine: Machine, form: Clocked, vectors: Vectors) -> Iterator[Beat]:
    steps = Steps(machine)
    choose = random.Random(_SEED + 1)
    reset = form.reset
    before, after = (
        {form.clock.port: level} for level in ((1, 0) if form.clock.falling else (0, 1))
    )
    state: str | None = form.start if reset is None else None
    plan = ([None] if reset is not None else []) + list(_plan(machine, form))
    for wanted in plan:
        resetting = wanted is None
        key = choose.choice(every_key(machine.inputs)) if wanted is None else wanted
        given = _given(machine, key)
        shown = state
        if reset is not None:
            given[Signal(reset.port)] = int(resetting != reset.active_low)
            if resetting:
                asynchronous = form.start if reset.asynchronous else state
                shown = asynchronous if reset.said else None
        if resetting and shown and not machine.moore:
            # With the reset held, inputs that change before the edge tell in which state it is.
            others = list(every_key(machine.inputs))
            for other in choose.sample(others, min(len(others), _SHOWN_IN_RESET)):
                held = given | _given(machine, other)
                yield vectors.beat(before, held, steps.outputs(shown, other))
        yield vectors.beat(before, given, steps.outputs(shown, key) if shown else {})
        if resetting:
            state = form.start
        elif state is not None:
            state = steps.moves[state, key].target
        yield vectors.beat(after, given, steps.outputs(state, key) if state else {})
