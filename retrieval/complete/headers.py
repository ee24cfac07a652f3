"""Module headers found in plain text, whole or half-written: names of ports and parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

_HEAD = re.compile(
    r"\b(?:module|interface|program)\s+(?:automatic\s+|static\s+)?([A-Za-z_]\w*)"
    r"\s*(?:import\b[^;]*;\s*)*(#\s*\()?"
)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)
_DIRECTIVE = re.compile(r"^[ \t]*`[^\n]*", re.MULTILINE)
_BRACKETS = re.compile(r"\[[^\[\]]*\]")
_NAME = re.compile(r"[A-Za-z_]\w*")
_PARAMETER = re.compile(r"([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)*=(?!=)")
LONGEST_HEADER = 60_000  # characters


@dataclass(frozen=True, slots=True)
class Header:
    """A module's name and the names of its ports and parameters, in order."""

    name: str
    ports: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


class Definitions(Protocol):
    """Who knows the ports of modules, better than plain text can tell."""

    def ports(self, module: str) -> tuple[str, ...] | None:
        """The names of a module's ports in order; None where it is unknown."""
        ...

    def parameters(self, module: str) -> tuple[str, ...] | None:
        """The names of a module's parameters in order; None where it is unknown."""
        ...


def plain_code(text: str) -> str:
    """The text without comments, strings and directives, line breaks kept."""
    kept = _COMMENT.sub(lambda found: "\n" * found.group().count("\n") or " ", text)
    return _DIRECTIVE.sub("", kept)


def headers_of(text: str) -> tuple[Header, ...]:
    """All headers of a text."""
    if "module" not in text and "interface" not in text and "program" not in text:
        return ()
    code = plain_code(text)
    return tuple(_header(code, found) for found in _HEAD.finditer(code))


def _header(code: str, found: re.Match[str]) -> Header:
    at = found.end()
    parameters: tuple[str, ...] = ()
    if found[2]:
        close = closing(code, at - 1)
        parameters = tuple(dict.fromkeys(_PARAMETER.findall(code[at:close])))
        at = close + 1
    opening, end = code.find("(", at, at + LONGEST_HEADER), code.find(";", at)
    if opening < 0 or 0 <= end < opening:
        return Header(found[1], (), parameters)
    close = closing(code, opening)
    return Header(found[1], _ports(code[opening + 1 : close]), parameters)


def _ports(inside: str) -> tuple[str, ...]:
    while True:
        flat = _BRACKETS.sub(" ", inside)
        if flat == inside:
            break
        inside = flat
    names = []
    for item in inside.split(","):
        words = _NAME.findall(item.partition("=")[0])
        if words:
            names.append(words[-1])
    return tuple(dict.fromkeys(names))


def closing(code: str, opening: int) -> int:
    """Where the parenthesis at `opening` closes; the end of what is there where it does not."""
    depth = 0
    limit = min(len(code), opening + LONGEST_HEADER)
    for at in range(opening, limit):
        if code[at] == "(":
            depth += 1
        elif code[at] == ")":
            depth -= 1
            if depth == 0:
                return at
    return limit
