"""Edits a testbench so that what it prints can be told from what a design prints.

Every print of the testbench is wrapped in a nonce that only the testbench's text holds, so the
transcript between the marks is the testbench's own word. Its modules, instances, tasks and blocks
get a second nonce in their names, so no design can name them. (Two, because `%m` would show a
design the second one.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from gatewright.sandbox.integrity import Kind, Token
from gatewright.sandbox.integrity.layout import KEYWORDS
from gatewright.sandbox.integrity.lexer import words

PRINT_NONCE = "@PRINT@"
NAME_NONCE = "@NAME@"

_PLAIN = frozenset(
    f"${name}{base}"
    for name in ("display", "write", "strobe", "monitor")
    for base in ("", "b", "h", "o")
) | {"$error", "$warning", "$info"}
_TO_FILE = frozenset(
    f"$f{name}{base}"
    for name in ("display", "write", "strobe", "monitor")
    for base in ("", "b", "h", "o")
)
_DUMPS = re.compile(r"\$dump\w+")
_STDOUT = frozenset({"1", "32'h80000001", "32'h8000_0001", "32'd1", "'h80000001", "'h8000_0001"})
_METHODS = words(
    """
    size name num first last next prev delete exists insert push_back push_front pop_back
    pop_front len getc putc substr toupper tolower compare atoi atohex itoa triggered new
    sum min max unique reverse sort rsort shuffle find
    """
)


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text from `start` to `end`."""

    start: int
    end: int
    text: str


class Spot(NamedTuple):
    """A token and where it is in the text."""

    token: Token
    start: int
    end: int

    @property
    def text(self) -> str:
        """The token's text."""
        return self.token.text


def print_edits(spots: Sequence[Spot]) -> Iterator[Edit]:
    """Mark every print; leave out every $dump, which would only cost time."""
    for index, spot in enumerate(spots):
        if spot.token.kind is not Kind.SYSTEM:
            continue
        name = spot.text
        if name in _PLAIN:
            yield from _marked(spots, index, skip=0)
        elif name == "$fatal":
            yield from _marked_fatal(spots, index)
        elif name in _TO_FILE and _goes_to_stdout(spots, index):
            yield from _marked(spots, index, skip=1)
        elif _DUMPS.fullmatch(name):
            close = _closing(spots, index + 1)
            yield Edit(spot.start, spots[index if close is None else close].end, "")


_OPEN, _CLOSE = f'"{PRINT_NONCE}<"', f'">{PRINT_NONCE}"'


def _marked(spots: Sequence[Spot], index: int, skip: int) -> Iterator[Edit]:
    close = _closing(spots, index + 1)
    if close is None:
        yield Edit(spots[index].end, spots[index].end, f" ( {_OPEN} , {_CLOSE} )")
        return
    commas = _commas(spots, index + 1, close)
    if len(commas) < skip:
        end = spots[close].start
        yield Edit(end, end, f", {_OPEN} , {_CLOSE} ")
        return
    first = spots[commas[skip - 1]].end if skip else spots[index + 1].end
    empty = spots[close].start - first <= 1
    yield Edit(first, first, f" {_OPEN} " if empty else f" {_OPEN} ,")
    yield Edit(spots[close].start, spots[close].start, f", {_CLOSE} ")


def _marked_fatal(spots: Sequence[Spot], index: int) -> Iterator[Edit]:
    close = _closing(spots, index + 1)
    if close is None or close == index + 2:
        end = spots[index if close is None else close].end
        yield Edit(spots[index].end, end, f" ( 1 , {_OPEN} , {_CLOSE} )")
    elif spots[index + 2].token.kind is Kind.NUMBER:
        yield from _marked(spots, index, skip=1)
    else:
        yield from _marked(spots, index, skip=0)


def _goes_to_stdout(spots: Sequence[Spot], index: int) -> bool:
    return index + 2 < len(spots) and spots[index + 2].text.replace(" ", "") in _STDOUT


_SPECIFIER = re.compile(r"%%|%[-\d.]*([A-Za-z])")


