"""Karnaugh maps: labels in any order, don't-cares, multiplexer cofactors.

Layouts: column variables above the labels and row variables beside them; `ab\\cd` in the corner
(rows, then columns); `cd=00` labels; bars, boxes, blanks, tabs or commas between the cells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.ir import Notation, Row, Signal, Table, Value
from gatewright.agents.symbolic.page import Line, Page
from gatewright.agents.symbolic.readers.find import Find, span_of
from gatewright.agents.symbolic.signals import Names, cover_ports

_LABEL = re.compile(r"(?:(?P<vars>[A-Za-z_][\w\[\]]*)=)?(?P<bits>[01]+)")
_TOLD = re.compile(
    r"(?:\b(?:the|and|with|while)\s+)*\b(?P<axis>rows?|columns?)(?:\s+variables?|\s+labels?)?\s*"
    r"(?:(?:are|is|=|:|by|for|shows?|represents?|labell?ed|indexed|with|corresponds?|to|gives?|holds?)"
    r"\s*)*\s+(?P<names>[A-Za-z]\w*(?:\[\d+\])?(?:\s*,?\s*[A-Za-z]\w*\[\d+\]"
    r"|\s*,\s*[A-Za-z]\d?\b(?!\w))*)",
    re.IGNORECASE,
)
_CELL = {"0": Value(0, 1), "1": Value(1, 1)} | dict.fromkeys("dDxX-?*φΦ", Value(0, 0))


@dataclass(frozen=True, slots=True)
class _Axis:
    variables: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Map:
    rows: _Axis
    columns: _Axis
    cells: tuple[tuple[str, ...], ...]
    lines: frozenset[int]


def _tokens(text: str) -> list[str]:
    text = re.sub(r"\s*([\\=])\s*", r"\1", text)
    return [t for t in re.split(r"[\s|,:]+", text.strip()) if t]


def _labels(tokens: Sequence[str]) -> tuple[tuple[str, ...], set[str]]:
    """The run of axis labels at the end of a line, and the variables written in them."""
    bits: list[str] = []
    variables: set[str] = set()
    for token in reversed(tokens):
        match = _LABEL.fullmatch(token)
        if not match or (bits and len(match["bits"]) != len(bits[0])):
            break
        bits.insert(0, match["bits"])
        variables.add(match["vars"] or "")
    return tuple(bits), variables


def _complete(labels: Sequence[str]) -> bool:
    return len(labels) >= 2 and len(labels) == 2 ** len(labels[0])


def _check_axis(axis: _Axis, which: str) -> None:
    if len(set(axis.labels)) != len(axis.labels):
        raise Abstain(f"the Karnaugh map repeats a {which} label")
    width = len(axis.variables)
    if any(len(label) != width for label in axis.labels) or len(axis.labels) != 2**width:
        raise Abstain(f"the Karnaugh map's {which} labels do not enumerate its {which} variables")


def _above(page: Page, line: Line, names: Names) -> tuple[tuple[str, ...], int] | None:
    """The variables alone on the line above."""
    for other in reversed(page.lines[: line.number - 1]):
        if other.blank or other.rule:
            continue
        text = other.text.replace("|", " ").replace("\t", " ").strip()
        group = names.group(text)
        return (group, other.number) if group else None
    return None


def _body(page: Page, header: Line, columns: int) -> list[tuple[Line, list[str]]]:
    rows: list[tuple[Line, list[str]]] = []
    for line in page.lines[header.number :]:
        if line.rule:
            continue
        tokens = _tokens(line.text)
        if line.blank and not rows:
            continue
        if len(tokens) < 2 or not any(_LABEL.fullmatch(token) for token in tokens[:2]):
            break
        rows.append((line, tokens))
    return rows


def _row_labels(
    body: Sequence[tuple[Line, list[str]]], columns: int
) -> tuple[list[str], set[str], bool]:
    """The rows' labels, the names written beside or in them, and whether every row is whole."""
    labels: list[str] = []
    names: set[str] = set()
    whole = True
    for _, tokens in body:
        match = _LABEL.fullmatch(tokens[-columns - 1]) if len(tokens) > columns else None
        if not match or len(tokens) > columns + 2:
            whole = False
            continue
        labels.append(match["bits"])
        names.add(match["vars"] or "")
        names |= set(tokens[: -columns - 1])
    return labels, names - {""}, whole


