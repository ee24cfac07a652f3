"""Places in a text: the parser's byte offsets as lines and columns, and as text again."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import Any

from gatewright.retrieval.facts.types import NOWHERE, Range


class Places:
    """Turns nodes of one syntax tree into ranges and texts.

    `data` is the text in UTF-8, as the parser saw its length; `manager` its source manager.
    """

    def __init__(self, data: bytes, manager: Any) -> None:
        self._data = data
        self._expanded = manager.getFullyExpandedLoc
        self._macro = manager.isMacroLoc
        self._starts = [0, *accumulate(len(line) + 1 for line in data.split(b"\n"))]
        self._end = len(data) + 1
        self._ascii = data.isascii()

    def offset(self, location: Any) -> int:
        """The byte a location stands at; of a macro's text, where the macro is used."""
        if self._macro(location):
            location = self._expanded(location)
        return int(location.offset)

    def line(self, location: Any) -> int:
        """The line of a location, from 1."""
        return bisect_right(self._starts, self.offset(location))

    def range(self, node: Any) -> Range:
        """Where a node stands, without the blanks and comments before it."""
        spot = node.sourceRange
        return self.between(self.offset(spot.start), self.offset(spot.end))

    def between(self, start: int, end: int) -> Range:
        """The range from byte `start` up to, not with, byte `end`."""
        starts = self._starts
        line = last = bisect_right(starts, start)
        if end > starts[line] if line < len(starts) else end > self._end:
            if end > self._end:  # what the parser invents for a missing token
                return NOWHERE
            last = bisect_right(starts, end - 1)
        first, final = starts[line - 1], starts[last - 1]
        if self._ascii:
            return Range(line, start - first + 1, last, end - final if end > final else 1)
        return Range(line, self._width(first, start) + 1, last, max(1, self._width(final, end)))

    def _width(self, start: int, end: int) -> int:
        return len(self._data[start:end].decode("utf-8", "replace"))

    def text(self, node: Any) -> str:
        """A node's text on one line, without the blanks and comments before it."""
        spot = node.sourceRange
        start, end = spot.start, spot.end
        if self._macro(start) or self._macro(end):
            written = str(node)
        else:
            written = self._data[start.offset : end.offset].decode("utf-8", "replace")
        if "\n" in written or "\t" in written or "  " in written:
            return " ".join(written.split())
        return written.strip()
