"""Running text: a page as one passage, its sentences, and which lines they stand on."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from gatewright.agents.symbolic.page import Page


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines joined by single blanks (paragraphs by line feeds); offsets lead back to lines."""

    text: str
    starts: tuple[int, ...]
    numbers: tuple[int, ...]

    def lines(self, start: int, end: int) -> frozenset[int]:
        """The lines that the text between two offsets stands on."""
        first = bisect.bisect_right(self.starts, start) - 1
        last = bisect.bisect_left(self.starts, end) - 1
        return frozenset(self.numbers[max(first, 0) : last + 1])

    def covering(self, spans: Sequence[tuple[int, int]]) -> frozenset[int]:
        """All lines that the spans touch."""
        return frozenset(n for start, end in spans for n in self.lines(start, end))

    def remainders(self, spans: Sequence[tuple[int, int]]) -> dict[int, str]:
        """What is left of the touched lines when the spans are cut out."""
        left: dict[int, str] = {}
        ends = (*self.starts[1:], len(self.text))
        for number, start, end in zip(self.numbers, self.starts, ends, strict=True):
            if number in self.covering(spans):
                kept = (
                    self.text[i] if not any(a <= i < b for a, b in spans) else ""
                    for i in range(start, end)
                )
                left[number] = "".join(kept).strip()
        return left


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence (or heading, or list item) and its first line."""

    text: str
    line: int


def flowing(page: Page) -> Passage:
    """The page as running text."""
    text = ""
    starts: list[int] = []
    numbers: list[int] = []
    gap = True
    for line in page.lines:
        if line.blank:
            if text and not gap:
                text += "\n\n"
            gap = True
            continue
        if text and not gap:
            text += "\n" if re.match(r"\s*(?:[-*•]|\d+[.)])\s", line.text) else " "
        starts.append(len(text))
        numbers.append(line.number)
        text += re.sub(r"\s+", " ", line.text.strip())
        gap = False
    return Passage(text, tuple(starts), tuple(numbers))


def sentences(page: Page) -> Iterator[Sentence]:
    """The page's sentences; a list item, a paragraph, a colon at a line's end end one too."""
    passage = flowing(page)
    at = 0
    ends = {start - 1 for start in passage.starts} | {len(passage.text)}
    for match in re.finditer(r"[.!?]+(?=\s|$)|:(?=\s|$)|\n", passage.text):
        if match[0] == ":" and match.end() not in ends:
            continue
        piece = passage.text[at : match.end()]
        if piece.strip(" \n.:;"):
            lead = len(piece) - len(piece.lstrip())
            yield Sentence(piece.strip(), min(passage.lines(at + lead, match.end())))
        at = match.end()
    tail = passage.text[at:]
    if tail.strip():
        yield Sentence(tail.strip(), min(passage.lines(at + 1, len(passage.text))))


def listed_otherwise(names: Sequence[str], text: str) -> bool:
    """The text lists all the names (two to five) side by side in another order."""
    if not 2 <= len(names) <= 5:
        return False
    for other in permutations(names):
        listed = r"[\s,]*(?:and\s+)?".join(map(re.escape, other))
        if other != tuple(names) and re.search(rf"(?<![\w\]]){listed}(?![\w\[])", text):
            return True
    return False
