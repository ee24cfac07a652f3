"""The lines of a Chisel design that decide some outputs, by way of the text emitted from it."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.core import Source
from gatewright.sandbox.chisel.locators import ChiselPlace, chisel_lines

_MOST_LINES = 12


def chisel_cone(
    sources: Sequence[Source], top: str, signals: Sequence[str]
) -> tuple[ChiselPlace, ...]:
    """Those lines, by file and number; the nearest are kept. Nothing where it does not build."""
    from gatewright.retrieval.cone import cone
    from gatewright.sandbox.chisel.builder import Request
    from gatewright.sandbox.harness.chisel import open_builder
    from gatewright.sandbox.isolation import open_isolation

    built = open_builder(open_isolation()).build(Request(tuple(sources), top))
    texts = {source.name: source.text for source in built.verilog}
    known = {source.name: len(source.text.splitlines()) for source in sources}
    found: dict[ChiselPlace, None] = {}
    for line in sorted(cone(built.verilog, built.top, signals), key=lambda line: line.depth):
        for place in chisel_lines(texts[line.file], (line.line,)):
            if 0 < place.line <= known.get(place.file, 0):
                found[place] = None
    return tuple(sorted(list(found)[:_MOST_LINES]))
