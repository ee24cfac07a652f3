"""The lines of a Chisel design that decide some outputs, by way of the text emitted from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from gatewright.core import Source
from gatewright.sandbox.chisel.locators import ChiselPlace, chisel_lines

_MOST_LINES = 12
# A class and its ports are part of every cone, and of the interface, which a judge has.
_HEAD = re.compile(r"^\s*(?:(?:abstract |final )?class\b|val\s+[\w`]+\s*=\s*(?:Flat)?IO\s*\()")
_CHOICE = re.compile(r"\b(?:when|elsewhen|otherwise|switch|is|withClock\w*|withReset|if|for)\b")
_GOES_ON = re.compile(r"^\s*\}?\s*\.?(?:elsewhen|otherwise|else)\b")
_NO_CODE = re.compile(r'"(?:\\.|[^"\\])*"|//.*')


def chisel_cone(
    sources: Sequence[Source], top: str, signals: Sequence[str]
) -> tuple[ChiselPlace, ...]:
    """Those lines, by file and number; the nearest are kept. Nothing where it does not build.

    What chooses whether, and when, a line counts comes with it: the `when` and the clocking around
    it, which the emitted text does not always name.
    """
    from gatewright.retrieval.cone import cone
    from gatewright.sandbox.chisel.builder import Request
    from gatewright.sandbox.harness.chisel import open_builder
    from gatewright.sandbox.isolation import open_isolation

    built = open_builder(open_isolation()).build(Request(tuple(sources), top))
    texts = {source.name: source.text for source in built.verilog}
    lines = {source.name: source.text.splitlines() for source in sources}
    around = {source.name: enclosing(source.text) for source in sources}
    found: dict[ChiselPlace, None] = {}
    for line in sorted(cone(built.verilog, built.top, signals), key=lambda line: line.depth):
        for place in chisel_lines(texts[line.file], (line.line,)):
            found.update(dict.fromkeys(_with_choices(place, lines, around)))
    return tuple(sorted(list(found)[:_MOST_LINES]))


def enclosing(text: str) -> tuple[tuple[int, ...], ...]:
    """For every line (counted from 0), the numbers of the lines that choose whether it counts."""
    found = []
    opened: list[tuple[int, ...]] = []  # per open brace: its line, and those of its chain
    closed: tuple[int, ...] = ()
    for number, raw in enumerate(text.splitlines(), start=1):
        line = _NO_CODE.sub("", raw)
        around = opened[:-1] if _GOES_ON.match(line) and line.lstrip()[:1] == "}" else opened
        found.append(tuple(n for chain in around for n in chain))
        chain = closed if _GOES_ON.match(line) else ()
        for sign in re.findall(r"[{}]", line):
            if sign == "{":
                opened.append((*chain, number) if _CHOICE.search(line) else ())
            elif opened:
                closed = opened.pop()
                chain = closed if _GOES_ON.match(line) else ()
    return tuple(found)


def _with_choices(
    place: ChiselPlace,
    lines: Mapping[str, Sequence[str]],
    around: Mapping[str, Sequence[tuple[int, ...]]],
) -> Iterator[ChiselPlace]:
    text = lines.get(place.file, ())
    if not 0 < place.line <= len(text) or _HEAD.match(text[place.line - 1]):
        return
    yield place
    for number in around[place.file][place.line - 1]:
        yield ChiselPlace(place.file, number)
