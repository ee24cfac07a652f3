"""The parts of a context pack: lines of files, and why they are there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gatewright.core import DataError

_LEXEME = re.compile(r"\w+|[^\w\s]|\n")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_IMPORT = re.compile(r"\bimport\b[^;]*;")
_BRACKETS = re.compile(r"[();]")
_EMPTY = re.compile(r"\s*(//.*|/\*.*\*/\s*)?")
_CHARACTERS_A_TOKEN = 4
_GAP = "..."
_SMALLEST = 12  # tokens of a heading alone
_FEWEST_LINES = 6  # of a part that is cut short


class PartKind(StrEnum):
    """What a part is for: the place itself, what is defined elsewhere, what happens to signals."""

    PLACE = "place"
    HEADER = "header"
    ENCLOSING = "enclosing"
    DEFINITION = "definition"
    DECLARATION = "declaration"
    DRIVER = "driver"
    LOAD = "load"
    USE = "use"
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True)
class Span:
    """Lines of a file, from 1, the end inclusive."""

    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of one file: `spans` where they stand, `text` what they say, `why` they are needed.

    `cut` = it is the beginning of something that did not fit.
    """

    kind: PartKind
    name: str
    file: str
    spans: tuple[Span, ...]
    text: str
    why: str
    cut: bool = False

    @property
    def heading(self) -> str:
        """File, lines and reason, as a comment."""
        lines = ", ".join(
            str(s.line) if s.line == s.end_line else f"{s.line}-{s.end_line}" for s in self.spans
        )
        return f"// {self.file}:{lines}: {self.why}{' (cut short)' if self.cut else ''}"

    @property
    def shown(self) -> str:
        """The part as a model reads it: heading, lines, an empty line."""
        return f"{self.heading}\n{self.text}\n\n"


@dataclass(frozen=True, slots=True)
class Wish:
    """A part that is wanted: the lower the `rank`, the sooner.

    `rank` is how needed it is, how far away what asks for it, and where it stands. `may_cut` =
    its beginning is worth having; with a `centre`, the lines nearest to that one.
    """

    rank: tuple[int, int, str, int]
    kind: PartKind
    name: str
    file: str
    lines: tuple[int, ...]
    why: str
    may_cut: bool = False
    centre: int = 0


def wish(
    need: int,
    distance: int,
    kind: PartKind,
    name: str,
    file: str,
    lines: Iterable[int],
    why: str,
    may_cut: bool = False,
    centre: int = 0,
) -> Wish:
    """A part that is wanted, `need` (0 = the most) before `distance` before its place."""
    wanted = tuple(sorted(set(lines)))
    first = wanted[0] if wanted else 0
    rank = (need, distance, file, first)
    return Wish(rank, kind, name, file, wanted, why, may_cut or centre > 0, centre)


def tokens_of(text: str) -> int:
    """An estimate, rather high than low, of the tokens that a model's tokenizer makes of code.

    A token for every four characters of a word begun, for every other visible character and for
    every line's end; blanks are free. Of texts joined at line ends it is the sum.
    """
    return sum(-(-len(found) // _CHARACTERS_A_TOKEN) for found in _LEXEME.findall(text))


def without_comments(text: str) -> str:
    """A text with blanks in the place of its comments."""
    return _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def shared_folders(path: str, near: str) -> int:
    """How many folders two paths have in common, counted from the root."""
    count = 0
    for one, other in zip(path.split("/"), near.split("/"), strict=False):
        if one != other:
            break
        count += 1
    return count


class Texts:
    """The lines of files, read once; those in `given` as they are given."""

    def __init__(self, read: Callable[[str], str], given: dict[str, str] | None = None) -> None:
        self._read = read
        self._given = given or {}
        self._lines: dict[str, list[str]] = {}

    def lines(self, file: str) -> list[str]:
        """A file's lines; empty where it cannot be read any more."""
        if file not in self._lines:
            self._lines[file] = [line.rstrip("\r") for line in self._text(file).split("\n")]
        return self._lines[file]

    def _text(self, file: str) -> str:
        if file in self._given:
            return self._given[file]
        try:
            return self._read(file)
        except DataError:
            return ""

    def text(self, file: str) -> str:
        """A file's text."""
        return "\n".join(self.lines(file))

    def plain(self, file: str, numbers: Iterable[int]) -> str:
        """Some lines of a file without comments; those it lacks are empty."""
        lines = self.lines(file)
        text = "\n".join(lines[n - 1] if 0 < n <= len(lines) else "" for n in numbers)
        return without_comments(text)

    def header(self, file: str, first: int, last: int) -> range:
        """The lines of a module's header, up to its first semicolon that is not an import's."""
        plain = self.plain(file, range(first, last + 1))
        plain = _IMPORT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), plain)
        depth = 0
        for found in _BRACKETS.finditer(plain):
            depth += (found[0] == "(") - (found[0] == ")")
            if found[0] == ";" and depth <= 0:
                return range(first, first + plain.count("\n", 0, found.start()) + 1)
        return range(first, first)


def fill(wishes: Iterable[Wish], texts: Texts, budget: int) -> tuple[tuple[Part, ...], int]:
    """The parts that fit, in order of rank, no line twice; and how many had no room.

    One that does not fit is tried without its comments, then cut short where that makes sense;
    smaller ones after it are still taken.
    """
    taken: dict[str, set[int]] = {}
    parts: list[Part] = []
    left_out = 0
    for wanted in sorted(wishes, key=lambda one: one.rank):
        there = taken.setdefault(wanted.file, set())
        lines = texts.lines(wanted.file)
        fresh = [n for n in wanted.lines if n not in there and 0 < n <= len(lines)]
        if not any(lines[n - 1].strip() for n in fresh):
            continue
        part = _fitting(wanted, fresh, lines, budget)
        if part is None:
            left_out += 1
            continue
        parts.append(part)
        budget -= tokens_of(part.shown)
        there.update(fresh)
    return tuple(parts), left_out


def _fitting(wanted: Wish, fresh: list[int], lines: list[str], budget: int) -> Part | None:
    if budget < _SMALLEST or (len(fresh) > budget and not wanted.may_cut):  # a line is a token
        return None
    whole = _part(wanted, fresh, lines)
    if tokens_of(whole.shown) <= budget:
        return whole
    bare = [n for n in fresh if not _EMPTY.fullmatch(lines[n - 1])]
    plain = _part(wanted, bare, lines)
    if tokens_of(plain.shown) <= budget:
        return plain
    if not wanted.may_cut:
        return None
    kept = sorted(bare, key=lambda n: abs(n - wanted.centre)) if wanted.centre else bare
    low, high = 0, len(kept)
    while low < high:
        middle = (low + high + 1) // 2
        cut = _part(wanted, sorted(kept[:middle]), lines, cut=True)
        low, high = (middle, high) if tokens_of(cut.shown) <= budget else (low, middle - 1)
    enough = low >= (1 if wanted.centre else _FEWEST_LINES)
    return _part(wanted, sorted(kept[:low]), lines, cut=True) if enough else None


def _part(wanted: Wish, numbers: Sequence[int], lines: list[str], cut: bool = False) -> Part:
    spans: list[Span] = []
    text: list[str] = []
    for number in numbers:
        if spans and number == spans[-1].end_line + 1:
            spans[-1] = Span(spans[-1].line, number)
        else:
            if spans:
                text.append(_GAP)
            spans.append(Span(number, number))
        text.append(lines[number - 1].rstrip())
    told = (wanted.kind, wanted.name, wanted.file, tuple(spans))
    return Part(*told, "\n".join(text), wanted.why, cut)
