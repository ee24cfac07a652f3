"""PTX as text: which source line each instruction comes from, and what each kernel is made of."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A place in the user's source; '' and 0 where PTX does not tell."""

    file: str = ""
    line: int = 0


class Sort(StrEnum):
    """Sorts of instructions that a reader of a kernel asks for."""

    DOUBLE = "double-precision arithmetic"
    DIVIDE = "IEEE division or square root"
    INTEGER_DIVIDE = "integer division or remainder"
    LOCAL = "access to local memory"
    TENSOR = "tensor-core operation"
    ATOMIC = "atomic operation"
    BARRIER = "barrier"
    GLOBAL = "access to global memory"
    WIDE_GLOBAL = "vector access to global memory"


@dataclass(frozen=True, slots=True)
class Entry:
    """One kernel: its mangled name, where it starts, its launch bounds (0 = none), its contents.

    `lines` counts the instructions of each sort on each source line.
    """

    symbol: str
    place: SourceLine
    max_threads: int = 0
    min_blocks: int = 0
    lines: dict[tuple[Sort, SourceLine], int] = field(default_factory=dict, hash=False)

    def count(self, sort: Sort) -> int:
        """The static count of a sort in the whole kernel."""
        return sum(number for (kind, _), number in self.lines.items() if kind is sort)

    def where(self, sort: Sort) -> tuple[SourceLine, ...]:
        """The source lines that hold a sort, the fullest first."""
        found = [(number, place) for (kind, place), number in self.lines.items() if kind is sort]
        return tuple(place for _, place in sorted(found, key=lambda x: (-x[0], x[1].line)))


@dataclass(frozen=True, slots=True)
class Ptx:
    """A PTX file that was read. `places` holds the source line of each line of the text."""

    entries: tuple[Entry, ...] = ()
    places: tuple[SourceLine, ...] = ()

    def at(self, line: int) -> SourceLine:
        """The source line of a line of PTX, counted from 1."""
        return self.places[line - 1] if 0 < line <= len(self.places) else SourceLine()

    def start(self, symbol: str) -> SourceLine:
        """Where a kernel starts in the source."""
        return next((e.place for e in self.entries if e.symbol == symbol), SourceLine())


_FILE = re.compile(r'\s*\.file\s+(\d+)\s+"([^"]*)"')
_LOCATION = re.compile(r"\s*\.loc\s+(\d+) (\d+) \d+(?:,.*inlined_at (\d+) (\d+) \d+)?")
_STARTS = re.compile(
    r"(?:\.visible |\.weak )*\.(?P<kind>entry|func)\s*(?:\([^)]*\)\s*)?(?P<name>[\w$]+)"
)
_THREADS = re.compile(r"\.(?:maxntid|reqntid) (\d+)(?:, (\d+))?(?:, (\d+))?")
_BLOCKS = re.compile(r"\.minnctapersm (\d+)")
_INSTRUCTION = re.compile(r"\s*(?:@!?%\w+ )?\s*([a-z][a-z0-9_]*(?:\.[\w:]+)*)")
_SORTS = (
    (Sort.TENSOR, re.compile(r"wmma\.mma|mma\.|wgmma\.|tcgen05\.mma")),
    (Sort.LOCAL, re.compile(r"(?:ld|st)\.local")),
    (Sort.WIDE_GLOBAL, re.compile(r"(?:ld|st)\.global.*\.v[248]\.")),
    (Sort.GLOBAL, re.compile(r"(?:ld|st)\.global|cp\.async")),
    (Sort.ATOMIC, re.compile(r"atom\.|red\.(?!async)")),
    (Sort.BARRIER, re.compile(r"bar\.|barrier\.(?!cluster)")),
    (Sort.DIVIDE, re.compile(r"(?:div|sqrt|rcp)\.r[nzmp](?:\.ftz)?\.f32")),
    (
        Sort.DOUBLE,
        re.compile(r"(?:add|sub|mul|fma|div|sqrt|rcp|neg|abs|min|max)(?:\.r[nzmp])?\.f64"),
    ),
    (Sort.INTEGER_DIVIDE, re.compile(r"(?:div|rem)\.[su]\d\d")),
)


def sort_of(instruction: str) -> Sort | None:
    """The sort that an instruction such as `ld.global.v4.f32` belongs to."""
    return next((sort for sort, pattern in _SORTS if pattern.match(instruction)), None)


def read_ptx(text: str, folder: str = "") -> Ptx:
    """Read nvcc's PTX (with `-lineinfo`). Files right in `folder` are the user's."""
    reader = _Reader(_files(text, folder))
    for line in text.splitlines():
        reader.take(line)
    return Ptx(tuple(reader.entries()), tuple(reader.places))


def _files(text: str, folder: str) -> dict[int, str]:
    """File numbers; the table stands at the end of the text."""
    prefix = folder.rstrip("/") + "/"
    found = (_FILE.match(line) for line in text.splitlines() if ".file" in line)
    return {int(match[1]): match[2].removeprefix(prefix) for match in found if match}


class _Reader:
    """The state of one pass over the text."""

    def __init__(self, files: dict[int, str]) -> None:
        self.places: list[SourceLine] = []
        self._files = files
        self._now = SourceLine()
        self._symbol = ""  # of the kernel that the text is in
        self._starts: dict[str, SourceLine] = {}
        self._bounds: dict[str, tuple[int, int]] = {}
        self._counts: dict[str, Counter[tuple[Sort, SourceLine]]] = {}

    def entries(self) -> list[Entry]:
        """The kernels in the text's order."""
        return [
            Entry(
                symbol, self._starts.get(symbol, SourceLine()), *bounds, dict(self._counts[symbol])
            )
            for symbol, bounds in self._bounds.items()
        ]

    def take(self, line: str) -> None:
        """One line of text."""
        if start := _STARTS.match(line):
            self._begin(start["name"] if start["kind"] == "entry" else "")
        elif location := _LOCATION.match(line):
            self._move(location)
        elif self._symbol and (bound := _THREADS.search(line)):
            threads = int(bound[1]) * int(bound[2] or 1) * int(bound[3] or 1)
            self._bounds[self._symbol] = (threads, self._bounds[self._symbol][1])
        elif self._symbol and (bound := _BLOCKS.search(line)):
            self._bounds[self._symbol] = (self._bounds[self._symbol][0], int(bound[1]))
        elif self._symbol and (instruction := _INSTRUCTION.match(line)):
            sort = sort_of(instruction[1])
            if sort is not None:
                self._counts[self._symbol][sort, self._now] += 1
        self.places.append(self._now)

    def _begin(self, symbol: str) -> None:
        self._symbol, self._now = symbol, SourceLine()
        if symbol:
            self._bounds[symbol] = (0, 0)
            self._counts[symbol] = Counter()

    def _move(self, location: re.Match[str]) -> None:
        number, line = int(location[1]), int(location[2])
        if location[3] and not self._own(number):
            number, line = int(location[3]), int(location[4])
        if not line or not self._own(number):
            return  # the compiler's own, or deep in a header: the line before still holds
        self._now = SourceLine(self._files.get(number, ""), line)
        if self._symbol:
            self._starts.setdefault(self._symbol, self._now)

    def _own(self, number: int) -> bool:
        """Whether a file is one of the user's, which are named without a folder."""
        return "/" not in self._files.get(number, "/")
