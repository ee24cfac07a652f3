"""Briefs: what somebody needs to see of a repository to write what a text asks for.

The text is a specification, and the code that was written for it so far.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from gatewright.retrieval.facts import extract
from gatewright.retrieval.facts.types import FileFacts
from gatewright.retrieval.pack import Exclusion, Pack, packed
from gatewright.retrieval.pack_names import Dictionary, words_of
from gatewright.retrieval.pack_parts import PartKind, Texts, Wish, wish
from gatewright.retrieval.pack_sources import preferred
from gatewright.retrieval.pack_wishes import definition_lines, example_of, used_by_header
from gatewright.retrieval.repository import Definition, Repository

_SHOWN = frozenset(("module", "interface", "program", "primitive", "package"))
_WORD = re.compile(r"[A-Za-z_]\w*")
_QUOTED = re.compile(r"[`'\"]([A-Za-z_]\w*)[`'\"]")
_KIND = r"(?:modules?|packages?|interfaces?|instances?|blocks?)"
_NAMED = (
    re.compile(
        rf"\b(?:{_KIND}(?: of)?|instantiat\w+|wrap\w*|imports?|reus\w+)"
        rf"(?: (?:the|an?|two|three|four|existing|our|named|called))* [`'\"]?([A-Za-z_]\w*)",
        re.IGNORECASE,
    ),
    re.compile(rf"\b([A-Za-z_]\w*)[`'\"]? {_KIND}\b", re.IGNORECASE),
)
_STOP = re.compile(
    "a|an|and|each|for|in|is|it|its|new|of|on|one|or|same|that|the|this|to|top|two|which|with"
)
_QUALIFIED = re.compile(r"\b[A-Za-z_]\w*::\w+")
_MACRO = re.compile(r"`([A-Za-z_]\w*)")
_LOOKED_AT = 50  # uses of a module, of which the first that is no testbench's is shown


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be written: the specification in prose, the code so far, the module's name."""

    prose: str
    code: tuple[str, ...] = ()
    top: str = ""


def brief(repository: Repository, asked: Asked, tokens: int, exclude: Sequence[str] = ()) -> Pack:
    """The headers of the modules that the text names or the code instantiates, the packages,
    types and macros that it and they use, and how others use the same modules.

    Empty where nothing of the repository is named.
    """
    allowed = Exclusion(tuple(exclude)).allows
    texts = Texts(repository.text)
    return packed(_Brief(repository, asked, texts, allowed).wishes(), texts, tokens)


def mentioned(prose: str) -> tuple[str, ...]:
    """Words of a text that may name something: in order, each once.

    A plain word ("counter") only counts where it is quoted or called a module, a package, ...;
    one that no plain text has (`axis_register`) counts anywhere. The package of `package::name`
    does not: the name is what is meant.
    """
    prose = _QUALIFIED.sub(" ", prose)
    told = {found[1] for found in _QUOTED.finditer(prose)}
    told.update(found[1] for pattern in _NAMED for found in pattern.finditer(prose))
    told = {word for word in told if not _STOP.fullmatch(word.lower())}
    words = dict.fromkeys(_WORD.findall(prose))
    return tuple(word for word in words if word in told or not _is_plain(word))


def _is_plain(word: str) -> bool:
    return word.isalpha() and (word.islower() or word.istitle() or word.isupper())


@dataclass
class _Brief:
    repository: Repository
    asked: Asked
    texts: Texts
    allowed: Callable[[str], bool]

    def wishes(self) -> Iterator[Wish]:
        """Everything, whatever the budget."""
        facts = [extract(text, f"code{n}.sv") for n, text in enumerate(self.asked.code)]
        own = {module.name for each in facts for module in each.modules} - {self.asked.top}
        named = [n for n in _used(facts) if n not in own]
        wanted = dict.fromkeys((*named, *mentioned(self.asked.prose)))
        found = [d for d in map(self._definition, wanted) if d is not None]
        for order, definition in enumerate(found):
            yield self._header(order, definition)
            yield from self._used_by(definition)
            yield from self._example(order, definition)
        yield from self._meanings(facts)

    def _definition(self, name: str) -> Definition | None:
        found = self.repository.definitions(name)
        fitting = [d for d in found if d.kind in _SHOWN and self.allowed(d.path)]
        return preferred(fitting)[0] if fitting else None

    def _header(self, order: int, definition: Definition) -> Wish:
        module = self.repository.module(definition)
        if definition.kind == "package":
            lines: Sequence[int] = range(definition.line, definition.end_line + 1)
        else:
            lines = definition_lines(self.texts, definition.path, module)
        now = ", as the repository has it now" if definition.name == self.asked.top else ""
        why = f"{definition.kind} {definition.name}{now}"
        need = 1 if definition.kind == "package" else 0
        told = (PartKind.HEADER, definition.name, definition.path, lines, why)
        return wish(need, order, *told, may_cut=True)

    def _used_by(self, definition: Definition) -> Iterator[Wish]:
        book = Dictionary(self.repository, self.texts, self.allowed, definition.path)
        yield from used_by_header(book, definition, self.repository.module(definition), 1)

    def _example(self, order: int, definition: Definition) -> Iterator[Wish]:
        uses = islice(self.repository.uses(definition.name, definition), _LOOKED_AT)
        allowed = [u for u in uses if self.allowed(u.path) and u.parent.name != self.asked.top]
        best = min(allowed, key=lambda u: (not u.parent.ports, u.path), default=None)
        if best is not None:
            yield example_of(best, definition, 2, order)

    def _meanings(self, facts: Sequence[FileFacts]) -> Iterator[Wish]:
        """Types, parameters and macros that the prose and the code name."""
        here = FileFacts("", "verilog", (), (), (), (), 0)
        book = Dictionary(self.repository, self.texts, self.allowed, "")
        found = list(book.meanings(_qualified(self.asked.prose), None, here))
        found += book.macros(_MACRO.findall(self.asked.prose), here)
        for text, each in zip(self.asked.code, facts, strict=True):
            for module in each.modules:
                found += book.meanings(words_of(text), module, each)
            found += book.macros(each.macros, each)
        for order, meaning in enumerate(found):
            if meaning.file and not meaning.file.startswith("code"):
                why = f"{meaning.kind} {meaning.name}"
                why += f" of {meaning.owner}" if meaning.owner != meaning.file else ""
                told = (PartKind.DEFINITION, meaning.name, meaning.file, meaning.lines, why)
                yield wish(1, order, *told)


def _used(facts: Sequence[FileFacts]) -> Iterator[str]:
    """The modules that code instantiates, and the interfaces among its ports."""
    for each in facts:
        for module in each.modules:
            yield from (instance.module for instance in module.instances)
            yield from (port.type.partition(".")[0].strip() for port in module.ports)


def _qualified(prose: str) -> list[tuple[str, str]]:
    """The `package::name` pairs of a text."""
    return [(package, name) for package, name in words_of(prose) if package]
