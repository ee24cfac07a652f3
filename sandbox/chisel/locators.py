"""From a line of emitted SystemVerilog back to the Chisel lines that it came from. Pure.

firtool writes `// @[File.scala:13:20, :14:{12,26}]` behind a line: a file left out is the one
before, braces hold several columns. Places in Chisel's own library are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from gatewright.core import Diagnostic

_LOCATOR = re.compile(r"// @\[(.*)\]\s*$")
_PLACE = re.compile(r"([^\s,:{}]+\.scala)?:(\d+):(?:\{([\d,]+)\}|(\d+))")
_LIBRARY = "src/main/scala/"


@dataclass(frozen=True, slots=True, order=True)
class ChiselPlace:
    """A line of a candidate's file."""

    file: str
    line: int
    column: int = 0


def places_of(line: str) -> tuple[ChiselPlace, ...]:
    """The places that one emitted line names."""
    found = _LOCATOR.search(line)
    return tuple(_places(found[1])) if found else ()


@lru_cache(maxsize=64)
def located(text: str) -> tuple[tuple[ChiselPlace, ...], ...]:
    """The places of every line of an emitted text, the first line first."""
    return tuple(map(places_of, text.splitlines()))


def chisel_lines(text: str, lines: Iterable[int]) -> tuple[ChiselPlace, ...]:
    """The Chisel lines behind some emitted ones (counted from 1), each once, columns left out."""
    table = located(text)
    found: dict[ChiselPlace, None] = {}
    for number in lines:
        for place in table[number - 1] if 0 < number <= len(table) else ():
            found[replace(place, column=0)] = None
    return tuple(found)


def at_source(diagnostic: Diagnostic, emitted: str) -> Diagnostic:
    """A remark about an emitted line, moved to the Chisel line that it came from."""
    table = located(emitted)
    known = table[diagnostic.line - 1] if 0 < diagnostic.line <= len(table) else ()
    if not known:
        return replace(diagnostic, line=0, column=0)
    first = known[0]
    return replace(diagnostic, file=first.file, line=first.line, column=first.column)


def _places(text: str) -> Iterator[ChiselPlace]:
    file = ""
    for match in _PLACE.finditer(text):
        file = match[1] or file
        if file and not file.startswith(_LIBRARY):
            for column in (match[3] or match[4]).split(","):
                yield ChiselPlace(file, int(match[2]), int(column))
