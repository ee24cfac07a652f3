"""The place that a context pack is for: its file's text, the module around it, what is in view."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatewright.core import UsageError
from gatewright.retrieval.expansion import text_with_macros
from gatewright.retrieval.facts import extract
from gatewright.retrieval.facts.types import (
    NOWHERE,
    FileFacts,
    Instance,
    Module,
    ModuleKind,
    Range,
)
from gatewright.retrieval.pack_parts import without_comments
from gatewright.retrieval.places import Place, names_of
from gatewright.retrieval.repository import Definition, Repository

_LINES_BEFORE = 12
_LINES_AFTER = 8
_MOST_SIGNALS = 24
_NAME = re.compile(r"(?<![\w$.`'])(?:(?P<package>\w+)::)?(?P<name>[A-Za-z_]\w*)")
_IMPLICIT = re.compile(r"(?<![\w$)\].])\.(?P<name>[A-Za-z_]\w*)(?!\s*\()")
_MACRO = re.compile(r"`(\w+)")
_IGNORED = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_ENCLOSING = frozenset(ModuleKind) - {ModuleKind.UNIT}


@dataclass(frozen=True, slots=True)
class Name:
    """A name that is written in view: `package` where it stands behind `::`; how far away."""

    name: str
    package: str
    line: int
    distance: int


@dataclass(frozen=True, slots=True)
class View:
    """The lines around a place, within the module around it; `place` None where there is none.

    `names` are those written in view, nearest first, each once; `macros` likewise. `instances`
    are those that reach into view, nearest first.
    """

    file: str
    line: int
    text: str
    facts: FileFacts
    place: Place | None
    around: range
    names: tuple[Name, ...]
    macros: tuple[Name, ...]
    instances: tuple[tuple[int, Instance], ...]

    @property
    def signals(self) -> tuple[Name, ...]:
        """The signals of the module around that are in view, nearest first."""
        if self.place is None:
            return ()
        known = names_of(self.place.module)
        return tuple(n for n in self.names if not n.package and n.name in known)[:_MOST_SIGNALS]


def view_of(repository: Repository, file: str, line: int, text: str | None) -> View:
    """What is in view of a line. `text` is what the file holds, where that is not what is stored.

    Raises UsageError for a file that is not in the repository and a line that the file lacks,
    DataError where it cannot be read.
    """
    facts = extract(text, file) if text is not None else repository.facts(file)
    if facts is None:
        raise UsageError(
            "is no source file of the repository",
            where=file,
            hint=_like(file, repository) or f"name a file by its path below {repository.root}",
        )
    edited = text is not None
    text = repository.text(file) if text is None else text
    lines = text.split("\n")
    count = len(lines) - (lines[-1] == "" and len(lines) > 1)
    if not 1 <= line <= count + 1:
        raise UsageError(
            f"has no line {line}", where=file, hint=f"it has {count} line{'s'[: count != 1]}"
        )
    place = _around(repository, facts, lines, line)
    if place is not None:
        place = _expanded(repository, facts, place, text if edited else None)
    inside = place.module.range if place is not None else Range(1, 1, len(lines), 1)
    first = max(inside.line, line - _LINES_BEFORE)
    around = range(first, min(max(inside.end_line, line), line + _LINES_AFTER, count) + 1)
    names, macros = _names(without_comments(text).split("\n"), around, line)
    instances = _instances(place, around, line)
    return View(file, line, text, facts, place, around, names, macros, instances)


def _around(repository: Repository, facts: FileFacts, lines: list[str], line: int) -> Place | None:
    """The innermost module around a line; where its end is missing, up to the next one."""
    placed = [_placed(module, lines) for module in facts.modules if module.kind in _ENCLOSING]
    found = [m for m in placed if m is not None and m.range.holds(line)]
    if not found:
        return None
    module = max(found, key=lambda m: m.range.line)
    known = [d for d in repository.definitions(module.name) if d.path == facts.path]
    ports = tuple((p.name, p.direction, p.type) for p in module.ports)
    definition = Definition(
        known[0].id if known else -1,
        facts.path,
        module.kind.value,
        module.name,
        module.range.line,
        module.range.end_line,
        ports,
    )
    return Place(known[0] if known and known[0].ports == ports else definition, module)


def _expanded(repository: Repository, facts: FileFacts, place: Place, text: str | None) -> Place:
    """The place with what macros of other files make there; `text` where it is not as stored."""
    module = place.module
    if text is not None:
        found = text_with_macros(repository, facts, text)
    elif place.definition.id >= 0:
        found = (repository.expanded(place.definition),)
    else:
        return place
    same = (m for m in found if m.name == module.name and m.range.line == module.range.line)
    whole = next(same, None)
    return place if whole is None else Place(place.definition, whole)


def _placed(module: Module, lines: list[str]) -> Module | None:
    if module.range != NOWHERE:
        return module
    start = re.compile(rf"\b{module.kind.value}\b[^;(]*\b{re.escape(module.name)}\b")
    for number, text in enumerate(lines, 1):
        if start.search(text):
            return module._replace(range=Range(number, 1, len(lines), 1))
    return None


def _names(lines: list[str], around: range, line: int) -> tuple[tuple[Name, ...], tuple[Name, ...]]:
    names: dict[tuple[str, str], Name] = {}
    macros: dict[str, Name] = {}
    for number in sorted(around, key=lambda n: (abs(n - line), n)):
        text = _IGNORED.sub("", lines[number - 1]) if number <= len(lines) else ""
        distance = abs(number - line)
        for pattern in (_NAME, _IMPLICIT):
            for found in pattern.finditer(text):
                package = found.groupdict().get("package") or ""
                key = (package, found["name"])
                names.setdefault(key, Name(found["name"], package, number, distance))
        for macro in _MACRO.findall(text):
            macros.setdefault(macro, Name(macro, "", number, distance))
    return tuple(names.values()), tuple(macros.values())


def _instances(place: Place | None, around: range, line: int) -> tuple[tuple[int, Instance], ...]:
    """The instances that reach into view, with their distance; the one around the line first."""
    found: list[tuple[int, Instance]] = []
    for instance in place.module.instances if place is not None else ():
        at = instance.range
        if at.line <= around[-1] and at.end_line >= around[0] if around else False:
            inside = at.holds(line)
            distance = 0 if inside else min(abs(at.line - line), abs(at.end_line - line))
            found.append((distance, instance))
    return tuple(sorted(found, key=lambda pair: (pair[0], pair[1].range)))


def _like(file: str, repository: Repository) -> str:
    """Files of that bare name, or names that are nearly it."""
    import difflib

    bare = file.rpartition("/")[2]
    paths = [source.path for source in repository.files]
    same = [path for path in paths if path.rpartition("/")[2] == bare][:3]
    found = same or difflib.get_close_matches(file, paths, 3, 0.6)
    return f"did you mean {' or '.join(found)}?" if found else ""
