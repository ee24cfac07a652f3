"""Elementary cellular automata: a neighbourhood table or a rule's number, with load and data."""

from __future__ import annotations

import re

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.grid import SPLITTERS, below
from gatewright.agents.symbolic.grid import Row as Cells
from gatewright.agents.symbolic.ir import Automaton, Clock, Notation
from gatewright.agents.symbolic.page import Page
from gatewright.agents.symbolic.readers.find import AutomatonDraft, Find, span_of
from gatewright.agents.symbolic.roles import clock_port
from gatewright.agents.symbolic.signals import Names, whole

_LEFT = re.compile(r"^left\b\s*(?:neighbou?r)?\s*(?:\[\s*i\s*(?P<sign>[+-])\s*1\s*\])?$", re.I)
_CENTRE = re.compile(r"^(?:cent(?:er|re)|self|cell|current)\b", re.IGNORECASE)
_RIGHT = re.compile(r"^right\b", re.IGNORECASE)
_NEXT = re.compile(r"\b(?:next|new)\b", re.IGNORECASE)
_RULE = re.compile(r"\brule\s*(?:number\s*)?#?(\d{1,3})\b", re.IGNORECASE)
_CELLS = re.compile(r"\bcellular\s+automat\w+", re.IGNORECASE)
_WRAP = re.compile(r"\b(?:wrap\w*|toroid\w*|periodic|circular\w*|cyclic\w*)\b", re.IGNORECASE)
_ZERO = re.compile(
    r"\b(?:boundar\w+|edges?|ends?|outside|borders?|beyond)\b[^.]*\b(?:zeros?|0|off|dead)\b", re.I
)
_LOAD = re.compile(r"(?:i_)?(?:load|ld|load_en)", re.IGNORECASE)


def read(page: Page, names: Names) -> list[Find]:
    """The automaton's rule, from a table and from its number. Raises Abstain on contradictions."""
    if not _CELLS.search(page.text) and not re.search(r"neighbou?r", page.text, re.IGNORECASE):
        return []
    numbers = {int(n) for n in _RULE.findall(page.text)}
    tables = _tables(page)
    if len(numbers) > 1 or len(tables) > 1:
        raise Abstain("the text names several rules")
    if tables:
        rule = tables[0].draft
        if isinstance(rule, AutomatonDraft) and numbers and numbers != {rule.rule}:
            raise Abstain(f"the table is rule {rule.rule}, the text says {numbers.pop()}")
        return tables
    if not numbers or not _CELLS.search(page.text):
        return []
    number = numbers.pop()
    if number > 255:
        raise Abstain(f"there is no elementary rule {number}")
    line = next(x.number for x in page.lines if re.search(rf"\b{number}\b", x.text))
    return [Find(AutomatonDraft(number, span_of(frozenset({line})), None), frozenset())]


def _tables(page: Page) -> list[Find]:
    finds: list[Find] = []
    for line in page.lines:
        for split in SPLITTERS:
            header = split(line.text)
            if len(header) != 4 or line.blank:
                continue
            left = _LEFT.match(header[0])
            if not left or not _CENTRE.match(header[1]) or not _RIGHT.match(header[2]):
                continue
            if not _NEXT.search(header[3]):
                continue
            rows = below(page, line, split)
            lines = frozenset({line.number, *(row.line for row in rows)})
            higher = None if left["sign"] is None else left["sign"] == "+"
            finds.append(Find(AutomatonDraft(_rule(rows), span_of(lines), higher), lines))
            break
    return finds


def _rule(rows: list[Cells]) -> int:
    bits: dict[int, int] = {}
    for row in rows:
        if len(row.cells) != 4 or any(cell not in ("0", "1") for cell in row.cells):
            raise Abstain(f"line {row.line}: a row of the neighbourhood table was not understood")
        key = int("".join(row.cells[:3]), 2)
        if key in bits:
            raise Abstain("two rows of the neighbourhood table are the same")
        bits[key] = int(row.cells[3])
    if len(bits) != 8:
        raise Abstain("the neighbourhood table lacks rows")
    return sum(bit << key for key, bit in bits.items())


def mirrored(rule: int) -> int:
    """The rule with left and right exchanged."""
    swapped = {key: (key & 1) << 2 | key & 2 | key >> 2 for key in range(8)}
    return sum((rule >> key & 1) << swapped[key] for key in range(8))


def settle(draft: AutomatonDraft, names: Names, text: str) -> tuple[Automaton, tuple[str, ...]]:
    """The automaton on the module's ports, and what had to be assumed.

    Raises Abstain where the ports are others than clock, load, data and cells, or the boundary is
    not described.
    """
    clock = clock_port(names.interface)
    rest = [port for port in names.inputs() if port != clock]
    loads = [port for port in rest if port.width == 1 and _LOAD.fullmatch(port.name)]
    outputs = names.outputs()
    data = [port for port in rest if port not in loads]
    if clock is None or len(loads) != 1 or len(data) != 1 or len(outputs) != 1:
        raise Abstain("an automaton needs a clock, a load, its data and one vector of cells")
    cells = outputs[0]
    if data[0].width != cells.width or cells.width < 3 or (cells.right or 0) != 0:
        raise Abstain("the automaton's data and cells have different widths")
    wrap, zero = bool(_WRAP.search(text)), bool(_ZERO.search(text))
    if wrap == zero:
        raise Abstain("the text does not settle what lies beyond the last cell")
    higher = draft.left_is_higher
    symmetric = mirrored(draft.rule) == draft.rule
    rule = mirrored(draft.rule) if higher is False else draft.rule
    assumed = higher is None and not symmetric
    automaton = Automaton(
        Notation.AUTOMATON,
        rule,
        Clock(clock.name),
        loads[0].name,
        whole(data[0]),
        whole(cells),
        wrap,
        draft.span,
    )
    left = f"the left neighbour of {cells.name}[i] is {cells.name}[i+1]"
    return automaton, ((left,) if assumed else ())
