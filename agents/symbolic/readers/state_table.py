"""State tables: one row a state (next states side by side), or one row a transition.

State | Next state x=0, Next state x=1 | Output z      State | x | Next | z
A     | A, B                           | 0             A     | 0 | A    | 0
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.conditions import Condition, is_else, parse
from gatewright.agents.symbolic.grid import (
    Row as Cells,
)
from gatewright.agents.symbolic.grid import (
    Splitter,
    bars,
    below,
    commas,
    tabs,
    wide,
    words,
)
from gatewright.agents.symbolic.ir import Notation, Signal
from gatewright.agents.symbolic.page import Line, Page
from gatewright.agents.symbolic.readers.find import (
    DraftArc,
    Emission,
    Find,
    MachineDraft,
    StateOutput,
    scan,
    span_of,
)
from gatewright.agents.symbolic.readers.machine_ports import (
    condition_inputs,
    emissions,
    logic_state,
    machine_outputs,
)
from gatewright.agents.symbolic.signals import Names
from gatewright.agents.symbolic.values import cube

_PRESENT = re.compile(
    r"^(?:(?:present|current|old|curr|cur|from)[\s_]*state|present|current|state|ps|cs|from)\b"
    r"(?:\s*input)?\s*(?P<name>[A-Za-z_]\w*)?\s*(?:\[[\d:\s]+\]|\([^)]*\))?$",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"^(?:next[\s_]*state|next|ns|to)\b\s*(?:[/,]\s*(?P<emits>outputs?|[A-Za-z_]\w*)(?=\W|$)\s*)?(?:\(?[A-Za-z_]\w*\s*\[[\d:\s]+\]\)?)?\s*"
    r"(?:[,:(]?\s*(?:(?:when|if|for|on|with|at|input)\s+)?(?P<when>[^()]*=[^()]*|[01]+))?\)?$",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"^(?:(?:when|if|for|on|input)\s+)?(?P<when>[\w\[\]]+(?:\s*=\s*[01]+)"
    r"(?:\s*,?\s*[\w\[\]]+\s*=\s*[01]+)*)$",
    re.IGNORECASE,
)
_OUTPUT = re.compile(
    r"^(?:outputs?\b\s*)?\(?(?P<name>[A-Za-z_]\w*(?:\[[\d:]+\])?)?\)?\s*"
    r"(?:,?\s*(?:when|if|for|on)?\s*(?P<when>[\w\[\]]+\s*=\s*[01]+))?$",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z_]\w*|[01]+|\d+'b[01]+")


@dataclass(frozen=True, slots=True)
class _Column:
    """role: state, next, input, output; `when` is the column's condition, `signal` its port."""

    role: str
    when: Condition | None = None
    signal: Signal | None = None


def read(page: Page, names: Names) -> list[Find]:
    """All state tables on the page. Raises Abstain for a damaged one."""
    return scan(page, names, _at)


def _flat(cells: Sequence[str]) -> tuple[str, ...]:
    """Cells that hold comma lists, taken apart."""
    return tuple(piece.strip() for cell in cells for piece in cell.strip("()").split(","))


def _at(page: Page, line: Line, names: Names) -> Find | None:
    if "->" in line.text:
        return None
    splitters: tuple[Splitter, ...] = (bars, tabs, wide, commas, words)
    for split in splitters:
        raw = split(line.text)
        present = _PRESENT.match(raw[0]) if len(raw) > 1 else None
        if present is None:
            continue
        # `state y`: the vector of state bits, or a letter for it.
        if present["name"] and len(present["name"]) > 1 and not names.resolve(present["name"]):
            raise Abstain(f"the state table's heading {raw[0]!r} was not understood")
        rows = below(page, line, split)
        trouble: Abstain | None = None
        for header, take in ((raw, tuple), (_flat(raw), _flat)):
            try:
                columns = _columns(header, names)
            except Abstain as reason:
                trouble = trouble or reason
                continue
            if columns is None or len(rows) < 1:
                continue
            body = [Cells(row.line, tuple(take(row.cells))) for row in rows]
            if split in (words, wide):
                body = [r for r in body if len(r.cells) > 1 and _NAME.fullmatch(r.cells[0])]
            for row in body:
                if len(row.cells) != len(columns):
                    raise Abstain(f"line {row.line}: a row of the state table has a wrong length")
            return _find(line, columns, body, names)
        if trouble is not None:
            raise trouble
    return None


