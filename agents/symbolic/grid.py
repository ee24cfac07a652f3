"""Tables as rows of cells: bars, tabs, commas or blanks between the columns."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from gatewright.agents.symbolic.page import Line, Page


@dataclass(frozen=True, slots=True)
class Row:
    """One line's cells, stripped."""

    line: int
    cells: tuple[str, ...]


Splitter = Callable[[str], tuple[str, ...]]


def bars(text: str) -> tuple[str, ...]:
    """Cells between `|`; an outer bar on either side adds no cell."""
    text = text.strip()
    if "|" not in text:
        return ()
    text = text.removeprefix("|")
    text = text.removesuffix("|")
    return tuple(cell.strip() for cell in re.split(r"\|+", text))


def tabs(text: str) -> tuple[str, ...]:
    """Cells between tabs."""
    text = text.strip(" ")
    return tuple(c.strip() for c in text.strip().split("\t")) if "\t" in text.strip() else ()


def commas(text: str) -> tuple[str, ...]:
    """Cells between commas."""
    text = text.strip()
    return tuple(c.strip() for c in text.split(",")) if "," in text else ()


def wide(text: str) -> tuple[str, ...]:
    """Cells between two or more blanks."""
    cells = tuple(re.split(r"\s{2,}", text.strip()))
    return cells if len(cells) > 1 else ()


def words(text: str) -> tuple[str, ...]:
    """Cells between blanks, bars counting as blanks (and `:` standing alone)."""
    cells = tuple(c for c in re.split(r"[\s|]+", text.strip()) if c and c != ":")
    return cells if len(cells) > 1 else ()


SPLITTERS: tuple[Splitter, ...] = (bars, tabs, words, commas, wide)


def below(page: Page, header: Line, split: Splitter) -> list[Row]:
    """The rows under a header: up to the first blank line (one may follow the header).

    Drawn lines are skipped. Rows are returned whatever their number of cells: the reader judges.
    """
    rows: list[Row] = []
    for line in page.lines[header.number :]:
        if line.rule:
            continue
        cells = split(line.text)
        if not cells:
            if line.blank and not rows:
                continue
            break
        rows.append(Row(line.number, cells))
    return rows
