"""Laws behind a sequential waveform: registers, latches, counters and wires that reproduce it.

Inputs are sampled just before the clock edge (the row above it). A law is accepted only where the
trace settles it: every (input, state) pair of its kind has been seen. Two different laws that both
fit make the reading abstain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.facts import Facts
from gatewright.agents.symbolic.ir import (
    Clock,
    Counter,
    Level,
    Notation,
    Row,
    Signal,
    Step,
    Table,
    Trace,
    Value,
    concatenated,
)
from gatewright.agents.symbolic.readers.find import WaveDraft
from gatewright.agents.symbolic.roles import clock_port
from gatewright.agents.symbolic.signals import Names, whole
from gatewright.agents.symbolic.waves import values

MAX_BITS = 7
Series = dict[Signal, list[int | None]]
Law = Table | Counter


@dataclass(frozen=True, slots=True)
class _Wave:
    draft: WaveDraft
    series: Series
    clock: Signal
    inputs: tuple[Signal, ...]
    outputs: tuple[Signal, ...]

    def edges(self, falling: bool) -> list[int]:
        """Samples at which the clock has just risen (fallen)."""
        ticks = self.series[self.clock]
        before, after = (1, 0) if falling else (0, 1)
        return [i for i in range(1, len(ticks)) if ticks[i - 1] == before and ticks[i] == after]

    def changes(self, output: Signal) -> set[int]:
        """Samples at which the output is seen to differ from the sample before."""
        trace = self.series[output]
        return {
            i
            for i in range(1, len(trace))
            if None not in (trace[i - 1], trace[i]) and trace[i - 1] != trace[i]
        }


def _spread(parts: Sequence[int | None], signals: Sequence[Signal]) -> list[int]:
    """All concatenations that a partly unknown combination stands for."""
    keys = [0]
    for part, signal in zip(parts, signals, strict=True):
        choices = range(1 << signal.width) if part is None else (part,)
        keys = [key << signal.width | choice for key in keys for choice in choices]
    return keys


def _learn(
    wave: _Wave,
    inputs: Sequence[Signal],
    state: Sequence[Signal],
    output: Signal,
    moments: Sequence[int],
    back_inputs: int,
    back_state: int,
) -> dict[int, int] | None:
    """The function behind samples, None if they contradict it.

    An unknown state with a known result binds every value of that state: a simulator shows a known
    result only if the state does not matter.
    """
    function: dict[int, int] = {}
    for i in moments:
        value = wave.series[output][i]
        given = [wave.series[s][i - back_inputs] for s in inputs]
        if value is None or None in given:
            continue
        old = [wave.series[s][i - back_state] for s in state]
        for key in _spread([*given, *old], [*inputs, *state]):
            if function.setdefault(key, value) != value:
                return None
    return function


def _table(
    wave: _Wave,
    key: tuple[Signal, ...],
    output: Signal,
    function: dict[int, int],
    trigger: Clock | Level | None,
) -> Table:
    rows = tuple(Row(k, (Value(v, (1 << output.width) - 1),)) for k, v in sorted(function.items()))
    return Table(Notation.WAVEFORM, key, (output,), rows, wave.draft.span, None, trigger)


def _full(function: dict[int, int] | None, key: Sequence[Signal]) -> bool:
    return function is not None and len(function) == 1 << concatenated(key)


def _register(wave: _Wave, output: Signal, falling: bool) -> Law | None:
    edges = wave.edges(falling)
    if not wave.changes(output) <= set(edges):
        return None
    others = tuple(o for o in wave.outputs if o != output)
    for state in ((), (output,), (output, *others)):
        key = (*wave.inputs, *state)
        if concatenated(key) > MAX_BITS:
            continue
        function = _learn(wave, wave.inputs, state, output, edges, 1, 1)
        if function is None or not _full(function, key) or len(set(function.values())) < 2:
            continue
        if not state and not _state_is_idle(wave, output, edges):
            continue
        if _late_sampling_fits(wave, state, output, edges, function):
            raise Abstain(f"{output} may sample its inputs before or after they change at the edge")
        return _table(wave, key, output, function, Clock(wave.clock.port, falling))
    return _counter(wave, output, falling, edges)


def _state_is_idle(wave: _Wave, output: Signal, edges: Sequence[int]) -> bool:
    """The trace shows, pair by pair, that the register's own state does not matter."""
    key = (*wave.inputs, output)
    if concatenated(key) > MAX_BITS:
        return False
    return _full(_learn(wave, wave.inputs, (output,), output, edges, 1, 1), key)


def _late_sampling_fits(
    wave: _Wave,
    state: Sequence[Signal],
    output: Signal,
    edges: Sequence[int],
    function: dict[int, int],
) -> bool:
    """Reading the inputs from the edge's own row explains the trace too, but differently."""
    late = _learn(wave, wave.inputs, state, output, edges, 0, 1)
    return late is not None and any(function.get(k) != v for k, v in late.items())


def _counter(wave: _Wave, output: Signal, falling: bool, edges: Sequence[int]) -> Counter | None:
    """A register of several bits that jumps, holds or counts under each input condition."""
    if output.width < 2 or len(wave.inputs) > 3 or any(s.width > 1 for s in wave.inputs):
        return None
    groups: dict[int, list[tuple[int | None, int]]] = {}
    for i in edges:
        given = [wave.series[s][i - 1] for s in wave.inputs]
        after = wave.series[output][i]
        if None in given or after is None:
            continue
        key = _spread(given, wave.inputs)[0]
        groups.setdefault(key, []).append((wave.series[output][i - 1], after))
    if len(groups) < 1 << len(wave.inputs):
        return None
    steps = [_step(key, pairs, output.width) for key, pairs in sorted(groups.items())]
    if any(step is None for step in steps) or not any(s.step for s in steps if s):
        return None
    found = tuple(step for step in steps if step is not None)
    return Counter(Clock(wave.clock.port, falling), wave.inputs, output, found)