def _corner(text: str, names: Names, columns: int, rows: int) -> tuple[tuple[str, ...], ...] | None:
    """Row and column variables of a corner such as `ab\\cd`."""
    parts = re.split(r"[\\/]", text)
    if len(parts) != 2:
        return None
    first, second = names.group(parts[0]), names.group(parts[1])
    if not first or not second:
        return None
    straight = (len(first), len(second)) == (rows, columns)
    crossed = (len(second), len(first)) == (rows, columns)
    if "/" in text and straight and crossed:
        raise Abstain(f"{text!r} does not say which variables label the rows")
    if "/" in text and crossed:
        return second, first
    return first, second


def _find(page: Page, line: Line, names: Names) -> _Map | None:
    tokens = _tokens(line.text)
    labels, written = _labels(tokens)
    if not _complete(labels) or len(written) != 1:
        return None
    body = _body(page, line, len(labels))
    if not body:
        return None
    row_labels, row_names, whole = _row_labels(body, len(labels))
    if not row_labels:
        return None
    lines = {line.number, *(row.number for row, _ in body)}
    rows, columns = _variables(
        page, line, names, tokens[: -len(labels)], labels, row_labels[0], written, row_names, lines
    ) or (None, None)
    if not rows or not columns or not _may_label((*rows, *columns), names):
        return None
    for name in sorted(row_names):
        group = names.group(name) or (name,)
        if [v.lower() for v in group] != [v.lower() for v in rows]:
            raise Abstain(f"{name!r} beside a row of the Karnaugh map was not understood")
    if not whole:
        raise Abstain(f"line {line.number}: a row of the Karnaugh map has a wrong number of cells")
    cells = tuple(tuple(row_tokens[-len(labels) :]) for _, row_tokens in body)
    if any(len(cell) > 1 for row in cells for cell in row):
        return None
    return _Map(_Axis(rows, tuple(row_labels)), _Axis(columns, labels), cells, frozenset(lines))


def _may_label(variables: Sequence[str], names: Names) -> bool:
    """No variable is an output."""
    signals = [names.resolve(variable) for variable in variables]
    return all(signal is None or names.is_input(signal) for signal in signals)


