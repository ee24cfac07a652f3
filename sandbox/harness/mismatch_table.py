"""The cycles up to a first mismatch as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gatewright.core import FirstMismatch

_WIDE_BITS = 8
_MOST_COLUMNS = 120


def mismatch_lines(first: FirstMismatch, unit: str) -> list[str]:
    """What differs and when; then a line for each cycle of its window. `unit` is that of times."""
    when = f"time {first.time}" + (f" (in units of {unit})" if unit else "")
    lines = [f"first mismatch at {when}: {', '.join(first.signals) or 'outputs'}"]
    if not first.window:
        return lines
    columns = _columns(first)
    still: dict[str, str] = {}
    if _width(columns) > _MOST_COLUMNS:
        still = {n: c[0] for n, c in columns.items() if len(set(c)) == 1 and "≠" not in c[0]}
        columns = {name: cells for name, cells in columns.items() if name not in still}
    times = {"time": [str(cycle.time) for cycle in first.window]}
    lines += [f"  {row}" for row in _rows({**times, **columns})]
    if still:
        lines.append(f"  unchanged: {', '.join(f'{n} = {value}' for n, value in still.items())}")
    return [*lines, "  (got≠expected; wider than a byte: hexadecimal)"]


def _columns(first: FirstMismatch) -> dict[str, list[str]]:
    names = dict.fromkeys(s.signal for cycle in first.window for s in cycle.values)
    columns: dict[str, list[str]] = {name: [] for name in names}
    for cycle in first.window:
        values = {s.signal: s for s in cycle.values}
        for name, cells in columns.items():
            sampled = values.get(name)
            cells.append("" if sampled is None else _cell(sampled.value, sampled.expected))
    return columns


def _cell(value: str, expected: str | None) -> str:
    if expected is None or expected == value:
        return compact(value)
    return f"{compact(value)}≠{compact(expected)}"


def compact(bits: str) -> str:
    """Bits as they are, or as Verilog's `%h` writes them where there are more than a byte's."""
    if len(bits) <= _WIDE_BITS or not set(bits) <= set("01xzXZ"):
        return bits
    filled = bits.rjust(-(-len(bits) // 4) * 4, "0").lower()
    return "".join(_digit(filled[i : i + 4]) for i in range(0, len(filled), 4))


def _digit(nibble: str) -> str:
    if set(nibble) <= {"0", "1"}:
        return f"{int(nibble, 2):x}"
    if len(set(nibble)) == 1:
        return nibble[0]
    return "X" if "x" in nibble else "Z"


def _width(columns: Mapping[str, Sequence[str]]) -> int:
    return sum(2 + max(map(len, (name, *cells))) for name, cells in columns.items())


def _rows(columns: Mapping[str, Sequence[str]]) -> list[str]:
    padded = []
    for name, cells in columns.items():
        width = max(map(len, (name, *cells)))
        padded.append([cell.rjust(width) for cell in (name, *cells)])
    return ["  ".join(row) for row in zip(*padded, strict=True)]
