"""Evaluates the constant expressions that ranges and parameters are made of.

Integers only, unbounded, as widths need them; what it does not know has no value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from gatewright.sandbox.integrity import Kind, Token, tokenize

_MAX_BITS = 4096
_BASES = {"b": 2, "o": 8, "d": 10, "h": 16}
_VECTOR = re.compile(r"(?:[0-9_]+)?'[sS]?(?P<base>[bodhBODH])(?P<digits>[0-9a-fA-F_]+)")
_LEVELS = (
    ("||",),
    ("&&",),
    ("|",),
    ("^", "~^", "^~"),
    ("&",),
    ("==", "!=", "===", "!=="),
    ("<", "<=", ">", ">="),
    ("<<", ">>", "<<<", ">>>"),
    ("+", "-"),
    ("*", "/", "%"),
    ("**",),
)


class _Unknown(Exception):
    """The expression's value cannot be told."""


def evaluate(text: str, names: Mapping[str, int] | None = None) -> int | None:
    """The value of a constant expression, or None where it cannot be told."""
    tokens = tokenize(text)
    if not tokens or len(tokens) > 512:
        return None
    parser = _Parser(tokens, names or {})
    try:
        value = parser.conditional(0)
        return value if parser.at == len(tokens) else None
    except (_Unknown, ZeroDivisionError, IndexError, ValueError, OverflowError):
        return None


class _Parser:
    def __init__(self, tokens: Sequence[Token], names: Mapping[str, int]) -> None:
        self.tokens = tokens
        self.names = names
        self.at = 0

    def _peek(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def _take(self, text: str) -> None:
        if self._peek() != text:
            raise _Unknown
        self.at += 1

    def conditional(self, depth: int) -> int:
        if depth > 64:
            raise _Unknown
        condition = self._binary(0, depth)
        if self._peek() != "?":
            return condition
        self.at += 1
        yes = self.conditional(depth + 1)
        self._take(":")
        no = self.conditional(depth + 1)
        return yes if condition else no

    def _binary(self, level: int, depth: int) -> int:
        if level == len(_LEVELS):
            return self._unary(depth)
        left = self._binary(level + 1, depth)
        while self._peek() in _LEVELS[level]:
            operator = self._peek()
            self.at += 1
            left = _apply(operator, left, self._binary(level + 1, depth))
        return left

    def _unary(self, depth: int) -> int:
        if depth > 64:
            raise _Unknown
        token = self.tokens[self.at]
        self.at += 1
        if token.text in ("-", "+", "!", "~"):
            value = self._unary(depth + 1)
            return {"-": -value, "+": value, "!": int(not value), "~": ~value}[token.text]
        if token.text == "(":
            value = self.conditional(depth + 1)
            self._take(")")
            return value
        if token.kind is Kind.SYSTEM and token.text == "$clog2":
            self._take("(")
            value = self.conditional(depth + 1)
            self._take(")")
            return max(0, value - 1).bit_length()
        if token.kind is Kind.NUMBER:
            return _number(token.text)
        if token.text in self.names:
            return self.names[token.text]
        raise _Unknown


def _number(text: str) -> int:
    compact = re.sub(r"[ \t]", "", text)
    match = _VECTOR.fullmatch(compact)
    if match:
        return int(match["digits"].replace("_", ""), _BASES[match["base"].lower()])
    if compact in ("'0", "'1"):
        raise _Unknown
    return int(compact.replace("_", ""))


def _apply(operator: str, left: int, right: int) -> int:
    if operator in ("<<", "<<<", "**") and not 0 <= right <= _MAX_BITS:
        raise _Unknown
    if operator == "**" and left.bit_length() * right > _MAX_BITS:
        raise _Unknown
    return _OPERATIONS[operator](left, right)


def _divide(left: int, right: int) -> int:
    """Verilog's division rounds towards zero."""
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


_OPERATIONS: Mapping[str, Callable[[int, int], int]] = {
    "||": lambda a, b: int(bool(a or b)),
    "&&": lambda a, b: int(bool(a and b)),
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "~^": lambda a, b: ~(a ^ b),
    "^~": lambda a, b: ~(a ^ b),
    "&": lambda a, b: a & b,
    "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b),
    "===": lambda a, b: int(a == b),
    "!==": lambda a, b: int(a != b),
    "<": lambda a, b: int(a < b),
    "<=": lambda a, b: int(a <= b),
    ">": lambda a, b: int(a > b),
    ">=": lambda a, b: int(a >= b),
    "<<": lambda a, b: a << b,
    "<<<": lambda a, b: a << b,
    ">>": lambda a, b: a >> b,
    ">>>": lambda a, b: a >> b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
    "%": lambda a, b: a - b * _divide(a, b),
    "**": lambda a, b: int(a**b),
}
