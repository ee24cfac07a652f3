"""The files that code is compiled with: what it instantiates, imports and includes, in order."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from gatewright.core import DataError
from gatewright.retrieval.facts import extract
from gatewright.retrieval.facts.types import FileFacts, Module, ModuleKind
from gatewright.retrieval.pack_names import Dictionary
from gatewright.retrieval.pack_parts import Texts
from gatewright.retrieval.pack_synthesis import as_synthesised, defines_of
from gatewright.retrieval.repository import Definition, Repository

_MOST_FILES = 2000
_COMPILED = frozenset(("module", "interface", "package", "primitive"))
_WORD = re.compile(r"[A-Za-z_]\w*")
_ASIDE = re.compile(
    r"(?:bench|demo|dv|example|formal|fpv|model|sim|simulation|tb|test|testbench|uvm|verif\w*)(?:es|s)?"
)


@dataclass(frozen=True, slots=True)
class NeededFile:
    """A file of the repository and its text, as synthesis reads it (`pack_synthesis`).

    `name` is what an `include` calls it, else its own name; no two are the same.
    """

    path: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Needed:
    """What code needs of a repository: files in the order of compilation, definitions used.

    `definitions` are those that the code itself names. `missing` are modules that neither the
    code nor the repository defines.
    """

    files: tuple[NeededFile, ...]
    definitions: tuple[Definition, ...]
    missing: tuple[str, ...]


def needed_files(
    repository: Repository,
    code: Sequence[str],
    wanted: Callable[[str], bool],
    taken: Collection[str] = (),
) -> Needed:
    """The files that designs (their texts) need of a repository, down the hierarchy.

    Packages come before what uses them. Of several modules with one name the one nearest to its
    user counts; for the code itself, which is nowhere, one that is no testbench or example. Only
    what is reached is followed, but whole files are taken; none gets a name that is `taken`, but
    for what is included. Raises DataError where that is too
    much.
    """
    book = Dictionary(repository, Texts(repository.text), wanted, "")
    walk = _Walk(repository, wanted, book)
    facts = [extract(text, f"design{number}.sv") for number, text in enumerate(code)]
    walk.own = {module.name for each in facts for module in each.modules}
    for each in facts:
        walk.file_of_code(each)
    return Needed(tuple(walk.texts(taken)), tuple(walk.named.values()), tuple(walk.missing))


def preferred(definitions: Sequence[Definition]) -> list[Definition]:
    """Definitions of one name for a user that is nowhere: designs first, then short paths."""
    return sorted(definitions, key=lambda d: (_asides(d.path), d.path.count("/"), d.path))


def _asides(path: str) -> int:
    return sum(bool(_ASIDE.fullmatch(folder.lower())) for folder in path.split("/")[:-1])


@dataclass
class _Walk:
    repository: Repository
    wanted: Callable[[str], bool]
    book: Dictionary
    own: set[str] = field(default_factory=set)
    files: dict[str, None] = field(default_factory=dict)
    included: dict[str, str] = field(default_factory=dict)
    named: dict[str, Definition] = field(default_factory=dict)
    missing: dict[str, None] = field(default_factory=dict)
    _entered: set[tuple[str, str]] = field(default_factory=set)

    def file_of_code(self, facts: FileFacts) -> None:
        """Everything that a text which is not in the repository needs."""
        self._included(facts)
        for module in facts.modules:
            for name in _needs(module):
                found = self._visit(name, "")
                if found is not None:
                    self.named.setdefault(name, found)
                elif name not in self.own and name in {i.module for i in module.instances}:
                    self.missing[name] = None

    def _visit(self, name: str, near: str) -> Definition | None:
        if name in self.own:
            return None
        found = self._definition(name, near)
        if found is None or (found.path, name) in self._entered:
            return found
        self._entered.add((found.path, name))
        module = self.repository.module(found)
        facts = self.repository.facts(found.path)
        units = [m for m in facts.modules if m.kind is ModuleKind.UNIT] if facts else []
        if facts is not None:
            self._included(facts)
        for each in (*units, module):
            for needed in _needs(each):
                if needed != name:
                    self._visit(needed, found.path)
        self._add(found.path)
        return found

    def _definition(self, name: str, near: str) -> Definition | None:
        found = [
            d
            for d in self.repository.definitions(name, near)
            if d.kind in _COMPILED and self.wanted(d.path)
        ]
        chosen = found if near else preferred(found)
        return chosen[0] if chosen else None

    def _included(self, facts: FileFacts) -> None:
        for name in facts.includes:
            path = self.book.included(name, facts.path)
            if path and name not in self.included:
                self.included[name] = path
                inner = self.repository.facts(path)
                if inner is not None:
                    self._included(inner)

    def _add(self, path: str) -> None:
        if len(self.files) >= _MOST_FILES:
            raise DataError(
                f"the design needs more than {_MOST_FILES} files", where=str(self.repository.root)
            )
        self.files.setdefault(path)

    def texts(self, others: Collection[str]) -> Iterator[NeededFile]:
        """The files: first those that are included, each by the name it is included by."""
        read = {path: self._text(path) for path in (*self.included.values(), *self.files)}
        defined = defines_of(read.values())
        taken = {*self.included, *others}
        names = dict(self.included)
        for path in self.files:
            if path not in self.included.values():
                bare = path.rpartition("/")[2]
                name = next(n for n in _numbered(bare) if n not in taken)
                taken.add(name)
                names[name] = path
        for name, path in names.items():
            text = as_synthesised(read[path], self.repository.facts(path), defined)
            yield NeededFile(path, name, text)

    def _text(self, path: str) -> str:
        try:
            return self.repository.text(path).replace("\r\n", "\n")
        except DataError:
            return ""  # gone since: the compiler will say what it misses


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{number}_{name}" for number in count(2))


def _needs(module: Module) -> Iterator[str]:
    """Names that a design unit needs: packages, interfaces of its ports, what it instantiates."""
    yield from module.packages
    yield from (text.partition("::")[0] for text in module.imports)
    types = [port.type for port in module.ports] + [signal.type for signal in module.signals]
    for type_ in types:
        word = _WORD.match(type_)
        if word is not None:
            yield word[0]
    yield from (instance.module for instance in module.instances)