def _step(key: int, pairs: Sequence[tuple[int | None, int]], width: int) -> Step | None:
    """The one thing that happens under a condition, if the pairs settle it."""
    known = {(old, new) for old, new in pairs if old is not None}
    targets = {new for _, new in pairs}
    from_unknown = any(old is None for old, _ in pairs)
    if len(targets) == 1 and (from_unknown or len(known) > 1):
        return Step(key, 0, targets.pop())
    if from_unknown:
        return None
    if len(known) > 1 and all(old == new for old, new in known):
        return Step(key)
    for direction in (1, -1):
        wraps = [(o, n) for o, n in known if n != (o + direction) % (1 << width)]
        turned = any((o + direction) % (1 << width) != o + direction for o, _ in known)
        counted = len(known) - len(wraps)
        if counted >= 2 and not wraps and turned:
            return Step(key, direction)
        if counted >= 2 and len(wraps) == 1 and not turned:
            return Step(key, direction, None, wraps[0])
    return None


def _latch(wave: _Wave, output: Signal, low: bool) -> Table | None:
    """A transparent latch that fits the trace, whether or not a register fits too."""
    ticks = wave.series[wave.clock]
    level = 0 if low else 1
    open_at = [i for i, tick in enumerate(ticks) if tick == level]
    if any(ticks[i] != level for i in wave.changes(output)):
        return None
    function = _learn(wave, wave.inputs, (), output, open_at, 0, 0)
    if function is None or not _full(function, wave.inputs) or len(set(function.values())) < 2:
        return None
    if not _kept_while_closed(wave, output, function, level):
        return None
    return _table(wave, wave.inputs, output, function, Level(wave.clock.port, low))


def _transparent(wave: _Wave, output: Signal) -> bool:
    """The output is seen to change between clock edges, as no register's does."""
    return bool(wave.changes(output) - set(wave.edges(False)) - set(wave.edges(True)))


def _kept_while_closed(wave: _Wave, output: Signal, function: dict[int, int], level: int) -> bool:
    """Some closed sample shows the latch holding what its inputs no longer say."""
    trace, ticks = wave.series[output], wave.series[wave.clock]
    for i, tick in enumerate(ticks):
        given = [wave.series[s][i] for s in wave.inputs]
        if tick is None or tick == level or trace[i] is None or None in given:
            continue
        if function[_spread(given, wave.inputs)[0]] != trace[i]:
            return True
    return False


def _wire(wave: _Wave, output: Signal, registers: Sequence[Signal]) -> Table | None:
    """A function of inputs and registers, every combination of which has been seen."""
    key = (*wave.inputs, *registers)
    if concatenated(key) > MAX_BITS:
        return None
    function = _learn(wave, key, (), output, range(len(wave.draft.samples)), 0, 0)
    if function is None or not _full(function, key) or len(set(function.values())) < 2:
        return None
    return _table(wave, key, output, function, None)


def _stateful(wave: _Wave, output: Signal, facts: Facts) -> Law | None:
    """The register or latch behind an output.

    Only the kinds that the text leaves open: a named edge or a flip-flop rules out latches, a
    named edge rules out the other.
    """
    edges = (False, True) if facts.falling is None else (facts.falling,)
    levels = () if facts.flip_flops or facts.falling is not None else (False, True)
    laws: list[Law | None] = [_register(wave, output, falling) for falling in edges]
    laws += [_latch(wave, output, low) for low in levels]
    found = [law for law in laws if law is not None]
    if found and isinstance(found[0], Table) and isinstance(found[0].trigger, Level):
        found = found if _transparent(wave, output) else []
    if len(found) > 1 or (found and _wire(wave, output, ()) is not None):
        raise Abstain(f"the waveform explains {output} in more than one way")
    return found[0] if found else None


def sequential(draft: WaveDraft, names: Names, facts: Facts) -> Trace:
    """Laws for all outputs, of the kinds that the text leaves open.

    Raises Abstain where the trace does not settle one.
    """
    clock = clock_port(names.interface)
    if clock is None:
        raise Abstain("the module has no clock")
    series = {s: values(draft.samples, draft.columns, s) for s in draft.columns}
    tick = whole(clock)
    inputs = tuple(s for s in draft.columns if names.is_input(s) and s != tick)
    outputs = tuple(s for s in draft.columns if not names.is_input(s))
    wave = _Wave(draft, series, tick, inputs, outputs)
    laws = {output: _stateful(wave, output, facts) for output in outputs}
    registers = tuple(output for output, law in laws.items() if law is not None)
    for output, law in laws.items():
        if law is None and registers:
            laws[output] = _wire(wave, output, registers)
    settled = tuple(law for law in laws.values() if law is not None)
    if len(settled) != len(outputs):
        open_ones = ", ".join(str(o) for o, law in laws.items() if law is None)
        raise Abstain(f"the waveform does not settle what drives {open_ones}")
    return Trace(Notation.WAVEFORM, draft.columns, draft.samples, clock.name, settled, draft.span)
