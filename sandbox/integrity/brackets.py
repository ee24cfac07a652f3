"""Which bracket closes which, found once for a whole token stream."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.sandbox.integrity.lexer import Token

OPENING = frozenset({"(", "[", "{", "'{", "'("})
CLOSING = frozenset({")", "]", "}"})


def closers(tokens: Sequence[Token]) -> dict[int, int]:
    """For each opening bracket the index of the one that closes it; none for one left open.

    Any closing bracket closes the latest open one: text where that is wrong has no meaning.
    """
    found: dict[int, int] = {}
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token.text in OPENING:
            opened.append(index)
        elif token.text in CLOSING and opened:
            found[opened.pop()] = index
    return found
