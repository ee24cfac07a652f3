"""Truth tables and characteristic tables: a header of port names, one row a combination.

A characteristic table has the output's old value in its cells (`Qold`, `~Q`, "no change") or in
its header (`Q(t+1)`); it belongs to a register clocked by the module's clock.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.grid import SPLITTERS, below, words
from gatewright.agents.symbolic.grid import Row as Cells
from gatewright.agents.symbolic.ir import (
    Cell,
    Clock,
    Copy,
    Notation,
    Row,
    Signal,
    Table,
    concatenated,
)
from gatewright.agents.symbolic.page import Line, Page
from gatewright.agents.symbolic.readers.find import Find, scan, span_of
from gatewright.agents.symbolic.readers.lookup import ELSE
from gatewright.agents.symbolic.roles import clock_port
from gatewright.agents.symbolic.signals import Names, cover_ports
from gatewright.agents.symbolic.values import DONT_CARES, column, cube, spread
from gatewright.core import Port

MAX_BITS = 12
_NEXT = re.compile(
    r"^(?:next\s+|new\s+)?(\w+?)\s*"
    r"(?:\(\s*[tnk]\s*\+\s*1\s*\)|_?\{?[tnk]\+1\}?|\+|\*|[_ ]?next|\(\s*next\s*\))$",
    re.IGNORECASE,
)
_NEXT_FIRST = re.compile(r"^(?:next|new)[\s_]+(\w+)$", re.IGNORECASE)
_OLD = re.compile(
    r"^(?:(?:old|prev(?:ious)?|present|current)[\s_]+(\w+)"
    r"|(\w+?)[\s_]*(?:old|prev(?:ious)?|present|current|\(\s*[tnk]\s*\)|_[tnk]))$",
    re.IGNORECASE,
)
_HOLD = re.compile(
    r"^(?:hold|no[\s-]?change|unchanged|same|keep|latch(?:ed)?|memory)$", re.IGNORECASE
)
_TOGGLE = re.compile(r"^(?:toggle[sd]?|complement|invert(?:ed)?)$", re.IGNORECASE)
_INDEX = re.compile(r"^(?:#|row|no\.?|index|minterm|dec(?:imal)?|i)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column's signals; `role` is input, output, next, old or index."""

    role: str
    signals: tuple[Signal, ...] = ()

    @property
    def width(self) -> int:
        return concatenated(self.signals)


def _column(text: str, names: Names) -> _Column | None:
    text = re.sub(r"^(?:inputs?|outputs?)\s+(?=\w)", "", text.strip(), flags=re.IGNORECASE)
    text = re.sub(r"\s*\((?:in|out|input|output)\)$", "", text, flags=re.IGNORECASE)
    signal = names.resolve(text)
    if signal is not None:
        return _Column("input" if names.is_input(signal) else "output", (signal,))
    for role, pattern in (("next", _NEXT_FIRST), ("next", _NEXT), ("old", _OLD)):
        match = pattern.match(text)
        name = next(filter(None, match.groups()), "") if match else ""
        signal = names.resolve(name) if name else None
        if signal is not None and not names.is_input(signal):
            return _Column(role, (signal,))
    if _INDEX.match(text):
        return _Column("index")
    group = names.group(text)
    signals = [names.resolve(name) for name in group or ()]
    if signals and all(s is not None and names.is_input(s) for s in signals):
        return _Column("input", tuple(s for s in signals if s is not None))
    return None


def read(page: Page, names: Names) -> list[Find]:
    """All truth and characteristic tables on the page. Raises Abstain for a damaged one."""
    return scan(page, names, _at)


def _at(page: Page, line: Line, names: Names) -> Find | None:
    for split in SPLITTERS:
        header = split(line.text)
        if len(header) < 2:
            continue
        settled = names.counted_from(header)
        columns = [_column(cell, settled) for cell in header]
        kept = [c for c in columns if c is not None]
        roles = {c.role for c in kept}
        if len(kept) != len(columns) or "input" not in roles or not roles & {"output", "next"}:
            continue
        rows = below(page, line, split)
        if split is words:
            rows = _until_prose(rows)
        named = {s.port for c in kept for s in c.signals}
        lookup = any(p.name not in named for p in _data_inputs(names))
        if len(kept) == 2 and (lookup or any(ELSE.match(row.cells[0]) for row in rows)):
            return None  # a lookup table: it may copy other inputs, or have a default
        if len(rows) >= 2:
            return _table(line, kept, rows, names)
    return None


def _data_inputs(names: Names) -> list[Port]:
    clock = clock_port(names.interface)
    return [port for port in names.inputs() if port != clock]


def _until_prose(rows: list[Cells]) -> list[Cells]:
    """Blank-separated rows end where ordinary sentences begin."""
    kept: list[Cells] = []
    for row in rows:
        if not re.match(r"[01xX\-?*]|\d", row.cells[0]):
            break
        kept.append(row)
    return kept