def _columns(header: Sequence[str], names: Names) -> list[_Column] | None:
    inputs = condition_inputs(names)
    columns: list[_Column] = [_Column("state")]
    for cell in header[1:]:
        column = _column(cell, inputs, names)
        if column is None:
            return None
        columns.append(column)
    roles = [c.role for c in columns]
    if "next" not in roles:
        return None
    return columns


def _column(cell: str, inputs: tuple[Signal, ...], names: Names) -> _Column | None:
    cell = re.sub(r"\s+", " ", cell.strip())
    match = _NEXT.match(cell)
    if match:
        when = match["when"]
        if match["emits"] and not _emitted(match["emits"], names):
            raise Abstain(f"the state table's heading {cell!r} was not understood")
        return _Column("next", parse(when, inputs, names) if when else None)
    match = _WHEN.match(cell)
    if match:
        return _Column("next", parse(match["when"], inputs, names))
    name = re.sub(r"^inputs?\s+", "", cell, flags=re.IGNORECASE)
    signal = names.resolve(name)
    if signal is not None and names.is_input(signal):
        return _Column("input", None, signal)
    if re.fullmatch(r"inputs?", cell, re.IGNORECASE) and len(inputs) == 1:
        return _Column("input", None, inputs[0])
    return _output_column(cell, inputs, names)


def _emitted(name: str, names: Names) -> bool:
    """What the heading puts after the next state is the machine's only output, or all of them."""
    if re.fullmatch("outputs?", name, re.IGNORECASE):
        return True
    return [names.resolve(name)] == list(machine_outputs(names))


def _output_column(cell: str, inputs: tuple[Signal, ...], names: Names) -> _Column | None:
    match = _OUTPUT.match(cell)
    if not match:
        return None
    outputs = machine_outputs(names)
    signal = names.resolve(match["name"]) if match["name"] else None
    if match["name"] and (signal is None or names.is_input(signal)):
        return None
    if signal is None and re.match(r"outputs?\b", cell, re.IGNORECASE) and len(outputs) == 1:
        signal = outputs[0]
    if signal is None:
        return None
    when = parse(match["when"], inputs, names) if match["when"] else None
    return _Column("output", when, signal)


def _find(line: Line, columns: list[_Column], rows: list[Cells], names: Names) -> Find:
    lines = frozenset({line.number, *(row.line for row in rows)})
    conditioned = any(c.role == "next" and c.when is not None for c in columns)
    listed = any(c.role == "input" for c in columns)
    plain = [c for c in columns if c.role == "next" and c.when is None]
    if conditioned and (listed or plain):
        raise Abstain("the state table's header mixes two layouts")
    if len(plain) > 1:
        raise Abstain("the state table has two next-state columns without conditions")
    build = _wide_rows if conditioned else _long_rows
    arcs, moore = build(columns, rows, names)
    states = tuple(dict.fromkeys(_state(row.cells[0]) for row in rows))
    draft = MachineDraft(
        Notation.STATE_TABLE,
        states,
        condition_inputs(names),
        tuple(arcs),
        tuple(moore),
        span_of(lines),
        None,
        _state_name(line, names),
    )
    for arc in arcs:
        if arc.target not in states:
            raise Abstain(f"the state table has no row for state {arc.target}")
    return Find(draft, lines)


def _state_name(line: Line, names: Names) -> str:
    state = logic_state(names.interface)
    return state.name if state else ""