def _variables(
    page: Page,
    line: Line,
    names: Names,
    corner: list[str],
    labels: Sequence[str],
    row_label: str,
    written: set[str],
    row_names: set[str],
    lines: set[int],
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Row and column variables, from wherever this layout writes them."""
    joined = " ".join(corner)
    told = _told(page, names)
    both = _corner(joined, names, len(labels[0]), len(row_label)) if joined else None
    if both:
        return both[0], both[1]
    columns = names.group(next(iter(written))) if written != {""} else None
    rows = names.group(joined) if joined else None
    if rows is None and not joined and len(row_names) == 1:
        rows = names.group(next(iter(row_names)))
    if columns is None:
        above = _above(page, line, names)
        columns = above[0] if above else None
        lines |= {above[1]} if above else set()
    if not joined:
        rows, columns = rows or told.get("r"), columns or told.get("c")
    return (rows, columns) if rows and columns else None


def _told(page: Page, names: Names) -> dict[str, tuple[str, ...]]:
    """The row and column variables that a remark names."""
    told: dict[str, tuple[str, ...]] = {}
    for line in page.lines:
        for match in _TOLD.finditer(line.text):
            group = names.group(match["names"])
            if group and _may_label(group, names):
                told[match["axis"][0].lower()] = group
    return told


def read(page: Page, names: Names) -> list[Find]:
    """All Karnaugh maps on the page. Raises Abstain for a damaged one."""
    finds: list[Find] = []
    taken: set[int] = set()
    for line in page.lines:
        if line.number in taken or line.blank:
            continue
        found = _find(page, line, names)
        if found:
            taken |= found.lines
            remainders = _check_axes_told(found, page, names)
            find = _table(found, names, page.text)
            finds.append(replace(find, remainders=remainders))
    return finds


def _check_axes_told(found: _Map, page: Page, names: Names) -> tuple[tuple[int, str], ...]:
    """Remarks such as "rows ab, columns cd": checked against the map, then cut out.

    Raises Abstain where a remark contradicts the map.
    """
    axes = {"r": found.rows.variables, "c": found.columns.variables}
    left: dict[int, str] = {}
    for line in page.lines:
        if line.number in found.lines:
            continue
        for match in _TOLD.finditer(line.text):
            group = names.group(match["names"])
            signals = [names.resolve(name) for name in group or ()]
            if not group or any(s is None or not names.is_input(s) for s in signals):
                continue
            if [g.lower() for g in group] != [v.lower() for v in axes[match["axis"][0].lower()]]:
                raise Abstain(f"line {line.number}: {match[0]!r} contradicts the Karnaugh map")
            left[line.number] = left.get(line.number, line.text).replace(match[0], " ", 1)
    return tuple(left.items())


def _table(found: _Map, names: Names, text: str) -> Find:
    _check_axis(found.rows, "row")
    _check_axis(found.columns, "column")
    variables = found.rows.variables + found.columns.variables
    if len({v.lower() for v in variables}) != len(variables):
        raise Abstain("a variable appears twice in the Karnaugh map")
    cells: dict[int, Value] = {}
    for row_label, row in zip(found.rows.labels, found.cells, strict=True):
        for column_label, cell in zip(found.columns.labels, row, strict=True):
            if cell not in _CELL:
                raise Abstain(f"the Karnaugh map holds a cell {cell!r}")
            cells[int(row_label + column_label, 2)] = _CELL[cell]
    settled = names.counted_from(variables)
    signals = [settled.resolve(variable) for variable in variables]
    outputs = names.outputs()
    if len(outputs) != 1:
        raise Abstain("a Karnaugh map gives one output, the module has several")
    if any(signal is None for signal in signals):
        table = _cofactors(found, variables, signals, cells, names)
        _check_connections(variables, signals, outputs[0].name, text)
    else:
        inputs = tuple(signal for signal in signals if signal is not None)
        if outputs[0].width != 1:
            raise Abstain("a Karnaugh map gives one bit, the output has several")
        table = Table(
            Notation.KMAP,
            inputs,
            (Signal(outputs[0].name),),
            tuple(Row(key, (cells[key],)) for key in sorted(cells)),
            span_of(found.lines),
        )
    if not cover_ports(table.inputs, names.inputs()):
        raise Abstain("the Karnaugh map's variables are not the module's inputs")
    return Find(table, found.lines)


def _check_connections(
    variables: Sequence[str], signals: Sequence[Signal | None], output: str, text: str
) -> None:
    """The text has a multiplexer, and where it says what goes where, says the usual."""
    if not re.search(r"\bmux\b|\bmultiplex", text, re.IGNORECASE):
        raise Abstain("the Karnaugh map has variables that are no ports")
    select = sorted(v for v, s in zip(variables, signals, strict=True) if s is None)
    name = re.escape("".join(select))
    for match in re.finditer(
        rf"\b{name}\s*=\s*([01]+)\s+(?:is\s+)?connected\s+to\s+{re.escape(output)}\[(\d+)\]",
        re.sub(r"\s+", " ", text),
    ):
        if int(match[1], 2) != int(match[2]):
            raise Abstain("the multiplexer's inputs are connected in an unusual order")


def _cofactors(
    found: _Map,
    variables: Sequence[str],
    signals: Sequence[Signal | None],
    cells: dict[int, Value],
    names: Names,
) -> Table:
    """The data inputs of a multiplexer selected by the variables that are no ports."""
    output = names.outputs()[0]
    width = len(variables)
    select = [i for i, signal in enumerate(signals) if signal is None]
    keep = [i for i, signal in enumerate(signals) if signal is not None]
    missing = " ".join(variables[i] for i in select)
    if output.width != 2 ** len(select) or not keep:
        raise Abstain(f"the Karnaugh map uses {missing}, which the module does not have")

    def pick(key: int, positions: Sequence[int]) -> int:
        number = 0
        for position in positions:
            number = number << 1 | key >> (width - 1 - position) & 1
        return number

    # The selector's number follows the alphabetical order in which its variables are written.
    select.sort(key=lambda i: variables[i].lower())
    rows: dict[int, Value] = {pick(key, keep): Value(0, 0) for key in cells}
    for key, cell in cells.items():
        at, position = pick(key, keep), pick(key, select)
        old = rows[at]
        rows[at] = Value(old.bits | cell.bits << position, old.known | cell.known << position)
    inputs = tuple(s for s in signals if s is not None)
    return Table(
        Notation.KMAP,
        inputs,
        (Signal(output.name, output.width),),
        tuple(Row(key, (rows[key],)) for key in sorted(rows)),
        span_of(found.lines),
    )
