"""CUDA C++ as tokens: enough to find launches, declarations and assembly without misreading text.

Comments, blanks and line continuations are between tokens; nothing is ever an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_TOKEN = re.compile(
    r"""
    (?P<skip>   \s+ | \\\r?\n | //(?:[^\n\\]|\\.|\\\n)* | /\*.*?(?:\*/|\Z) )
  | (?P<raw>    (?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)" )
  | (?P<string> (?:u8|[uUL])?"(?:[^"\\\n]|\\.)*" )
  | (?P<char>   (?:u8|[uUL])?'(?:[^'\\\n]|\\.)+' )
  | (?P<number> \.?\d (?: [eEpP][+-] | '?\w | \. )* )
  | (?P<word>   [A-Za-z_$][\w$]* )
  | (?P<mark3>  <<< | :: | -> )
  | (?P<other>  . )
    """,
    re.VERBOSE | re.DOTALL,
)
OPENING = {"(": ")", "[": "]", "{": "}"}
_CLOSING = {close: opened for opened, close in OPENING.items()}


class Kind(StrEnum):
    """What a token is."""

    WORD = "word"
    NUMBER = "number"
    TEXT = "text"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its text and where it starts; `directive` where it is in a preprocessor line."""

    kind: Kind
    text: str
    start: int
    directive: bool

    @property
    def end(self) -> int:
        """Just past it."""
        return self.start + len(self.text)


_KINDS = {
    "raw": Kind.TEXT,
    "string": Kind.TEXT,
    "char": Kind.TEXT,
    "number": Kind.NUMBER,
    "word": Kind.WORD,
}


def tokens_of(text: str) -> list[Token]:
    """All tokens of a text, in order."""
    found: list[Token] = []
    directive, line_empty = False, True
    for match in _TOKEN.finditer(text):
        group = match.lastgroup or ""
        if match["skip"] is not None:
            ends_line = "\n" in match[0] and not match[0].startswith(("\\", "/*"))
            if ends_line:
                directive, line_empty = False, True
            continue
        if line_empty and match[0] == "#":
            directive = True
        line_empty = False
        # The delimiter of a raw string is a group too, and the last one.
        kind = Kind.TEXT if match["raw"] is not None else _KINDS.get(group, Kind.MARK)
        found.append(Token(kind, match[0], match.start(), directive))
    return found


def matching(tokens: list[Token], opened: int) -> int | None:
    """The index of the bracket that closes the one at `opened`."""
    depth = 0
    for index in range(opened, len(tokens)):
        if tokens[index].kind is not Kind.MARK:
            continue
        depth += (tokens[index].text in OPENING) - (tokens[index].text in _CLOSING)
        if depth == 0:
            return index
    return None


def matching_back(tokens: list[Token], closed: int) -> int | None:
    """The index of the bracket that the one at `closed` closes."""
    depth = 0
    for index in range(closed, -1, -1):
        if tokens[index].kind is not Kind.MARK:
            continue
        depth += (tokens[index].text in _CLOSING) - (tokens[index].text in OPENING)
        if depth == 0:
            return index
    return None


def angle_back(tokens: list[Token], closed: int) -> int | None:
    """The index of the `<` that the `>` at `closed` closes, brackets between them balanced."""
    depth, index = 0, closed
    while index >= 0:
        text = tokens[index].text if tokens[index].kind is Kind.MARK else ""
        if text in _CLOSING:
            opened = matching_back(tokens, index)
            if opened is None:
                return None
            index = opened
        elif text in OPENING or text == ";":
            return None
        elif text in "<>" and text:
            depth += 1 if text == ">" else -1
            if depth == 0:
                return index
        index -= 1
    return None
