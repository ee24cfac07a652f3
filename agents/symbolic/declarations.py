"""Ways to declare ports in one line or in a table, each read whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.page import Line, Page
from gatewright.agents.symbolic.text import Passage, flowing
from gatewright.core import Direction, Port

_NAME = r"(?P<name>(?!(?:and|each|is|are|with|or|of)\b)[A-Za-z_]\w*)"
_RANGE = r"\[\s*(?P<left>\d+)\s*:\s*(?P<right>\d+)\s*\]"
_BITS = r"(?P<bits>\d+|one)[- ]?bits?(?: wide)?"
_SIDE = r"(?P<side>in|input|out|output)(?: (?:port|signal|wire))?"
_TYPES = r"(?:(?:wire|reg|logic) )?"
# One port of a list whose direction is known: `a`, `[7:0] a`, `a[7:0]`, `8-bit a`, `a (8 bits)`.
_ITEMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_TYPES}(?:{_RANGE}\s*)?{_NAME}",
        rf"{_TYPES}{_NAME}\s*{_RANGE}",
        rf"{_BITS} {_NAME}",
        rf"{_NAME}\s*\(?{_BITS}\)?",
    )
)
# One port with its direction.
_PORTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_NAME}\s*(?:{_RANGE}\s*)?\({_SIDE}\)",
        rf"{_NAME}\s*\({_SIDE}, {_BITS}\)|{_NAME.replace('<name>', '<name2>')}\s*\("
        rf"{_BITS.replace('<bits>', '<bits2>')} {_SIDE.replace('<side>', '<side2>')}\)",
        rf"{_SIDE}\s+{_TYPES}(?:{_RANGE}\s*)?{_NAME}",
        rf"{_SIDE}\s+{_NAME}\s*\(?{_BITS}\)?",
        rf"{_NAME}\s*:\s*{_SIDE} (?:std_logic|std_ulogic|bit)",
        rf"{_NAME}\s*:\s*{_SIDE} std_u?logic_vector ?\((?P<left>\d+) downto (?P<right>\d+)\)",
        rf"{_NAME}\s*(?:,|-+)\s*(?:{_BITS}[, ]\s*)?{_SIDE}",
        rf"{_NAME}\s*(?:,|-+)\s*{_SIDE},?\s*\(?{_BITS}\)?",
    )
)
_BULLET = re.compile(r"\s*(?:[-*•+]\s+|\d+[.)]\s+)?")
_SIDED = re.compile(
    r"(?P<side>input|output)s?(?: (?:ports?|signals?))?\s*:\s*(?P<list>(?:\[[^\]]*\]|[^:\[])+?)"
    r"(?:,?\s*\(?(?:all |each )?(?P<bits>\d+|one)[- ]bits?(?: wide)? each\)?)?",
    re.IGNORECASE,
)
_START = re.compile(r"(?<=\.) (?=(?:input|output|port)s?\s*:)", re.IGNORECASE)
_MIXED = re.compile(r"(?:(?:ports?|interface|i/o|signals?)\s*:\s*)?(?P<list>.+)", re.IGNORECASE)
_LIST = r"[A-Za-z_\[](?:[^.;=]*?[\w\])])??"
_HOW_MANY = r"(?:(?:an?|the|one|two|three|four|five|six|seven|eight|single|\d+) )*"
_SPOKEN = re.compile(
    r"(?:(?:(?:please )?(?:design|create|implement|build|write) )?(?:an? |the )?(?:module|circuit)"
    r"(?: (?:named|called))?(?: (?!with\b|has\b|takes\b|having\b|that\b|which\b)(?P<module>\w+))?,?"
    r" (?:with|has|takes|having|that has|which has) )?"
    rf"(?P<many>{_HOW_MANY})(?:(?P<inbits>\d+)-bit )?inputs?,? (?P<ins>{_LIST}),?(?: and)?"
    rf"(?: (?:with|produces|has))? (?P<one>{_HOW_MANY})(?:(?P<outbits>\d+)-bit )?outputs?,?"
    rf" (?P<outs>{_LIST})",
    re.IGNORECASE,
)
# Where the same sentence goes on to what an output is, and what leads over to that.
_EQUATION = re.compile(
    r"(?<![\w.\[])(?P<name>[A-Za-z_]\w*)(?:\[\d+\])?"
    r"(?:\s*=(?!=)|\s+(?:is|are|equals|should|must|shall|will)\b)"
)
_OVER = re.compile(
    r"(?:\s*[,;:])?(?:\s+(?:and|where|with|such that|so that|given by|defined by))?\s*$",
    re.IGNORECASE,
)
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight")
_COLUMNS = {
    "name": ("port", "name", "signal", "port name", "signal name", "pin", "ports"),
    "side": ("direction", "dir", "i/o", "io", "type", "mode", "in/out"),
    "width": ("width", "bits", "size", "width (bits)", "bit width"),
    "text": ("description", "meaning", "function", "notes", "comment"),
}
_SIDES = {"in": "input", "i": "input", "out": "output", "o": "output"}


def _port(match: re.Match[str], side: str, width: str | None = None) -> Port:
    groups = match.groupdict()
    name = groups.get("name") or groups.get("name2") or ""
    left, right = groups.get("left"), groups.get("right")
    direction = Direction(_SIDES.get(side.lower(), side.lower()))
    if left is not None and right is not None:
        bounds = int(left), int(right)
        return Port(name, direction, abs(bounds[0] - bounds[1]) + 1, False, *bounds)
    bits = groups.get("bits") or groups.get("bits2") or width or "1"
    return _sized(name, direction, 1 if bits.lower() == "one" else int(bits))


def _sized(name: str, direction: Direction, width: int) -> Port:
    return Port(name, direction, width, False, *((width - 1, 0) if width > 1 else (None, None)))


def _check_widths(items: Sequence[re.Match[str]], *, shared: bool) -> None:
    """Raise Abstain for `[7:0] a, b`: whether b is as wide as a is not said."""
    given = ""
    for item in items:
        groups = item.groupdict()
        wide = next((kind for kind in ("left", "bits") if groups.get(kind)), "")
        if given and not wide and not shared:
            raise Abstain(f"whether {groups['name']} is as wide as {given} is not clear")
        given = groups["name"] if wide and item.start(wide) < item.start("name") else ""


def _split(text: str) -> list[str]:
    """The items of a list; commas in parentheses or brackets do not part them."""
    return [
        item.strip()
        for item in re.split(r"(?:,\s*(?:and\s+)?|\s+and\s+)(?![^(\[]*[)\]])", text)
        if item.strip()
    ]


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    return next((m for pattern in patterns if (m := pattern.fullmatch(text))), None)


def _one(text: str) -> list[Port] | None:
    """The ports that one declaration gives."""
    match = _SIDED.fullmatch(text)
    if match is not None:
        items = [_first(_ITEMS, item) for item in _split(match["list"])]
        matches = [m for m in items if m]
        if not matches or len(matches) != len(items):
            return None
        _check_widths(matches, shared=bool(match["bits"]))
        return [_port(m, match["side"], match["bits"]) for m in matches]
    match = _MIXED.fullmatch(text)
    # `a: input` could be the list `a` of kind `input`; whole first.
    whole = _first(_PORTS, text)
    pieces = [text] if whole else _split(match["list"]) if match else []
    ports = [_first(_PORTS, piece) for piece in pieces]
    found = [
        _port(m, m["side"] or m.groupdict().get("side2") or "") for m in ports if m is not None
    ]
    return found if found and len(found) == len(ports) else None


@dataclass(frozen=True, slots=True)
class Declared:
    """The ports of a line, and the sentences before them."""

    ports: tuple[Port, ...]
    before: str


def declared(text: str) -> Declared | None:
    """The ports that a line declares, if it is declarations up to its end.

    `Inputs: a, b (4 bits each). Output: f`, `Ports: clk (input), q (output, 4 bits)`,
    `a, input`, `a : in std_logic;`.
    """
    text = re.sub(r"\s+", " ", _BULLET.sub("", text, count=1)).strip()
    for start in (0, *(match.end() for match in _START.finditer(text))):
        found = _all(text[start:])
        if found:
            return Declared(tuple(found), text[:start].strip())
    return None


def _all(text: str) -> list[Port] | None:
    found: list[Port] = []
    for piece in re.split(r"[.;](?:\s+|$)", text):
        if piece.strip():
            ports = _one(piece.strip())
            if ports is None:
                return None
            found += ports
    return found or None


@dataclass(frozen=True, slots=True)
class Spoken:
    """The ports that a sentence names, the module if it does, and its lines without it."""

    ports: tuple[Port, ...]
    module: str
    texts: dict[int, str]


def spoken(page: Page) -> Spoken | None:
    """`Design a module g with inputs a and b and one output f.`: the whole sentence, or nothing."""
    passage = flowing(page)
    for match in re.finditer(r"(?:\[[^\]]*\]|[^.:;\n\[])+(?:[.:;](?=\s|$)|(?=\n|$))", passage.text):
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        for said, end in _sayings(passage, start, match.end()):
            ports = _said_ports(said)
            if ports is not None:
                rest = passage.remainders([(start, end)])
                return Spoken(tuple(ports), said["module"] or "", rest)
    return None


def _sayings(passage: Passage, start: int, end: int) -> Iterator[tuple[re.Match[str], int]]:
    """The sentence as one that names ports, or its part before what an output is; and its end.

    `… and output y, y = not a`, `… and output y, where y is not a`, `… and output y = not a`.
    """
    said = _SPOKEN.fullmatch(passage.text[start:end].strip().rstrip(".:;"))
    if said is not None:
        yield said, end
    equation = _EQUATION.search(passage.text, start, end)
    if equation is None:
        return
    at = equation.start()
    over = _OVER.search(passage.text, start, at)
    if over is not None and (over[0].strip() or at in passage.starts):
        said = _SPOKEN.fullmatch(passage.text[start : over.start()].strip())
    said = said or _SPOKEN.fullmatch(passage.text[start : equation.end("name")])
    if said is not None:
        yield said, at


def _said_ports(said: re.Match[str]) -> list[Port] | None:
    """The ports of a sentence; None where it is not clear which and how wide they are."""
    ports: list[Port] = []
    sides = (("input", "ins", "many", "inbits"), ("output", "outs", "one", "outbits"))
    for side, names, many, bits in sides:
        items = [_first(_ITEMS, item) for item in _split(said[names])]
        count = _count(said[many])
        if None in items or (count is not None and count != len(items)):
            return None
        matches = [item for item in items if item is not None]
        _check_widths(matches, shared=bool(said[bits]))
        ports += [_port(item, side, said[bits]) for item in matches]
    return ports


def _count(words: str) -> int | None:
    for word in words.lower().split():
        if word.isdigit() or word in _NUMBERS:
            return int(word) if word.isdigit() else _NUMBERS.index(word) + 1
    return None


@dataclass(frozen=True, slots=True)
class PortTable:
    """The ports of a table, and what stays of its lines: the descriptions."""

    ports: tuple[Port, ...]
    texts: dict[int, str]


def _cells(line: Line) -> list[str]:
    return [cell.strip() for cell in line.text.strip().strip("|").split("|")]


def tabled(page: Page) -> PortTable | None:
    """The ports of a table with a column for names and one for directions.

    Raises Abstain where such a table has a row that declares no port.
    """
    for at, line in enumerate(page.lines):
        heads = [cell.lower() for cell in _cells(line)] if "|" in line.text else []
        places = {
            kind: next((i for i, head in enumerate(heads) if head in names), None)
            for kind, names in _COLUMNS.items()
        }
        if places["name"] is None or places["side"] is None:
            continue
        if sum(place is not None for place in places.values()) != len(heads):
            continue
        return _rows(page, at, places, len(heads))
    return None


def _rows(page: Page, at: int, places: dict[str, int | None], count: int) -> PortTable:
    ports: list[Port] = []
    texts = {page.lines[at].number: ""}
    for line in page.lines[at + 1 :]:
        if line.rule:
            texts[line.number] = ""
            continue
        if "|" not in line.text:
            break
        cells = _cells(line)
        got = {kind: cells[i] for kind, i in places.items() if i is not None and i < len(cells)}
        port = _row(got) if len(cells) == count else None
        if port is None:
            raise Abstain(f"line {line.number}: {line.text.strip()!r} in the table of ports")
        ports.append(port)
        remark = got.get("text", "")
        texts[line.number] = f"{port.name}: {remark}" if remark else ""
    return PortTable(tuple(ports), texts)


def _row(cells: dict[str, str]) -> Port | None:
    name, side = cells.get("name", ""), cells.get("side", "").lower()
    width = cells.get("width", "1") or "1"
    side = _SIDES.get(side, side)
    match = re.fullmatch(rf"{_NAME}\s*(?:{_RANGE})?", name)
    wide = re.fullmatch(rf"{_RANGE}|(?P<bits>\d+)(?: bits?)?|-", width)
    if match is None or wide is None or side not in ("input", "output"):
        return None
    if match["left"] is not None and "width" in cells and _span(match) != _wide(wide):
        return None
    bounds = match if match["left"] is not None else wide
    if bounds["left"] is not None:
        left, right = int(bounds["left"]), int(bounds["right"])
        return Port(match["name"], Direction(side), _span(bounds), False, left, right)
    return _sized(match["name"], Direction(side), _wide(wide))


def _span(match: re.Match[str]) -> int:
    return abs(int(match["left"]) - int(match["right"])) + 1


def _wide(match: re.Match[str]) -> int:
    return _span(match) if match["left"] is not None else int(match["bits"] or 1)