def _table(line: Line, columns: list[_Column], rows: list[Cells], names: Names) -> Find:
    for row in rows:
        if len(row.cells) != len(columns):
            raise Abstain(f"line {row.line}: the row has {len(row.cells)} cells, not the header's")
    lines = frozenset({line.number, *(row.line for row in rows)})
    inputs = [i for i, c in enumerate(columns) if c.role in ("input", "old")]
    outputs = [i for i, c in enumerate(columns) if c.role in ("output", "next")]
    signals = tuple(s for i in inputs for s in columns[i].signals)
    targets = tuple(columns[i].signals[0] for i in outputs)
    _check_ports(columns, signals, targets, names)
    keys = _keys([[row.cells[i] for row in rows] for i in inputs], [columns[i] for i in inputs])
    cells = [_cells([row.cells[i] for row in rows], columns[i].signals[0], names) for i in outputs]
    table = _assemble(signals, targets, keys, cells, lines)
    old = any(c.role in ("old", "next") for c in columns)
    return Find(_clocked(table, old, names), lines)


def _check_ports(
    columns: list[_Column], inputs: tuple[Signal, ...], outputs: tuple[Signal, ...], names: Names
) -> None:
    real = [s for c in columns if c.role == "input" for s in c.signals]
    wanted = _data_inputs(names)
    if len(set(inputs)) != len(inputs) or len(set(outputs)) != len(outputs):
        raise Abstain("the truth table names a signal twice")
    if not cover_ports(real, wanted):
        raise Abstain("the truth table's input columns are not the module's inputs")
    if not cover_ports(outputs, names.outputs()):
        raise Abstain("the truth table's output columns are not the module's outputs")
    if concatenated(inputs) > MAX_BITS:
        raise Abstain("the truth table has too many input bits to be complete")


def _keys(texts: list[list[str]], columns: list[_Column]) -> list[list[int]]:
    """Per row, all the input numbers it stands for."""
    per_column: list[list[list[int]]] = []
    for cells, col in zip(texts, columns, strict=True):
        if len(col.signals) > 1 or col.width == 1:
            read_cells = [cube(re.sub(r"[\s,]", "", cell), col.width) for cell in cells]
            if any(c is None for c in read_cells):
                raise Abstain("an input cell of the truth table is no binary value")
            values = [c for c in read_cells if c is not None]
        else:
            values = column(cells, col.width)
        per_column.append([spread(value, col.width) for value in values])
    keys: list[list[int]] = []
    for row in zip(*per_column, strict=True):
        numbers = [0]
        for col, choices in zip(columns, row, strict=True):
            numbers = [n << col.width | choice for n in numbers for choice in choices]
        keys.append(numbers)
    return keys


def _cells(texts: Sequence[str], output: Signal, names: Names) -> list[Cell]:
    copies = [_copy(text, output, names) for text in texts]
    plain = [text for text, copy in zip(texts, copies, strict=True) if copy is None]
    if any(re.fullmatch(r"[zZ]+|hi-?z", text, re.IGNORECASE) for text in plain):
        raise Abstain("the truth table has high-impedance outputs")
    values = iter(column(plain, output.width) if plain else [])
    return [copy if copy is not None else next(values) for copy in copies]


def _copy(text: str, output: Signal, names: Names) -> Copy | None:
    """A cell that names a signal: the old output, its complement, or an input."""
    text = text.strip()
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    if _HOLD.match(text):
        return Copy(output)
    if _TOGGLE.match(text):
        return Copy(output, True)
    match = re.fullmatch(r"(?:([~!]|not\s+)\s*)?([A-Za-z_][\w\[\]() ]*?)(')?", text, re.IGNORECASE)
    if not match or (match[1] and match[3]):
        return None
    inverted = bool(match[1] or match[3])
    old = _OLD.match(match[2])
    name = next(filter(None, old.groups()), "") if old else match[2]
    signal = names.resolve(name)
    if signal is None:
        return None
    if text in DONT_CARES:
        raise Abstain(f"the cell {text!r} is both a port's name and a mark for don't-care")
    if signal.width != output.width:
        raise Abstain(f"the cell {text!r} does not have the output's width")
    if not names.is_input(signal) and signal != output:
        raise Abstain(f"the cell {text!r} refers to another output")
    return Copy(signal, inverted)


def _assemble(
    inputs: tuple[Signal, ...],
    outputs: tuple[Signal, ...],
    keys: list[list[int]],
    cells: list[list[Cell]],
    lines: frozenset[int],
) -> Table:
    rows: dict[int, tuple[Cell, ...]] = {}
    for at, numbers in enumerate(keys):
        for number in numbers:
            if number in rows:
                raise Abstain("two rows of the truth table stand for the same inputs")
            rows[number] = tuple(col[at] for col in cells)
    if len(rows) != 1 << concatenated(inputs):
        missing = (1 << concatenated(inputs)) - len(rows)
        raise Abstain(f"the truth table lacks {missing} input combinations")
    ordered = tuple(Row(key, rows[key]) for key in sorted(rows))
    return Table(Notation.TRUTH_TABLE, inputs, outputs, ordered, span_of(lines))


def _clocked(table: Table, old: bool, names: Names) -> Table:
    """Combinational without a clock; with one, only a table of next values is a register's."""
    clock = clock_port(names.interface)
    own = {cell.signal for row in table.rows for cell in row.cells if isinstance(cell, Copy)} & set(
        table.outputs
    )
    sequential = old or bool(own)
    if clock is None and sequential:
        raise Abstain("the table speaks of old values, but the module has no clock")
    if clock is not None and not sequential:
        raise Abstain("the module has a clock, the truth table does not say what it does")
    if clock is None:
        return table
    return Table(
        Notation.CHARACTERISTIC,
        table.inputs,
        table.outputs,
        table.rows,
        table.span,
        trigger=Clock(clock.name),
    )
