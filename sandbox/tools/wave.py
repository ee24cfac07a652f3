"""From a dumped waveform to what a reader needs: where expected and got first differ, and why.

Values are sampled as a clocked process sees them, just before an edge of the clock; without a
clock, when the outputs have settled before the next change of an input. The comparison is the one
of VerilogEval's testbenches: x in the reference matches anything, x in the design only x.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gatewright.core import Cycle, FirstMismatch, Sampled
from gatewright.sandbox.tools.vcd import Body, Header, Trace, Variable, open_vcd, read_traces
from gatewright.sandbox.tools.wavepairs import (
    Pair,
    find_inputs,
    find_pair,
    find_pairs,
    find_twins,
    find_variable,
    is_clock,
    twin_ports,
)

CYCLES = 10
MAX_SIGNALS = 64


@dataclass(frozen=True, slots=True)
class Wave:
    """One signal over time: from `changes[i].0` on it has the value `changes[i].1`."""

    name: str
    width: int
    changes: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Waves:
    """Signals from `start` to `end`, in units of `unit` (such as `1ps`)."""

    waves: tuple[Wave, ...]
    start: int
    end: int
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment at which values are sampled: `time` is what is reported.

    `until` is the time just before which the signals are read; `rising` tells the clock's edge
    (None without a clock).
    """

    time: int
    until: int
    rising: bool | None = None


@dataclass(frozen=True, slots=True)
class _View:
    pairs: tuple[Pair, ...]
    inputs: tuple[Variable, ...]
    clock: Variable | None
    body: Body

    def trace(self, variable: Variable) -> Trace:
        return self.body.traces[variable.code]


def matches(expected: str, got: str) -> bool:
    """Whether a value is as expected; x in `expected` is a don't care, bit by bit."""
    return expected == got or all(e in ("x", g) for e, g in zip(expected, got, strict=True))


def first_mismatch(
    path: Path,
    *,
    pairs: Sequence[tuple[str, str]] = (),
    inputs: Sequence[str] = (),
    mismatch: str = "",
    time: int | None = None,
    cycles: int = CYCLES,
) -> FirstMismatch | None:
    """The first sampled difference and the cycles before it, or None where there is none to see.

    `pairs` names (reference signal, design signal), full names or their ends; without any they
    are found by the testbench's naming. `mismatch` names a flag that is 1 where outputs differ;
    `time` (in the dump's units) is where the testbench says they do. `inputs` names the signals
    to show beside. The window holds at most `cycles` cycles and the mismatching one; a clock's
    value in it is the one after the edge. Raises DataError where the file is no waveform.
    """
    header = open_vcd(path)
    view, flag = _view(header, pairs, inputs, mismatch)
    if not view.pairs and flag is None and time is None:
        return None
    instants = _instants(view)
    index = _find(view, instants, flag, time)
    if index is None:
        return None
    window = _window(view, instants, index, cycles)
    return FirstMismatch(
        time=instants[index].time,
        signals=_differing(view, instants[index]),
        window=tuple(_cycle(view, instant) for instant in window),
    )


def read_waves(
    path: Path, names: Sequence[str] = (), *, start: int = 0, end: int | None = None
) -> Waves:
    """Signals to draw: those named (full names or their ends), else the shallowest scope's.

    Raises DataError where the file is no waveform.
    """
    header = open_vcd(path)
    if names:
        found = [find_variable(header.variables, name) for name in names]
        chosen = [v for v in found if v is not None]
    else:
        depth = min((v.name.count(".") for v in header.variables), default=0)
        chosen = [v for v in header.variables if v.name.count(".") == depth]
    chosen = chosen[:MAX_SIGNALS]
    body = read_traces(header, chosen)
    stop = body.end if end is None else end
    waves = tuple(_wave(v, body.traces[v.code], start, stop) for v in chosen)
    return Waves(waves, start, stop, header.unit)


def _wave(variable: Variable, trace: Trace, start: int, end: int) -> Wave:
    changes = [(start, trace.at(start))]
    first = bisect_left(trace.times, start + 1)
    for time, value in zip(trace.times[first:], trace.values[first:], strict=True):
        if time > end:
            break
        if time == changes[-1][0]:
            changes[-1] = (time, value)
        elif value != changes[-1][1]:
            changes.append((time, value))
    return Wave(variable.leaf, variable.width, tuple(changes))


