"""Text macros: reading a `define, splitting the arguments of a use, putting them in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gatewright.sandbox.integrity.budget import MAX_PASTED, Budget, Overflow
from gatewright.sandbox.integrity.lexer import Kind, Token, tokenize

_DEFINE = re.compile(
    r"`define(?:[ \t]|\\\r?\n)+(?P<name>[A-Za-z_][\w$]*|\\[!-~]+)"
    r"(?P<params>\([^)]*\))?(?P<body>.*)",
    re.DOTALL,
)
# Each way to begin has a way to end, so that nothing is looked at twice.
_LINE_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*+"?|/\*.*?(?:\*/|\Z))|//[^\n]*', re.DOTALL)
_CONTINUED = re.compile(r"\\\r?\n")


@dataclass(frozen=True, slots=True)
class Macro:
    """A text macro: its formal arguments (None = it takes none) with their defaults."""

    name: str
    params: tuple[tuple[str, tuple[Token, ...] | None], ...] | None
    body: tuple[Token, ...]


def parse_define(text: str) -> Macro | None:
    """The macro that a whole `define defines; None where it names none."""
    match = _DEFINE.fullmatch(text)
    if match is None:
        return None
    body = _CONTINUED.sub(" ", match["body"])
    body = _LINE_COMMENT.sub(lambda m: m[1] or " ", body)
    params = None if match["params"] is None else _params(match["params"][1:-1])
    return Macro(match["name"], params, tuple(tokenize(body)))


def _params(text: str) -> tuple[tuple[str, tuple[Token, ...] | None], ...]:
    found: list[tuple[str, tuple[Token, ...] | None]] = []
    for part in text.split(","):
        name, equals, default = part.partition("=")
        if name.strip():
            found.append((name.strip(), tuple(tokenize(default.strip())) if equals else None))
    return tuple(found)


def split_arguments(
    tokens: Sequence[Token], index: int, budget: Budget
) -> tuple[list[list[Token]], int] | None:
    """The actual arguments in parentheses at `index`, and the index after them."""
    if index >= len(tokens) or tokens[index].text != "(":
        return None
    depth, arguments = 0, [list[Token]()]
    while index < len(tokens):
        budget.charge(1)
        text = tokens[index].text
        if text in _OPENING:
            depth += 1
        elif text in _CLOSING:
            depth -= 1
            if depth == 0:
                return arguments, index + 1
        if text == "," and depth == 1:
            arguments.append([])
        elif depth > 1 or text not in _OPENING:
            arguments[-1].append(tokens[index])
        index += 1
    return None


_OPENING = frozenset({"(", "[", "{", "'{", "'("})
_CLOSING = frozenset({")", "]", "}"})


def substituted(
    body: Sequence[Token], actual: Mapping[str, tuple[Token, ...]], budget: Budget
) -> list[Token]:
    """The body with arguments put in, `` pasted and `" made into strings.

    Raises Overflow where the result is beyond the budget, before it is built.
    """
    budget.charge(len(body) + sum(len(actual[t.text]) for t in body if t.text in actual))
    out: list[Token] = []
    paste = False
    index = 0
    while index < len(body):
        token = body[index]
        index += 1
        if token.text == "``":
            paste = bool(out)
            continue
        if token.text == '`"':
            close = next((i for i in range(index, len(body)) if body[i].text == '`"'), len(body))
            inner = [t for part in body[index:close] for t in _argument(part, actual)]
            budget.charge(0, sum(len(part.text) for part in inner))
            new = [token._replace(kind=Kind.STRING, text=_stringified(inner))]
            index = close + 1
        else:
            new = list(_argument(token, actual))
        if paste and new:
            joined = _pasted(out[-1].text + new[0].text, budget)
            place = out.pop()
            out += [
                t._replace(file=place.file, line=place.line, column=place.column) for t in joined
            ]
            new = new[1:]
        paste = False
        out += new
    return out


def _pasted(text: str, budget: Budget) -> list[Token]:
    if len(text) > MAX_PASTED:
        raise Overflow(f"a macro pastes a name of more than {MAX_PASTED} characters")
    budget.charge(1, len(text))
    return tokenize(text)


def _argument(token: Token, actual: Mapping[str, tuple[Token, ...]]) -> tuple[Token, ...]:
    if token.kind is not Kind.IDENT or token.text not in actual:
        return (token,)
    value = actual[token.text]
    return (value[0]._replace(gap=token.gap), *value[1:]) if value else ()


def _stringified(tokens: Sequence[Token]) -> str:
    words = "".join(
        (" " if t.gap and i else "") + (r"\"" if t.text == '`\\`"' else t.text)
        for i, t in enumerate(tokens)
    )
    words = re.sub(r'(?<!\\)"', r"\\\"", words)
    return f'"{words}"'
