"""Waveforms: those that failing checks leave behind, and a window into any."""

from __future__ import annotations

import itertools
import shutil
import threading
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

from gatewright.agents.workbench.results import WaveChange, WaveSignal, WaveWindow
from gatewright.core import DataError, UsageError
from gatewright.sandbox.harness.mismatch_table import compact
from gatewright.sandbox.tools.vcd import Body, Header, Variable, open_vcd, read_traces
from gatewright.sandbox.tools.wavepairs import find_variable

MOST_SIGNALS = 64
MOST_CHANGES = 4000  # of all signals of a window together
_MOST_KEPT = 4
_MOST_KNOWN = 300
_MOST_ROWS = 40


class Waves:
    """The last few waveforms of a workbench, by their names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._kept: dict[str, Path] = {}

    def place(self) -> tuple[str, Path]:
        """A name for the next waveform, and where to write it."""
        name = f"wave{next(self._numbers)}"
        return name, self._folder / f"{name}.vcd"

    def keep(self, name: str, path: Path) -> str:
        """Keep a waveform that was written; the oldest goes where there are many. Its name."""
        with self._lock:
            self._kept[name] = path
            while len(self._kept) > _MOST_KEPT:
                oldest = next(iter(self._kept))
                self._kept.pop(oldest).unlink(missing_ok=True)
        return name

    def copied(self, name: str, target: Path) -> bool:
        """Copy a kept waveform; False where there is none of that name."""
        with self._lock:
            path = self._kept.get(name)
            if path is None:
                return False
            try:
                shutil.copyfile(path, target)
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise DataError(f"cannot be read: {reason}", where=name) from None
            return True


def window(path: Path, names: Sequence[str], start: int, end: int | None) -> WaveWindow:
    """The signals named (full names or their ends; none = the shallowest) from `start` to `end`.

    Raises DataError where the file is no waveform, UsageError for a signal that is not in it.
    """
    header = open_vcd(path)
    chosen = _chosen(header, names)
    body = read_traces(header, chosen)
    last = body.end
    stop = last if end is None else min(end, last)
    if start < 0 or start > stop:
        raise UsageError(
            f"no window from {start} to {end if end is not None else last}",
            where="wave",
            hint=f"the waveform runs from 0 to {last} in units of {header.unit}",
        )
    signals, cut = _signals(chosen, body, start, stop)
    known = tuple(dict.fromkeys(variable.name for variable in header.variables))
    return WaveWindow(
        start,
        stop,
        last,
        header.unit,
        signals,
        _table(signals, start),
        known[:_MOST_KNOWN],
        len(known) > _MOST_KNOWN,
        cut,
    )


def _chosen(header: Header, names: Sequence[str]) -> list[Variable]:
    if len(names) > MOST_SIGNALS:
        raise UsageError(f"{len(names)} signals are too many", hint=f"at most {MOST_SIGNALS}")
    if not names:
        depth = min((v.name.count(".") for v in header.variables), default=0)
        return [v for v in header.variables if v.name.count(".") == depth][:MOST_SIGNALS]
    found = []
    for name in names:
        variable = find_variable(header.variables, name)
        if variable is None:
            known = ", ".join(v.name for v in header.variables[:20])
            raise UsageError("no such signal in the waveform", where=name[:100], hint=known)
        found.append(variable)
    return found


def _signals(
    chosen: Sequence[Variable], body: Body, start: int, end: int
) -> tuple[tuple[WaveSignal, ...], bool]:
    room, cut, signals = MOST_CHANGES, False, []
    for variable in chosen:
        trace = body.traces[variable.code]
        changes = [WaveChange(start, trace.at(start))]
        first = bisect_left(trace.times, start + 1)
        for time, value in zip(trace.times[first:], trace.values[first:], strict=True):
            if time > end:
                break
            if room <= 0:
                cut = True
                break
            if changes[-1].time == time:
                changes[-1] = WaveChange(time, value)
            elif changes[-1].value != value:
                changes.append(WaveChange(time, value))
                room -= 1
        signals.append(WaveSignal(variable.name, variable.width, tuple(changes)))
    return tuple(signals), cut


def _table(signals: Sequence[WaveSignal], start: int) -> str:
    """A row for every time at which something changes: for a reader, and for a model."""
    if not signals:
        return "no signals"
    times = sorted({change.time for signal in signals for change in signal.changes} | {start})
    rows = [["time", *(signal.name for signal in signals)]]
    values = {signal.name: "" for signal in signals}
    at = {
        signal.name: {change.time: change.value for change in signal.changes} for signal in signals
    }
    for time in times[:_MOST_ROWS]:
        for name, changes in at.items():
            values[name] = changes.get(time, values[name])
        rows.append([str(time), *(compact(values[signal.name]) for signal in signals)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    if len(times) > _MOST_ROWS:
        lines.append(f"… {len(times) - _MOST_ROWS} more times: ask for a smaller window")
    if any(change.value != compact(change.value) for s in signals for change in s.changes):
        lines.append("(wider than a byte: hexadecimal)")
    return "\n".join(lines)
