"""A module's name and ports from prose lists or from a Verilog header."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.declarations import declared, spoken, tabled
from gatewright.agents.symbolic.page import Page
from gatewright.core import Direction, Interface, Port
from gatewright.core.keywords import KEYWORDS

_TYPES = r"(?:(?:reg|wire|logic|bit|var|tri|unsigned)\b\s*)*"
_RANGE = r"\[\s*(\d+)\s*:\s*(\d+)\s*\]"
_BITS = r"\(?\s*(\d+)\s*-?\s*bits?(?:\s+wide)?\s*\)?"
_ITEM = re.compile(
    rf"{_TYPES}(?P<signed>signed\s+)?(?:{_RANGE}\s*|{_BITS}\s+)?(?P<name>[A-Za-z_]\w*)"
    rf"\s*(?:{_RANGE}|{_BITS})?"
)
_BULLET = r"\s*(?:[-*•+]\s+|\d+[.)]\s+)?"
_DIRECTED = re.compile(
    rf"^{_BULLET}(?P<dir>input|output|inout)s?(?:\s+(?:ports?|signals?|wires?))?\b"
    r"(?P<colon>\s*:)?\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_NAME_FIRST = re.compile(
    rf"^{_BULLET}(?P<name>[A-Za-z_]\w*)\s*(?:{_RANGE})?\s*[:(]\s*(?:{_BITS},?\s*|{_RANGE}\s*)?"
    rf"(?P<dir>input|output)\b\s*,?\s*(?:{_BITS}|{_RANGE})?\s*\)?(?P<rest>.*)$",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"^[ \t]*module\s+(\w+)\s*(?:import[^;]*;\s*)?(#\s*\([^;]*?\)\s*)?\(([^;]*)\)\s*;", re.MULTILINE
)
_NAMED = re.compile(
    r"\bmodule\s+(?:is\s+)?(?:named|called)\s+[\"']?(\w+)"
    r"|\bmodule\s+name\s*(?:is\b|:|=)\s*[\"']?(\w+)"
    r"|\bmodule\s+\"(\w+)\"",
    re.IGNORECASE,
)
_TITLE = re.compile(
    rf"{_BULLET}#*\s*(?:the )?(?:ports?|interface|i/o|signals)(?: (?:is|are))?\s*:", re.IGNORECASE
)
_UNREAD = re.compile(rf"{_BULLET}(?:input|output|port)s?\b[^.:]*:.*", re.IGNORECASE)
_PROSE = re.compile(
    r"\binputs?\s+(?P<ins>\w+(?:\s*,\s*(?:and\s+)?\w+|\s+and\s+\w+)*)[,;]?\s+(?:and|with)\s+"
    r"(?:an?\s+|one\s+|single\s+)*outputs?\s+(?P<outs>\w+(?:\s*,\s*(?:and\s+)?\w+|\s+and\s+\w+)*)",
    re.IGNORECASE,
)
DEFAULT_TOP = "top"
# Wider ports than this stand in no table, and every oracle about them would be endless.
MAX_WIDTH = 1_024


@dataclass(frozen=True, slots=True)
class Heading:
    """The interface, and the page without the lines (or parts) that gave it."""

    interface: Interface | None
    page: Page
    lack: str = "the text does not name the module's ports"
    """Why there is no interface, if there is none."""


def _port(direction: str, match: re.Match[str], *, ranges: tuple[str | None, ...]) -> Port:
    left, right, bits = _shape(ranges)
    kind = Direction(direction.lower())
    signed = bool(match.groupdict().get("signed"))
    if left is not None and right is not None:
        return Port(match["name"], kind, abs(left - right) + 1, signed, left, right)
    width = bits or 1
    bounds = (width - 1, 0) if width > 1 else (None, None)
    return Port(match["name"], kind, width, signed, *bounds)


def _shape(groups: tuple[str | None, ...]) -> tuple[int | None, int | None, int | None]:
    """Bounds and bits from (left, right, bits) triples in a match, the first that is there."""
    for at in range(0, len(groups), 3):
        left, right, bits = groups[at : at + 3]
        if left is not None and right is not None:
            return int(left), int(right), None
        if bits is not None:
            return None, None, int(bits)
    return None, None, None


def _items(direction: str, text: str, *, shared: bool = False) -> tuple[list[Port], str] | None:
    """Ports of a comma list at the start of `text`, and the description after it.

    `shared`: a range before the first name holds for those after it, as in Verilog. Elsewhere
    whether it does is not clear, and the list is not read (Abstain).
    """
    ports: list[Port] = []
    rest = text.strip()
    first: tuple[str | None, ...] = ()
    while True:
        match = _ITEM.match(rest)
        if not match:
            return None
        groups = match.groups()
        bounds: tuple[str | None, ...] = (*groups[1:4], *groups[5:8])
        if any(first) and not any(bounds):
            if not shared or first[2]:
                raise Abstain(
                    f"whether {match['name']} is as wide as {ports[-1].name} is not clear"
                )
            bounds = (*first, None, None, None)
        else:
            first = bounds[:3]
        ports.append(_port(direction, match, ranges=bounds))
        rest = rest[match.end() :].lstrip()
        again = re.match(r"(?:,\s*(?:and\s+)?|and\s+)(?=[A-Za-z_\[])", rest)
        if not again:
            break
        rest = rest[again.end() :]
    if rest and not re.match(r"[,;:.(\-/]|//", rest):
        return None
    return ports, rest.lstrip(",;:.-/ ").strip()


def _header(page: Page) -> Heading | None:
    found = list(_HEADER.finditer(page.text))
    if not found:
        return None
    if len(found) > 1:
        raise Abstain("the text holds several module headers")
    match = found[0]
    if match[2]:
        raise Abstain("the module has parameters")
    first = page.text[: match.start()].count("\n") + 1
    last = page.text[: match.end()].count("\n") + 1
    comments = {
        line.number: re.sub(r"^.*?//", "", line.text) if "//" in line.text else ""
        for line in page.lines[first - 1 : last]
    }
    body = re.sub(r"//[^\n]*|/\*.*?\*/", "", match[3], flags=re.DOTALL)
    ports, declared = _ansi(body, page)
    rest = page.replaced(comments | dict.fromkeys(declared, ""))
    return Heading(Interface(match[1], tuple(ports)), rest)


def _ansi(body: str, page: Page) -> tuple[list[Port], list[int]]:
    ports: list[Port] = []
    direction, shape = "", ""
    for item in filter(None, (part.strip() for part in body.split(","))):
        match = re.fullmatch(r"(?:(input|output|inout)\b)?\s*(.*)", item, re.DOTALL)
        if not match:
            continue
        text = match[2].strip()
        if match[1]:
            direction = match[1]
            shape = re.sub(r"[A-Za-z_]\w*\s*$", "", text)
        elif not re.search(r"\W", text):
            text = f"{shape} {text}"
        if not direction:
            return _separate(page)
        got = _items(direction, text)
        if not got or got[1] or len(got[0]) != 1:
            raise Abstain(f"the port declaration {item!r} was not understood")
        ports += got[0]
    return ports, []


def _separate(page: Page) -> tuple[list[Port], list[int]]:
    """Ports declared after a header that only lists names."""
    ports: list[Port] = []
    lines: list[int] = []
    for line in page.lines:
        match = re.match(r"\s*(input|output)\b(.*);\s*(?://.*)?$", line.text)
        if match:
            got = _items(match[1], match[2], shared=True)
            if not got:
                raise Abstain(f"the declaration {line.text.strip()!r} was not understood")
            ports += got[0]
            lines.append(line.number)
    return ports, lines


def _listed(page: Page) -> tuple[list[Port], dict[int, str]]:
    """Ports of tables, bullet lists and `Inputs: …` lines, and what stays of those lines."""
    table = tabled(page)
    ports: list[Port] = list(table.ports) if table else []
    texts: dict[int, str] = dict(table.texts) if table else {}
    section = ""
    for line in page.lines:
        if line.blank or line.number in texts:
            continue
        whole = declared(line.text)
        if whole is not None:
            ports += whole.ports
            texts[line.number] = whole.before
            continue
        if _TITLE.fullmatch(line.text):
            texts[line.number] = ""
            continue
        got = _line_ports(line.text, section)
        if got is None:
            alone = _DIRECTED.match(line.text)
            section = alone["dir"] if alone and not alone["rest"].strip(" :") else ""
            if section:
                texts[line.number] = ""
            continue
        ports += got[0]
        texts[line.number] = f"{got[0][0].name}: {got[1]}" if got[1] else ""
    return ports, texts


def _line_ports(text: str, section: str) -> tuple[list[Port], str] | None:
    if "->" in text or "|" in text:
        return None
    named = _NAME_FIRST.match(text)
    if named and named["name"].lower() not in {"input", "output", "inputs", "outputs"}:
        groups = named.groups()
        bounds = (groups[1], groups[2], groups[3], groups[4], groups[5], None)
        after = (groups[8], groups[9], groups[7])
        port = _port(named["dir"], named, ranges=bounds + after)
        return [port], named["rest"].strip(" ,;:.-")
    directed = _DIRECTED.match(text)
    if directed and directed["rest"].strip(" :"):
        return _items(directed["dir"], directed["rest"], shared=directed["colon"] is None)
    bare = re.match(rf"^{_BULLET}(?P<rest>[A-Za-z_\[].*)$", text)
    if section and bare and not directed:
        got = _items(section, bare["rest"])
        if got and (got[1] or re.match(r"\s*[-*•+]\s", text) or "," in text or " " not in bare[1]):
            return got
    return None


def _name(text: str, default: str) -> str:
    match = _NAMED.search(text)
    return next(filter(None, match.groups()), default) if match else default


def _prose(page: Page) -> list[Port]:
    """Ports named in one sentence: `inputs a, b and c and output f`."""
    match = _PROSE.search(re.sub(r"\s+", " ", page.text))
    if not match:
        return []
    sides = ((Direction.INPUT, match["ins"]), (Direction.OUTPUT, match["outs"]))
    return [
        Port(name, direction)
        for direction, text in sides
        for name in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", text)
    ]


def checked(interface: Interface) -> Interface:
    """The interface, if it is one that can be read: Abstain says why not."""
    names = [port.name for port in interface.ports]
    for name in (interface.module, *names):
        if name in KEYWORDS:
            raise Abstain(f"{name!r} is a keyword of SystemVerilog, it names no port or module")
    if any(port.width > MAX_WIDTH for port in interface.ports):
        raise Abstain("a port is too wide")
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Abstain(f"two ports are called {twice!r}")
    if any(port.signed or port.direction is Direction.INOUT for port in interface.ports):
        raise Abstain("signed and inout ports are not read")
    return interface


def read_heading(page: Page) -> Heading:
    """The interface that the text declares, or None in it where the text declares none.

    A Verilog header is believed first; a list beside it must agree with it. Raises Abstain where
    the declarations contradict each other.
    """
    header = _header(page)
    ports, texts = _listed(header.page if header else page)
    if header and header.interface:
        interface = checked(header.interface)
        for port in ports:
            twin = interface.port(port.name)
            if not twin or (twin.direction, twin.width) != (port.direction, port.width):
                raise Abstain(f"port {port.name} is declared twice, differently")
        return Heading(interface, header.page.replaced(texts))
    name = _name(page.text, DEFAULT_TOP)
    unread = [x for x in page.lines if x.number not in texts and _UNREAD.fullmatch(x.text)]
    if unread and not header:
        where = f"line {unread[0].number}: {unread[0].text.strip()!r}"
        lack = f"{where} was not understood as a list of ports"
        if not ports or all(p.direction is ports[0].direction for p in ports):
            return Heading(None, page, lack)
    if not ports and (told := spoken(page)) is not None:
        ports, texts, name = list(told.ports), told.texts, told.module or name
    if not ports:
        ports, texts = _prose(page), {}
    if not ports:
        return Heading(None, page)
    if all(port.direction is Direction.INPUT for port in ports):
        return Heading(None, page, "the text names inputs and no outputs")
    return Heading(checked(Interface(name, tuple(ports))), page.replaced(texts))
