"""Simple expressions and assignments, read from their text alone.

Most of what a design holds is names, numbers and operators; for those a pattern tells the names in
a fraction of the time that the nodes of a tree take. Everything else gives None: calls, members,
casts, patterns, macros, comments, strings.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_NAME = r"[A-Za-z_]\w*+(?!\s*(?:[\w$(.'@\\]|::))"
_NUMBER = r"\d[\d_]*+(?:'[sS]?[bodhBODH][\da-fA-FxXzZ?_]++)?(?![\w$.'])|'[01](?![\w$.'])"
_EXPRESSION = re.compile(rf"(?:{_NAME}|{_NUMBER}|[-\[\](){{}}+*%&|^~!<>=?:,\s]++)*+", re.ASCII)
_FOUND = re.compile(r"(?<![\w'])[A-Za-z_]\w*", re.ASCII)
_CONNECTION = re.compile(r"\.([A-Za-z_]\w*+)(?:\s*\(\s*([^\"`/#@$]*?)\s*\))?", re.ASCII)
_ASSIGNMENT = re.compile(
    r"([A-Za-z_]\w*+)((?:\s*\[[^\[\]=]*\])*+)\s*<?=(?!=)\s*([^\"`/#@$]*)", re.ASCII
)
# Words that stand where a name may, and are none.
_RESERVED = re.compile(
    r"\b(?:accept_on|and|bit|byte|chandle|default|dist|edge|event|first_match|iff|inside|int|integer"
    r"|logic|longint|matches|negedge|new|not|null|or|posedge|real|realtime|reg|shortint|shortreal"
    r"|signed|string|super|tagged|this|throughout|time|type|unsigned|void|wildcard|with|within)\b"
    r"|\{\s*(?:<<|>>)"  # a stream
)


class SimpleConnection(NamedTuple):
    """`.port(text)`, and the names in it; `.port` where `implicit`."""

    port: str
    text: str
    names: tuple[str, ...]
    implicit: bool


class SimpleAssignment(NamedTuple):
    """`target = ...` or `<=`: the name that is written, the whole left side, the names read."""

    name: str
    target: str
    loads: frozenset[str]


@lru_cache(1 << 14)
def names_in(text: str) -> tuple[str, ...] | None:
    """The names in an expression, sorted; None where its text alone does not tell."""
    if _EXPRESSION.fullmatch(text) is None or _RESERVED.search(text):
        return None
    return tuple(sorted(set(_FOUND.findall(text))))


def connection_in(text: str) -> SimpleConnection | None:
    """A connection by name."""
    found = _CONNECTION.fullmatch(text)
    if found is None:
        return None
    port, given = found.groups()
    if given is None:
        return SimpleConnection(port, port, (port,), True)
    names = names_in(given)
    return None if names is None else SimpleConnection(port, squeezed(given), names, False)


def assignment_in(text: str) -> SimpleAssignment | None:
    """A plain assignment to a name or a part of one."""
    found = _ASSIGNMENT.fullmatch(text)
    if found is None:
        return None
    name, selects, right = found.groups()
    loads, indices = names_in(right), names_in(selects)
    if loads is None or indices is None or not right or _RESERVED.fullmatch(name):
        return None
    return SimpleAssignment(name, squeezed(name + selects), frozenset((*loads, *indices)))


def squeezed(text: str) -> str:
    """A text on one line."""
    if "\n" in text or "\t" in text or "  " in text:
        return " ".join(text.split())
    return text