def _view(
    header: Header, names: Sequence[tuple[str, str]], inputs: Sequence[str], mismatch: str
) -> tuple[_View, Trace | None]:
    variables = header.variables
    pairs = _named(variables, names) if names else find_pairs(variables)
    shown = find_inputs(variables, pairs, inputs)
    if not pairs and not names:
        pairs, ports = _twins(header)
        shown = shown or ports
    pairs, shown = pairs[:MAX_SIGNALS], shown[:MAX_SIGNALS]
    flag = find_variable(variables, mismatch) if mismatch else None
    clocks = [v for v in (*shown, *variables) if is_clock(v)][:8]
    wanted = [*(v for p in pairs for v in (p.reference, p.dut)), *shown, *clocks]
    body = read_traces(header, [*wanted, flag] if flag else wanted)
    clock = max(clocks, key=lambda v: len(body.traces[v.code].times), default=None)
    if clock is not None and len(body.traces[clock.code].times) < 3:
        clock = None
    data = tuple(v for v in shown if clock is None or v.code != clock.code)
    return _View(pairs, data, clock, body), body.traces[flag.code] if flag else None


def _named(variables: Sequence[Variable], names: Sequence[tuple[str, str]]) -> tuple[Pair, ...]:
    given = [find_pair(variables, _port_name(dut), ref, dut) for ref, dut in names]
    return tuple(p for p in given if p is not None and p.reference.width == p.dut.width)


def _twins(header: Header) -> tuple[tuple[Pair, ...], tuple[Variable, ...]]:
    twins = find_twins(header.variables)
    if twins is None:
        return (), ()
    return twin_ports(twins, read_traces(header, twins.variables).traces)


def _port_name(dut: str) -> str:
    leaf = dut.rpartition(".")[2]
    return leaf.removesuffix("_dut").removeprefix("dut_")


def _instants(view: _View) -> list[Instant]:
    end = view.body.end + 1
    if view.clock is not None:
        return [*_edges(view.trace(view.clock)), Instant(view.body.end, end)]
    traces = [view.trace(v) for v in view.inputs]
    starts = sorted({time for trace in traces for time in trace.times})
    if not starts:
        changes = (view.trace(v) for pair in view.pairs for v in (pair.reference, pair.dut))
        starts = sorted({time for trace in changes for time in trace.times})
    return [Instant(a, b) for a, b in zip(starts, [*starts[1:], end], strict=True)]


def _edges(clock: Trace) -> list[Instant]:
    edges: list[Instant] = []
    level = "x"
    for time, value in zip(clock.times, clock.values, strict=True):
        if value in "01" and level in "01" and value != level:
            edges.append(Instant(time, time, value == "1"))
        level = value
    return edges


def _find(
    view: _View, instants: Sequence[Instant], flag: Trace | None, time: int | None
) -> int | None:
    if time is not None:
        later = (i for i, instant in enumerate(instants) if instant.until >= time)
        return next(later, len(instants) - 1 if instants else None)
    for index, instant in enumerate(instants):
        if flag is not None:
            if flag.before(instant.until) == "1":
                return index
        elif _differing(view, instant):
            return index
    return None


def _differing(view: _View, instant: Instant) -> tuple[str, ...]:
    return tuple(
        pair.port
        for pair in view.pairs
        if not matches(
            view.trace(pair.reference).before(instant.until),
            view.trace(pair.dut).before(instant.until),
        )
    )


def _window(view: _View, instants: Sequence[Instant], index: int, cycles: int) -> Sequence[Instant]:
    """The instants to show: rising edges only, where nothing enters at the falling ones."""
    lead = instants[max(0, index - 2 * cycles) : index]
    target = instants[index]
    if view.clock is not None and not _driven_on_both_edges(view, instants[: index + 1]):
        lead = [instant for instant in lead if instant.rising]
    return [*lead[-cycles:], target] if cycles else [target]


def _driven_on_both_edges(view: _View, instants: Sequence[Instant]) -> bool:
    rising = falling = False
    edges = {instant.time: instant.rising for instant in instants[-64:]}
    for variable in view.inputs:
        for time in view.trace(variable).times:
            rising |= edges.get(time) is True
            falling |= edges.get(time) is False
    return rising and falling


def _cycle(view: _View, instant: Instant) -> Cycle:
    values: list[Sampled] = []
    if view.clock is not None:
        level = view.trace(view.clock).before(instant.until)
        if instant.rising is not None:
            level = "1" if instant.rising else "0"
        values.append(Sampled(view.clock.leaf, level))
    values += [Sampled(v.leaf, view.trace(v).before(instant.until)) for v in view.inputs]
    for pair in view.pairs:
        expected = view.trace(pair.reference).before(instant.until)
        values.append(Sampled(pair.port, view.trace(pair.dut).before(instant.until), expected))
    return Cycle(instant.time, tuple(values))
