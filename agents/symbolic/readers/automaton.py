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
from gatewright.agents.symbolic.vocabulary import clauses
from gatewright.core import Interface, Port

_LEFT = re.compile(r"^left\b\s*(?:neighbou?r)?\s*(?:\[\s*i\s*(?P<sign>[+-])\s*1\s*\])?$", re.I)
_CENTRE = re.compile(
    r"^(?:cent(?:er|re)|self|(?:current )?(?:cell|state)|current)\s*(?:\[\s*i\s*\])?$",
    re.IGNORECASE,
)
_RIGHT = re.compile(r"^right\b\s*(?:neighbou?r)?\s*(?:\[\s*i\s*(?P<sign>[+-])\s*1\s*\])?$", re.I)
_NEXT = re.compile(
    r"^(?:(?:cent(?:er|re)|cell|self)(?:'s)?\s+)?(?:next|new)"
    r"(?:\s+(?:state|value|cell|cent(?:er|re)))*\s*(?:\[\s*i\s*\])?$",
    re.IGNORECASE,
)
_RULE = re.compile(r"\brule\s*(?:number\s*)?#?(\d{1,3})\b", re.IGNORECASE)
_CELLS = re.compile(r"\bcellular\s+automat\w+", re.IGNORECASE)
_LOAD = re.compile(r"(?:i_)?(?:load|ld|load_en)", re.IGNORECASE)

# The sentences that are understood. `<q>`, `<data>` and `<load>` stand for the ports' names.
_WRAP = (
    r"(?:assume (?:that )?)?(?:the )?(?:array|row|cells?) (?:is|are|forms?) (?:circular|a ring)"
    r"(?:: the ends wrap around)?",
    r"(?:the ends|(?:the )?array|(?:the )?row) wraps? around",
    r"(?:the )?boundar(?:y|ies)(?: conditions?)? (?:is|are) periodic",
    r"(?:<opening>,? )?(?:with|and) (?:a )?periodic boundar(?:y|ies)(?: conditions?)?",
)
_ZERO = (
    r"(?:assume (?:that )?)?(?:the |both |both the )?boundaries(?: \(<q>\[-1\] and <q>\[<width>\]"
    r"(?:, if they existed)?\))?(?: are(?: both)?)? (?:zero|0)(?: \(off\))?",
    r"<opening>,? with zero boundar(?:y|ies)(?: conditions?)?",
    r"(?:assume (?:that )?)?(?:the |all )?(?:cells|neighbou?rs) (?:beyond|outside|past)"
    r" (?:the )?(?:ends?|edges?|array|row|boundar(?:y|ies))(?: of the (?:array|row))?"
    r" (?:are|count as)(?: always)? (?:zero|0|off)",
)
_OTHER = (
    r"<opening>",
    r"rule \d+",
    r"the rules are simple",
    r"there is a one-dimensional array of cells \(on or off\)",
    r"at each time step, the state of each cell changes",
    r"(?:in rule \d+, )?the next state of each cell depends (?:only )?on itself and its two"
    r" neighbou?rs(?:, according to the following table)?",
    r"(?:in this circuit, create a <width>-cell system \(<q>\[<top>:0\]\), and|it|the automaton"
    r"|the state)"
    r" advances? by one (?:time )?step (?:in )?(?:each|every) clock cycle",
    r"in (?:each|every) clock cycle,? (?:it|the automaton|the state) advances by one"
    r" (?:time )?step",
    r"(?:the )?(?:synchronous )?(?:active[- ]high )?<load>(?: input)? indicates (?:that )?(?:the )?"
    r"(?:state(?: of the system)?|cells|<q>) should be loaded with <data>(?:\[<top>:0\])?",
    r"(?:on <load>|(?:when|if) <load>(?: is |=| = )(?:1|high)), (?:<q> is loaded with|<q> loads)"
    r" <data>(?: (?:at|on) the (?:next )?(?:rising|positive) (?:clock )?edge"
    r"(?: of (?:the clock|<clock>))?)?",
    r"(?:the )?<load>(?: input)? is synchronous(?: and active[- ]high)?",
    r"the left neighbou?r of <q>\[i\] is <q>\[i\+1\]",
)
_RULE_90 = (
    r"(?:at each time step, )?the next state of each cell is the xor of (?:the cell's|its) two"
    r" (?:current )?neighbou?rs"
)
_OPENING = (
    r"(?:(?:implement|design|build|create|write|the module (?:should implement|is)|this is) )?"
    r"(?:(?:(?:an?|the|this) )?(?:elementary )?(?:one-dimensional )?cellular automaton,? rule \d+"
    r"|rule \d+(?:,| is|: ?)?(?: (?:an?|the))? (?:elementary )?(?:one-dimensional )?cellular"
    r" automaton)"
    r"(?:, of <width> cells)?(?: with interesting properties)?"
    r"(?: \(such as being turing-complete\))?"
)


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
            right = _RIGHT.match(header[2])
            if not left or not _CENTRE.match(header[1]) or not right:
                continue
            if not _NEXT.match(header[3]):
                continue
            if left["sign"] is not None and left["sign"] == right["sign"]:
                raise Abstain("both neighbours in the table's heading are on the same side")
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
    parts = [part for line in text.split("\n") for part in clauses(line)]
    wrap, zero = (
        any(_said(part, patterns, cells, data[0].name, loads[0].name, clock.name) for part in parts)
        for patterns in (_WRAP, _ZERO)
    )
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


def _said(
    clause: str, patterns: tuple[str, ...], cells: Port, data: str, load: str, clock: str
) -> re.Match[str] | None:
    """The clause matches one of the patterns, filled with the ports' names."""
    named = {
        "q": re.escape(cells.name),
        "data": re.escape(data),
        "load": re.escape(load),
        "clock": re.escape(clock),
        "width": str(cells.width),
        "top": str(cells.width - 1),
    }
    named["opening"] = _OPENING.replace("<width>", named["width"])
    for pattern in patterns:
        filled = re.sub(r"<(\w+)>", lambda match: named[match[1]], pattern)
        match = re.fullmatch(filled, clause, re.IGNORECASE)
        if match:
            return match
    return None


def understood(clause: str, automaton: Automaton, interface: Interface) -> bool:
    """The clause says what the automaton does."""
    cells = interface.port(automaton.cells.port)
    if cells is None:
        return False
    patterns = (*(_WRAP if automaton.wrap else _ZERO), *_OTHER)
    if automaton.rule == 90:
        patterns += (_RULE_90,)
    data, load, clock = automaton.data.port, automaton.load, automaton.clock.port
    return bool(_said(clause, patterns, cells, data, load, clock))