def letter_edits(spots: Sequence[Spot], nets: set[str]) -> Iterator[Edit]:
    """Print as hexadecimal what the testbench would print of the design's nets as letters.

    A design could put a verdict into them.
    """
    for index, spot in enumerate(spots):
        if spot.token.kind is not Kind.SYSTEM or spot.text not in _PLAIN | _TO_FILE | {"$fatal"}:
            continue
        close = _closing(spots, index + 1)
        if close is not None:
            yield from _without_letters(spots, index + 1, close, nets)


def _without_letters(
    spots: Sequence[Spot], start: int, close: int, nets: set[str]
) -> Iterator[Edit]:
    bounds = [start, *_commas(spots, start, close), close]
    arguments = [spots[a + 1 : b] for a, b in pairwise(bounds)]
    formats = [a[0] for a in arguments if len(a) == 1 and a[0].token.kind is Kind.STRING]
    if not formats:
        return
    format_ = formats[0]
    after = arguments[arguments.index([format_]) + 1 :]
    specifiers = [m for m in _SPECIFIER.finditer(format_.text) if m[1] and m[1] not in "mMlL"]
    for match, argument in zip(specifiers, after, strict=False):
        own = any(s.token.kind is Kind.STRING for s in argument)
        if match[1] in "sScC" and not own and any(s.text in nets for s in argument):
            yield Edit(format_.start + match.start(), format_.start + match.end(), "%h")


def _closing(spots: Sequence[Spot], index: int) -> int | None:
    """The index of the parenthesis that closes the one at `index`; None where there is none."""
    if index >= len(spots) or spots[index].text != "(":
        return None
    depth = 0
    for at in range(index, len(spots)):
        text = spots[at].text
        if text == "(" or text == "'(":
            depth += 1
        elif text == ")":
            depth -= 1
            if depth == 0:
                return at
    return None


def _commas(spots: Sequence[Spot], start: int, close: int) -> list[int]:
    depth, found = 0, []
    for at in range(start, close):
        text = spots[at].text
        depth += (text in _OPENING) - (text in _CLOSING)
        if text == "," and depth == 1:
            found.append(at)
    return found


_OPENING = frozenset({"(", "[", "{", "'{", "'("})
_CLOSING = frozenset({")", "]", "}"})


def scope_names(spots: Sequence[Spot]) -> set[str]:
    """Names of tasks, functions and labelled blocks."""
    found: set[str] = set()
    for index, spot in enumerate(spots):
        if spot.text in ("task", "function") and spot.token.kind is Kind.IDENT:
            name = _subroutine(spots, index + 1)
            if name:
                found.add(name)
        elif spot.text in ("begin", "fork") and _text(spots, index + 1) == ":":
            found.add(_text(spots, index + 2))
    return found - KEYWORDS - {""}


def _subroutine(spots: Sequence[Spot], index: int) -> str:
    name, depth = "", 0
    for at in range(index, min(len(spots), index + 64)):
        text = spots[at].text
        depth += (text == "[") - (text == "]")
        if text in ("(", ";") and depth == 0:
            return name
        if depth == 0 and spots[at].token.kind is Kind.IDENT:
            name = text
    return ""


def _text(spots: Sequence[Spot], index: int) -> str:
    return spots[index].text if 0 <= index < len(spots) else ""


def name_edits(spots: Sequence[Spot], names: set[str]) -> Iterator[Edit]:
    """Give every use of these names the nonce; `.name(…)` in a port list is another module's."""
    for index, spot in enumerate(spots):
        if spot.text not in names or spot.token.kind is not Kind.IDENT:
            continue
        if _text(spots, index - 1) == "." and (
            _text(spots, index - 2) in ("(", ",") or spot.text in _METHODS
        ):
            continue
        yield Edit(spot.end, spot.end, f"_{NAME_NONCE}")


def apply(text: str, edits: Sequence[Edit]) -> str:
    """The text with all edits made; they must not overlap."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        if edit.start < at:
            continue
        parts += (text[at : edit.start], edit.text)
        at = edit.end
    return "".join((*parts, text[at:]))
