"""Which modules of a candidate's files nothing else of them uses: what may be their top.

Pure. A driver's `object Main extends App { ... new Top }` and the companion object that wraps
`new Top` use the module and are no hardware around it: only what other modules reach counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_MADE = re.compile(r"\b(?:new|extends|with)\s+(?:\w+\s*\.\s*)*(\w+)")
_NAMED = re.compile(r"\b[A-Z]\w*")


class Kind(StrEnum):
    """What a definition can be: only a class can be the top."""

    CLASS = "class"
    ABSTRACT = "abstract"
    HELPER = "helper"


@dataclass(frozen=True, slots=True)
class Definition:
    """A class, object or trait at the top level of a file: its whole text, what it extends."""

    name: str
    text: str
    kind: Kind
    extends: str = ""


def unused_modules(definitions: Sequence[Definition]) -> tuple[str, ...]:
    """The modules that no other module makes or extends, itself or through an object it names."""
    names = _modules(definitions)
    helpers: dict[str, list[str]] = {}
    for one in definitions:
        if one.kind is Kind.HELPER:
            helpers.setdefault(one.name, []).append(_COMMENT.sub(" ", one.text))
    classes = [one for one in definitions if one.kind is not Kind.HELPER and one.name in names]
    used = {name for one in classes for name in _used_by(one, helpers)}
    return tuple(one.name for one in classes if one.kind is Kind.CLASS and one.name not in used)


def _modules(definitions: Sequence[Definition]) -> set[str]:
    """The classes that extend a module, or one of these that does."""
    found: set[str] = set()
    classes = [one for one in definitions if one.kind is not Kind.HELPER]
    for _ in range(len(classes) + 1):
        more = {one.name for one in classes if "Module" in one.extends or _of(one, found)}
        if more == found:
            break
        found = more
    return found


def _of(one: Definition, modules: set[str]) -> bool:
    return bool(modules.intersection(_MADE.findall(one.extends)))


def _used_by(module: Definition, helpers: Mapping[str, Sequence[str]]) -> Iterator[str]:
    waiting, seen = [_COMMENT.sub(" ", module.text)], set[str]()
    while waiting:
        text = waiting.pop()
        yield from (name for name in _MADE.findall(text) if name != module.name)
        for name in set(_NAMED.findall(text)) - seen:
            seen.add(name)
            waiting.extend(helpers.get(name, ()))
