"""What names mean at a place: types, parameters, functions of packages, macros, interfaces."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from gatewright.retrieval.facts.types import BlockKind, FileFacts, Module, ModuleKind, Range
from gatewright.retrieval.pack_parts import Texts, shared_folders
from gatewright.retrieval.repository import Repository

_WORD = re.compile(r"(?<![\w$.`'])(?:(\w+)::)?([A-Za-z_]\w*)")
_CODE = frozenset((BlockKind.FUNCTION, BlockKind.TASK))
_DEEPEST = 3
_WHOLE_FUNCTION = 24  # lines; of a longer one its head is enough to call it
_MOST_HEADERS = 400
_HEADERS = (".vh", ".svh")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name is and where: `kind` is type, parameter, function or macro.

    `owner` is the package or file that defines it. What its definition names in turn has a higher
    `depth`. `asked` is the name looked up: of an enum, it may be one of its values.
    """

    name: str
    kind: str
    owner: str
    file: str
    lines: range
    depth: int
    asked: str


@dataclass
class Dictionary:
    """Finds what names mean, seen from one file; only in files that are `wanted`."""

    repository: Repository
    texts: Texts
    wanted: Callable[[str], bool]
    near: str
    _by_name: dict[str, list[str]] = field(default_factory=dict)

    def meanings(
        self, names: Iterable[tuple[str, str]], module: Module | None, facts: FileFacts
    ) -> Iterator[Meaning]:
        """What (package, name) pairs mean in a module of a file; what is nothing is left out."""
        scopes = list(self._scopes(module, facts))
        seen: set[tuple[str, str]] = set()
        told: set[tuple[str, range]] = set()
        waiting = deque((package, name, 0) for package, name in names)
        while waiting:
            package, name, depth = waiting.popleft()
            if (package, name) in seen:
                continue
            seen.add((package, name))
            found = self._meaning(package, name, depth, scopes)
            if found is None or (found.file, found.lines) in told:
                continue
            told.add((found.file, found.lines))
            yield found
            if depth < _DEEPEST:
                text = self.texts.plain(found.file, found.lines)
                package = found.owner if self._is_package(found.owner) else ""
                waiting.extend(
                    (inner or package, word, depth + 1)
                    for inner, word in words_of(text)
                    if (inner or package, word) not in seen
                )

    def _is_package(self, name: str) -> bool:
        return any(d.kind == "package" for d in self.repository.definitions(name))

    def _meaning(
        self, package: str, name: str, depth: int, scopes: list[tuple[str, str, Module]]
    ) -> Meaning | None:
        if package:
            scopes = list(self._packages((package,))) or scopes
        for owner, file, module in scopes:
            found = _defined(module, name)
            if found is not None:
                called, kind, at = found
                lines = range(at.line, at.end_line + 1)
                if kind in _CODE and len(lines) > _WHOLE_FUNCTION:
                    lines = self.texts.header(file, at.line, at.end_line) or lines
                return Meaning(called, kind, owner, file, lines, depth, name)
        return None

    def _scopes(self, module: Module | None, facts: FileFacts) -> Iterator[tuple[str, str, Module]]:
        """Where a name is looked for: the module, its imports, the file, what it includes."""
        units = [m for m in facts.modules if m.kind is ModuleKind.UNIT]
        if module is not None:
            yield module.name, facts.path, module
            yield from self._packages(_imported(module))
        for unit in units:
            yield facts.path, facts.path, unit
            yield from self._packages(_imported(unit))
        for path in self.includes(facts):
            inner = self.repository.facts(path)
            for unit in inner.modules if inner is not None else ():
                if unit.kind is ModuleKind.UNIT:
                    yield path, path, unit

    def _packages(self, names: Iterable[str]) -> Iterator[tuple[str, str, Module]]:
        for name in names:
            for found in self.repository.definitions(name, self.near):
                if found.kind in ("package", "class") and self.wanted(found.path):
                    yield name, found.path, self.repository.module(found)
                    break

    def includes(self, facts: FileFacts) -> tuple[str, ...]:
        """The files of the repository that a file includes, also through others."""
        found: dict[str, None] = {}
        waiting = list(facts.includes)
        while waiting:
            path = self.included(waiting.pop(0), facts.path)
            if path and path not in found and path != facts.path:
                found[path] = None
                inner = self.repository.facts(path)
                waiting += inner.includes if inner is not None else ()
        return tuple(found)

    def included(self, name: str, near: str) -> str:
        """The file that an include names: the nearest whose path ends so; empty where none does."""
        ending = "/" + name.lstrip("./")
        named = self._files().get(name.rpartition("/")[2], ())
        fitting = [path for path in named if f"/{path}".endswith(ending) and self.wanted(path)]
        return min(fitting, key=lambda p: (-shared_folders(p, near), p), default="")

    def _files(self) -> dict[str, list[str]]:
        """The files of the repository by their names without folders."""
        if not self._by_name:
            for source in self.repository.files:
                self._by_name.setdefault(source.path.rpartition("/")[2], []).append(source.path)
        return self._by_name

    def macros(self, names: Iterable[str], facts: FileFacts) -> Iterator[Meaning]:
        """Where macros are defined: in the file, in what it includes, in a header file near."""
        missing = list(dict.fromkeys(names))
        if not missing:
            return
        near, others = (facts.path, *self.includes(facts)), self._other_headers(facts)
        fullest: dict[str, Meaning] = {}  # the others leave out what some tool cannot read
        for path in near:
            for found in self._macros_in(path, missing):
                known = fullest.get(found.name)
                if known is None or self._size(found) > self._size(known):
                    fullest[found.name] = found
        yield from fullest.values()
        missing = [name for name in missing if name not in fullest]
        for path in others if missing else ():
            if path in near:
                continue
            for found in self._macros_in(path, missing):
                missing.remove(found.name)
                yield found
            if not missing:
                return

    def _size(self, found: Meaning) -> int:
        return len(self.texts.plain(found.file, found.lines))

    def _macros_in(self, path: str, names: Iterable[str]) -> Iterator[Meaning]:
        text = self.texts.text(path)
        for name in [name for name in names if name in text]:
            lines = _macro_lines(text, name)
            if lines is not None:
                yield Meaning(name, "macro", path, path, lines, 0, name)

    def _other_headers(self, facts: FileFacts) -> Iterator[str]:
        paths = [p for name, same in self._files().items() if name.endswith(_HEADERS) for p in same]
        others = [path for path in paths if self.wanted(path)]
        yield from sorted(others, key=lambda p: (-shared_folders(p, facts.path), p))[:_MOST_HEADERS]


def words_of(text: str) -> list[tuple[str, str]]:
    """The (package, name) pairs that a text names; without a package its place is empty."""
    return list(dict.fromkeys(_WORD.findall(text)))


def _macro_lines(text: str, name: str) -> range | None:
    found = re.search(rf"^[ \t]*`define[ \t]+{re.escape(name)}\b(?:[^\n\\]|\\.|\\\n)*", text, re.M)
    if found is None:
        return None
    first = text.count("\n", 0, found.start()) + 1
    return range(first, first + found[0].count("\n") + 1)


def _imported(module: Module) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.partition("::")[0] for text in module.imports))


def _defined(module: Module, name: str) -> tuple[str, str, Range] | None:
    """Name, kind and place of a type (also by an enum's value), a parameter or a function."""
    for type_ in module.types:
        if type_.name == name or (type_.kind == "enum" and name in type_.members):
            return type_.name, "type", type_.range
    for parameter in module.parameters:
        if parameter.name == name:
            return name, "parameter", parameter.range
    for block in module.blocks:
        if block.kind in _CODE and block.name == name:
            return name, block.kind.value, block.range
    return None
