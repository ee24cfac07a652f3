"""What a place asks for, in the order of need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from gatewright.retrieval.facts.types import Module, ModuleKind
from gatewright.retrieval.pack_names import Dictionary, words_of
from gatewright.retrieval.pack_parts import PartKind, Texts, Wish, wish
from gatewright.retrieval.pack_place import View
from gatewright.retrieval.pack_signals import SignalWishes
from gatewright.retrieval.repository import Definition, Repository, Use
from gatewright.retrieval.similar import Similarity

_HEADED = frozenset(("module", "interface", "program", "checker", "primitive"))
_MOST_USES = 2
_LOOKED_AT = 50  # uses of a module, for those that may be shown
_MOST_SIMILAR = 3
_WHOLE_INTERFACE = 60
_FARTHEST = 1000


def definition_lines(texts: Texts, file: str, module: Module) -> list[int]:
    """The lines that tell how to use a module: its header, and ports that it declares below.

    A short interface is shown whole: its signals are what it is for.
    """
    first, last = module.range.line, module.range.end_line
    if module.kind is ModuleKind.INTERFACE and last - first < _WHOLE_INTERFACE:
        return list(range(first, last + 1))
    lines = set(texts.header(file, first, last) or (first,))
    for port in module.ports:
        lines.update(range(port.range.line, port.range.end_line + 1))
    header = max(lines)
    for parameter in module.parameters:
        if parameter.keyword == "parameter" or parameter.range.line <= header:
            lines.update(range(parameter.range.line, parameter.range.end_line + 1))
    return sorted(lines)


@dataclass
class Wishes:
    """Everything a place could use, whatever the budget."""

    repository: Repository
    view: View
    texts: Texts
    dictionary: Dictionary
    wanted: Callable[[str], bool]
    similar: Similarity

    def all(self) -> Iterator[Wish]:
        """Each with its rank; in no order."""
        view = self.view
        around = self.texts.plain(view.file, view.around).strip()
        if around:
            why = f"the place asked about, line {view.line}"
            told = (PartKind.PLACE, "", view.file, view.around, why)
            yield wish(0, 0, *told, centre=view.line)
        headers = list(self._headers())
        for _, definition, distance, nearest in headers:
            yield self._header(definition, distance, nearest)
        yield from self._enclosing()
        yield from self._meanings([definition for _, definition, _, _ in headers])
        yield from SignalWishes(self.repository, view, self.wanted).all()
        yield from self._uses([definition for _, definition, _, _ in headers])
        yield from self._similar()

    # definitions

    def _headers(self) -> Iterator[tuple[str, Definition, int, bool]]:
        """Modules named in view: how, where defined, how far away, whether it is the nearest."""
        seen: set[str] = set()
        near = self.view.file
        around = self.view.place.module.name if self.view.place is not None else ""
        named = [(distance, i.module, i.name) for distance, i in self.view.instances]
        named += [(n.distance, n.name, "") for n in self.view.names]
        typed = {word for signal in self.view.signals for word in self._type_words(signal.name)}
        named += [(_FARTHEST, word, "") for word in sorted(typed)]
        named.sort(key=lambda each: each[0])
        for distance, name, instance in named:
            if name in seen or name == around:
                continue
            seen.add(name)
            found = next(
                (d for d in self.repository.definitions(name, near) if self._may_show(d)), None
            )
            if found is not None:
                nearest = len(seen) == 1 or distance == 0
                yield instance, found, distance, nearest

    def _may_show(self, definition: Definition) -> bool:
        return definition.kind in _HEADED and self.wanted(definition.path)

    def _type_words(self, signal: str) -> list[str]:
        place = self.view.place
        if place is None:
            return []
        found = [p.type for p in place.module.ports if p.name == signal]
        found += [s.type for s in place.module.signals if s.name == signal]
        return [text.partition(".")[0].partition("[")[0].strip() for text in found]

    def _facts_of(self, definition: Definition) -> Module:
        """The module's facts; those of what the place's file holds now, where it is in there."""
        if definition.path == self.view.file:
            for module in self.view.facts.modules:
                if module.name == definition.name and module.kind.value == definition.kind:
                    return module
        return self.repository.module(definition)

    def _header(self, definition: Definition, distance: int, nearest: bool) -> Wish:
        instances = [i for _, i in self.view.instances if i.module == definition.name]
        of = f", instantiated as {instances[0].name}" if instances else ", named in view"
        why = f"{definition.kind} {definition.name}{of}"
        lines = definition_lines(self.texts, definition.path, self._facts_of(definition))
        need = 1 if nearest else 3
        kind = PartKind.HEADER
        return wish(need, distance, kind, definition.name, definition.path, lines, why, True)

    def _enclosing(self) -> Iterator[Wish]:
        place = self.view.place
        if place is None:
            return
        lines = definition_lines(self.texts, place.path, place.module)
        why = f"the interface of {place.module.name}, which the place is in"
        kind = PartKind.ENCLOSING
        yield wish(2, 0, kind, place.module.name, place.path, lines, why, True)

    def _meanings(self, headers: list[Definition]) -> Iterator[Wish]:
        """Types, parameters, functions and macros that the view and the headers use."""
        view, book = self.view, self.dictionary
        module = view.place.module if view.place is not None else None
        distances = {(n.package, n.name): n.distance for n in view.names}
        for signal in view.signals:
            for word in self._type_words(signal.name):
                package, _, name = word.rpartition("::")
                distances.setdefault((package, name), signal.distance)
        for found in book.meanings(list(distances), module, view.facts):
            asked = ((found.owner, found.asked), ("", found.asked))
            distance = min((distances[key] for key in asked if key in distances), default=99)
            why = f"{found.kind} {found.name} of {found.owner}"
            place = (found.name, found.file, found.lines, why)
            yield wish(2, 1 + distance + found.depth, PartKind.DEFINITION, *place)
        for found in book.macros([n.name for n in view.macros], view.facts):
            place = (found.name, found.file, found.lines, f"macro {found.name}")
            yield wish(2, 1, PartKind.DEFINITION, *place)
        for definition in headers:
            yield from used_by_header(book, definition, self._facts_of(definition), 3)

    # examples

    def _uses(self, headers: list[Definition]) -> Iterator[Wish]:
        """How others instantiate the modules that are instantiated here."""
        for order, definition in enumerate(headers):
            uses = islice(self.repository.uses(definition.name, definition), _LOOKED_AT)
            fitting = (use for use in uses if self._elsewhere(use.path))
            for use in islice(fitting, _MOST_USES):
                yield example_of(use, definition, 3, order)

    def _similar(self) -> Iterator[Wish]:
        view = self.view
        text = self.texts.plain(view.file, view.around)
        found = self.similar(self.repository, text, view.file, self._elsewhere, _MOST_SIMILAR)
        for order, block in enumerate(found):
            lines = range(block.range.line, block.range.end_line + 1)
            why = f"{block.kind} of {block.module} that resembles the place"
            place = (block.module, block.file, lines, why)
            yield wish(7, order, PartKind.SIMILAR, *place)

    def _elsewhere(self, path: str) -> bool:
        return self.wanted(path) and path != self.view.file


def used_by_header(
    book: Dictionary, definition: Definition, module: Module, need: int
) -> Iterator[Wish]:
    """Types and parameters of packages and files that a module's header is written with."""
    facts = book.repository.facts(definition.path)
    if facts is None:
        return
    for found in book.meanings(header_names(module), module, facts):
        if found.file != definition.path or found.owner != definition.name:
            why = f"{found.kind} {found.name} of {found.owner}, which {definition.name} uses"
            told = (PartKind.DEFINITION, found.name, found.file, found.lines, why)
            yield wish(need, 50 + found.depth, *told)


def example_of(use: Use, definition: Definition, need: int, order: int) -> Wish:
    """How an instance of a module is written."""
    at = use.instance.range
    why = f"how {use.parent.name} uses {definition.name}"
    lines = range(at.line, at.end_line + 1)
    return wish(need, 60 + order, PartKind.USE, definition.name, use.path, lines, why)


def header_names(module: Module) -> list[tuple[str, str]]:
    """The (package, name) pairs that a module's ports and parameters are declared with."""
    texts = [port.type for port in module.ports]
    texts += [f"{p.type} {p.value}" for p in module.parameters if p.keyword != "localparam"]
    return words_of("\n".join(texts))
