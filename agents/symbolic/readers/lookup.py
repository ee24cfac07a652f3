"""Lookup tables: one input column of constants, then values, copied inputs, or asserted outputs.

Scancode  | Key          sel | out       op    | y
16'h1234  | left         00  | a         4'd3  | 8'h10
others    | none         01  | b         else  | 8'h00
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.grid import Row as Cells
from gatewright.agents.symbolic.grid import bars, below, commas, tabs, wide
from gatewright.agents.symbolic.ir import Cell, Copy, Notation, Row, Signal, Table, Value
from gatewright.agents.symbolic.page import Line, Page
from gatewright.agents.symbolic.readers.find import Find, scan, span_of
from gatewright.agents.symbolic.roles import clock_port
from gatewright.agents.symbolic.signals import Names, whole
from gatewright.agents.symbolic.values import column

ELSE = re.compile(
    r"^(?:any(?:thing)?\s*(?:else|other.*)?|all\s+others?.*|others?|otherwise|else|default|"
    r"everything\s+else)$",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?:the\s+)?(?:output\s+)?(?P<name>\w+)(?:\s+(?:arrow|key|button|output|direction))*"
    r"(?:\s*(?:=|is)?\s*(?:1|high|asserted))?",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"^(?:none|nothing|no\s+outputs?|-+)$", re.IGNORECASE)


def read(page: Page, names: Names) -> list[Find]:
    """All lookup tables on the page. Raises Abstain for a damaged one."""
    return scan(page, names, _at)


def _at(page: Page, line: Line, names: Names) -> Find | None:
    if clock_port(names.interface) is not None:
        return None
    for split in (bars, tabs, wide, commas):
        header = split(line.text)
        if len(header) != 2:
            continue
        key = names.resolve(re.sub(r"^inputs?\s+", "", header[0], flags=re.IGNORECASE))
        rows = below(page, line, split)
        if key is None or not names.is_input(key) or len(rows) < 2:
            continue
        if any(len(row.cells) != 2 for row in rows):
            raise Abstain("a row of the lookup table has a wrong number of cells")
        return _table(line, key, header[1], rows, names)
    return None


def _table(line: Line, key: Signal, title: str, rows: list[Cells], names: Names) -> Find | None:
    lines = frozenset({line.number, *(row.line for row in rows)})
    named = [row for row in rows if not ELSE.match(row.cells[0])]
    rest = [row for row in rows if ELSE.match(row.cells[0])]
    if len(rest) > 1 or not named:
        raise Abstain("the lookup table has several rows for everything else")
    values = column([row.cells[0] for row in named], key.width)
    if any(value.known != (1 << key.width) - 1 for value in values):
        raise Abstain("a key of the lookup table is no constant")
    keys = [value.bits for value in values]
    if len(set(keys)) != len(keys):
        raise Abstain("a key appears twice in the lookup table")
    outputs = tuple(whole(port) for port in names.outputs())
    entries = [row.cells[1] for row in named + rest]
    cells = _valued(title, entries, outputs, names) or _asserted(entries, outputs, names)
    if cells is None:
        return None
    default = cells.pop() if rest else None
    if default is None and len(keys) != 1 << key.width:
        raise Abstain("the lookup table says nothing about the other inputs")
    if default is not None and len(keys) == 1 << key.width:
        default = None
    table = Table(
        Notation.LOOKUP,
        _inputs(key, cells, default, names),
        outputs,
        tuple(Row(k, c) for k, c in sorted(zip(keys, cells, strict=True), key=lambda kc: kc[0])),
        span_of(lines),
        default,
    )
    return Find(table, lines)


def _inputs(
    key: Signal, cells: Sequence[tuple[Cell, ...]], default: tuple[Cell, ...] | None, names: Names
) -> tuple[Signal, ...]:
    """The key alone; every other input must be copied somewhere."""
    copied = {
        cell.signal.port
        for row in [*cells, *([default] if default else [])]
        for cell in row
        if isinstance(cell, Copy)
    }
    left = {port.name for port in names.inputs()} - {key.port} - copied
    port = names.interface.port(key.port)
    if left or port is None or port.width != key.width:
        raise Abstain("the lookup table does not use all inputs")
    return (key,)


def _valued(
    title: str, entries: list[str], outputs: tuple[Signal, ...], names: Names
) -> list[tuple[Cell, ...]] | None:
    """The second column is the only output: constants or names of inputs."""
    target = names.resolve(re.sub(r"^outputs?\s+", "", title, flags=re.IGNORECASE))
    if len(outputs) != 1 or target != outputs[0]:
        return None
    copies = [names.resolve(entry) if re.match(r"[A-Za-z_]", entry) else None for entry in entries]
    plain = [e for e, s in zip(entries, copies, strict=True) if s is None]
    constants = iter(column(plain, target.width) if plain else [])
    cells: list[tuple[Cell, ...]] = []
    for signal in copies:
        if signal is None:
            cells.append((next(constants),))
        elif signal.width != target.width or not names.is_input(signal):
            raise Abstain("an entry of the lookup table does not have the output's width")
        else:
            cells.append((Copy(signal),))
    return cells


def _asserted(
    entries: list[str], outputs: tuple[Signal, ...], names: Names
) -> list[tuple[Cell, ...]] | None:
    """The second column names the one output that is 1."""
    if any(signal.width != 1 for signal in outputs) or len(outputs) < 2:
        return None
    cells: list[tuple[Cell, ...]] = []
    for entry in entries:
        named = _SIGNED.fullmatch(entry)
        signal = names.resolve(named["name"]) if named else None
        hits = {signal.port} if signal is not None and signal in outputs else set()
        if not hits and not _NOTHING.match(entry):
            raise Abstain(f"the lookup table's entry {entry!r} names no single output")
        cells.append(tuple(Value(int(out.port in hits), 1) for out in outputs))
    return cells
