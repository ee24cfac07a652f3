"""Write a line anew with other tokens, keeping its spacing and its columns."""

from __future__ import annotations

from collections.abc import Sequence

_NO_BLANK_AFTER = frozenset(("(", "[", ".", "~", "!", "@", "#", "{", "$", "++", "--", "::"))
_NO_BLANK_BEFORE = frozenset((")", "]", ",", ";", "(", "[", "}", ".", "++", "--", "::"))
_OPERATORS = frozenset(
    (
        "=",
        "<=",
        "&&",
        "||",
        "+",
        "-",
        "&",
        "|",
        "^",
        "?",
        ":",
        "==",
        "!=",
        "<",
        ">",
        "===",
        "!==",
        "<<",
        ">>",
        "*",
        "/",
    )
)


def respell(code: str, old: Sequence[str], new: Sequence[str]) -> str | None:
    """The code with its tokens `old` replaced one by one; None where they are not its tokens.

    A gap of two blanks or more after a token is taken for a column and shrinks or grows.
    """
    out: list[str] = []
    at = owed = 0
    for before, after in zip(old, new, strict=True):
        found = code.find(before, at)
        if found < 0:
            return None
        gap = code[at:found]
        if owed and len(gap) >= 2 and not gap.strip(" "):
            gap = " " * max(1, len(gap) - owed)
            owed = 0
        elif gap:
            owed = 0
        out += (gap, after)
        owed += len(after) - len(before)
        at = found + len(before)
    out.append(code[at:])
    return "".join(out)


def spelled(tokens: Sequence[str], keywords: frozenset[str]) -> str:
    """Tokens written with the usual blanks, for a line that is nowhere written out."""
    out: list[str] = []
    before = ""
    depth = 0
    for token in tokens:
        tight = not before or before in _NO_BLANK_AFTER or token in _NO_BLANK_BEFORE
        if token == "(" and (before in keywords or before in _OPERATORS):
            tight = False
        if depth and (token in ":+-*" or before in ":+-*"):
            tight = True
        out.append(token if tight else " " + token)
        depth += (token == "[") - (token == "]")
        before = token
    return "".join(out)
