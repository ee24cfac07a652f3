"""A text as its lines of code: blank lines and comments taken out, but remembered."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

from gatewright.retrieval.complete.tokens import Parsed, parse_line

# What begins in a line comment or a string is no block comment: `//*****`, `// rtl/*.v`, `"/*"`.
_OPAQUE = re.compile(r"//[^\n]*|/\*.*?(\*/|\Z)|\"(?:\\.|[^\"\\\n])*\"?", re.DOTALL)
_WORD = re.compile(r"[A-Za-z0-9]+")
LONGEST_LINE = 2000  # characters; longer ones are data, and are passed over


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A line that holds code. `number` counts from 1.

    `above` is the comment right above it, as lower-case words; `gap` says whether a blank or
    comment line lies between it and the code before.
    """

    parsed: Parsed
    number: int
    above: str = ""
    gap: bool = False

    @property
    def text(self) -> str:
        """The code with single blanks."""
        return self.parsed.text

    @property
    def shape(self) -> str:
        """The tokens' classes."""
        return self.parsed.shape

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens."""
        return self.parsed.tokens


@dataclass(frozen=True, slots=True)
class CodeText:
    """A text's lines of code, and what follows the last of them: comment and gap."""

    lines: tuple[CodeLine, ...]
    above: str = ""
    gap: bool = False


def blank_block_comments(text: str) -> str:
    """The text with every block comment gone, its line breaks kept."""
    if "/*" not in text:
        return text
    return _OPAQUE.sub(_blanked, text)


def _blanked(found: re.Match[str]) -> str:
    if found[1] is None:
        return found[0]
    return "\n" * found[0].count("\n") or " "


def ends_in_comment(text: str) -> bool:
    """Whether what is written next, on the line where a text ends, is part of a comment."""
    if "//" not in text and "/*" not in text:
        return False
    for last in deque(_OPAQUE.finditer(text), maxlen=1):
        return last.end() == len(text) and (last[1] == "" or last[0].startswith("//"))
    return False


def code_text(text: str) -> CodeText:
    """Take a text apart."""
    lines: list[CodeLine] = []
    above: list[str] = []
    gap = False
    for number, raw in enumerate(blank_block_comments(text).split("\n"), 1):
        if len(raw) > LONGEST_LINE:
            continue
        parsed = parse_line(raw.rstrip("\r"))
        if parsed.tokens:
            lines.append(CodeLine(parsed, number, " ".join(above), gap))
            above, gap = [], False
            continue
        gap = True
        above = words_of_comment(raw) if "//" in raw else []
    return CodeText(tuple(lines), " ".join(above), gap)


def words_of_comment(raw: str) -> list[str]:
    """The words of a `//` comment in lower case."""
    return [word.lower() for word in _WORD.findall(raw.partition("//")[2])]


_UNITS = frozenset(("module", "interface", "package", "class", "program", "macromodule"))
_QUALIFIERS = frozenset(("automatic", "static", "virtual"))


def unit_named(line: CodeLine) -> str | None:
    """The module, class or other unit that a line begins; None for other lines."""
    tokens = line.tokens
    at = 0
    while at < len(tokens) - 1 and tokens[at] in _QUALIFIERS:
        at += 1
    if tokens[at] not in _UNITS or at + 1 == len(tokens):
        return None
    name = tokens[at + 1]
    return tokens[at + 2] if name in _QUALIFIERS and at + 2 < len(tokens) else name