def _state(text: str) -> str:
    text = text.strip().strip("()\"'")
    text = re.sub(r"^\d+'b", "", text)
    if not _NAME.fullmatch(text):
        raise Abstain(f"{text!r} is no state's name")
    return text


def _slashed(cell: str) -> tuple[str, str, str]:
    """The next state, the mark after it and the outputs: `S1/0`, `S1, 0`, `(S1, z=0)`."""
    text = cell.strip()
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    mark = re.search("[/,]", text)
    if mark is None:
        return cell, "", ""
    return text[: mark.start()].strip(), mark[0], text[mark.end() :].strip()


def _also_a_state(text: str, rows: list[Cells]) -> bool:
    return any(text == row.cells[0].strip() for row in rows)


def _value(text: str, signal: Signal) -> Emission:
    value = cube(text, signal.width)
    if value is None:
        raise Abstain(f"the output cell {text!r} of the state table was not understood")
    return Emission(signal, value)


def _wide_rows(
    columns: list[_Column], rows: list[Cells], names: Names
) -> tuple[list[DraftArc], list[StateOutput]]:
    """One row a state."""
    arcs: list[DraftArc] = []
    moore: list[StateOutput] = []
    seen: set[str] = set()
    for row in rows:
        state = _state(row.cells[0])
        if state in seen:
            raise Abstain(f"state {state} has two rows")
        seen.add(state)
        pairs = list(zip(columns, row.cells, strict=True))
        fixed = tuple(
            _value(cell, c.signal)
            for c, cell in pairs
            if c.role == "output" and c.when is None and c.signal
        )
        mealy = any(c.role == "output" and c.when is not None for c in columns)
        slashed = any(re.search("[/,]", cell) for c, cell in pairs if c.role == "next")
        for column, cell in pairs:
            if column.role != "next" or column.when is None:
                continue
            target, mark, out = _slashed(cell)
            if mark == "," and _also_a_state(out, rows):
                raise Abstain(f"line {row.line}: which of {cell!r} is the state is not clear")
            emits = emissions(out, names) if out.strip() else ()
            if mealy:
                emits = tuple(
                    _value(text, c.signal)
                    for c, text in pairs
                    if c.role == "output" and c.signal and c.when == column.when
                )
            arcs.append(DraftArc(state, _state(target), column.when, emits))
        if not mealy and not slashed:
            moore.append(StateOutput(state, fixed))
        elif fixed:
            raise Abstain("the state table gives an output both per state and per transition")
    return arcs, moore


def _long_rows(
    columns: list[_Column], rows: list[Cells], names: Names
) -> tuple[list[DraftArc], list[StateOutput]]:
    """One row a transition. Outputs that never vary within a state are the state's."""
    arcs: list[DraftArc] = []
    outputs: dict[str, list[tuple[Emission, ...]]] = {}
    for row in rows:
        pairs = list(zip(columns, row.cells, strict=True))
        state = _state(row.cells[0])
        target = next(cell for c, cell in pairs if c.role == "next")
        condition: Condition | None = ((),)
        for column, cell in pairs:
            if column.role != "input" or column.signal is None:
                continue
            if is_else(cell):
                condition = None
            elif condition is not None and not re.fullmatch(r"[-xX*]+", cell):
                extra = parse(f"{column.signal}={cell}", (), names)
                condition = tuple(a + b for a in condition for b in extra)
        emits = tuple(
            _value(cell, c.signal) for c, cell in pairs if c.role == "output" and c.signal
        )
        outputs.setdefault(state, []).append(emits)
        arcs.append(DraftArc(state, _state(target), condition, emits))
    if all(len(set(values)) == 1 for values in outputs.values()):
        plain = [DraftArc(a.source, a.target, a.when) for a in arcs]
        return plain, [StateOutput(state, values[0]) for state, values in outputs.items()]
    return arcs, []
