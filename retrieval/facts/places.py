"""Places in a text: the parser's byte offsets as lines and columns, and as text again."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import Any

from gatewright.retrieval.facts.simple import squeezed
from gatewright.retrieval.facts.types import NOWHERE, Range

# Without these no macro is expanded, so that every place is one of the text itself.
_EXPANDS = re.compile(rb"`(?:define\b|__|SV_COV_)")
_new = tuple.__new__  # a named tuple's own constructor takes twice as long


class Places:
    """Turns nodes of one syntax tree into ranges and texts.

    `data` is the text in UTF-8, as the parser saw its length; `manager` its source manager.
    `clean` tells that the parser skipped nothing, `expands` that it knew macros of other texts.
    """

    def __init__(
        self, data: bytes, manager: Any, clean: bool = False, expands: bool = False
    ) -> None:
        self._data = data
        self._expanded = manager.getFullyExpandedLoc
        self._macro = manager.isMacroLoc
        self._plain = not expands and _EXPANDS.search(data) is None
        self._clean = clean and self._plain
        self._starts = [0, *accumulate(map((1).__add__, map(len, data.split(b"\n"))))]
        self._end = len(data) + 1
        self._ascii = data.decode("ascii") if data.isascii() else None

    def offset(self, location: Any) -> int:
        """The byte a location stands at; of a macro's text, where the macro is used."""
        if not self._plain and self._macro(location):
            location = self._expanded(location)
        return int(location.offset)

    def line(self, location: Any) -> int:
        """The line of a location, from 1."""
        return bisect_right(self._starts, self.offset(location))

    def span(self, node: Any) -> tuple[int, int]:
        """The bytes of a node, without the blanks and comments before it."""
        spot = node.sourceRange
        if self._plain:
            return spot.start.offset, spot.end.offset
        return self.offset(spot.start), self.offset(spot.end)

    def range(self, node: Any) -> Range:
        """Where a node stands, without the blanks and comments before it."""
        return self.between(*self.span(node))

    def between(self, start: int, end: int) -> Range:
        """The range from byte `start` up to, not with, byte `end`."""
        starts = self._starts
        line = last = bisect_right(starts, start)
        if end > starts[line] if line < len(starts) else end > self._end:
            if end > self._end:  # what the parser invents for a missing token
                return NOWHERE
            last = bisect_right(starts, end - 1)
        first, final = starts[line - 1], starts[last - 1]
        if self._ascii is not None:
            column, end_column = start - first + 1, end - final if end > final else 1
        else:
            column = self._width(first, start) + 1
            end_column = max(1, self._width(final, end))
        return _new(Range, (line, column, last, end_column))

    def _width(self, start: int, end: int) -> int:
        return len(self._data[start:end].decode("utf-8", "replace"))

    def written(self, start: int, end: int) -> str | None:
        """The text between two bytes, if it is exactly what the parser read there."""
        if not self._clean:
            return None
        if self._ascii is not None:
            return self._ascii[start:end]
        return self._data[start:end].decode("utf-8", "replace")

    def text(self, node: Any) -> str:
        """A node's text on one line, without the blanks and comments before it."""
        spot = node.sourceRange
        start, end = spot.start, spot.end
        if not self._plain and (self._macro(start) or self._macro(end)):
            written = str(node)
        elif self._ascii is not None:
            written = self._ascii[start.offset : end.offset]
        else:
            written = self._data[start.offset : end.offset].decode("utf-8", "replace")
        return squeezed(written.strip())
