"""A slice of a design as text: the modules of a cone without the statements that are not in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from gatewright.retrieval.blackboxes import unknown_drivers
from gatewright.retrieval.dataflow import Frame, Walk
from gatewright.retrieval.design import Design
from gatewright.retrieval.facts.types import NOWHERE, Block, BlockKind, Instance, Module, Range
from gatewright.retrieval.places import Place
from gatewright.retrieval.repository import Definition

_DEPTH = 1000
_MOST_STEPS = 20_000
_REMOVABLE = re.compile(
    r"assign|always|initial|final|assert|assume|cover|property|sequence|\w+\s*:"
)
_GOVERNS = re.compile(r"(?:[):]|\belse)\s*\Z")
_DEFINE = re.compile(r"^[ \t]*`define[ \t]+(\w+)(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
_MACRO = re.compile(r"`(\w+)")
_DIRECTIVES = frozenset(
    ("ifdef", "ifndef", "elsif", "else", "endif", "define", "undef", "include", "timescale")
)
_BLANK_LINES = re.compile(r"\n\s*\n(?:\s*\n)+")


class TextSlice(NamedTuple):
    """The text, and the modules and macros that it needs and does not have."""

    text: str
    missing: tuple[str, ...]


class _Kept(NamedTuple):
    """What a walk came through in one module."""

    signals: set[str]
    instances: set[str]


def text_slice(
    design: Design, top: Definition, signals: Sequence[str], text: Callable[[str], str]
) -> TextSlice:
    """What decides the signals of a module: it and those below it, as they are written.

    Left out are processes, assignments and instances that have no part in it; declarations stay.
    `text` gives a file's text.
    """
    walk = Walk(design, _DEPTH, _MOST_STEPS, clocks=True, upwards=False)
    walk.run(Frame(Place(top, design.module(top)), ""), signals)
    kept: dict[Definition, _Kept] = {}
    missing: dict[str, None] = {}
    for visit in walk.visits:
        frame = visit.frame
        here = kept.setdefault(frame.place.definition, _Kept(set(), set()))
        here.signals.add(visit.signal)
        if frame.above is not None and frame.instance is not None:
            above = kept.setdefault(frame.above.place.definition, _Kept(set(), set()))
            above.instances.add(frame.instance.name)
        for instance in unknown_drivers(design, frame.place, visit.signal):
            here.instances.add(instance.name)
            missing[instance.module] = None
    parts = [_text(text(d.path), d.line, d.end_line) for d in packages_of(design, kept)]
    parts += [_cut(design.module(d), kept[d], text(d.path)) for d in kept]
    defined = _definitions(parts, {text(d.path): None for d in kept})
    whole = "\n\n".join((*defined.values(), *parts)) + "\n"
    used = dict.fromkeys(_MACRO.findall(whole))
    macros = (f"`{name}" for name in used if name not in _DIRECTIVES and name not in defined)
    return TextSlice(whole, (*missing, *macros))


def _definitions(parts: Sequence[str], texts: Iterable[str]) -> dict[str, str]:
    """The definitions of the macros in use, from the modules' own files."""
    known = {found[1]: found[0].strip() for text in texts for found in _DEFINE.finditer(text)}
    found: dict[str, str] = {}
    waiting = [name for part in parts for name in _MACRO.findall(part)]
    while waiting:
        name = waiting.pop()
        if name in known and name not in found:
            found[name] = known[name]
            waiting += _MACRO.findall(known[name])
    return {name: known[name] for name in known if name in found}


def packages_of(design: Design, kept: Iterable[Definition]) -> list[Definition]:
    """The packages that modules name, those first that others need."""
    found: dict[Definition, None] = {}

    def visit(definition: Definition) -> None:
        module = design.module(definition)
        names = (*module.packages, *(text.partition("::")[0] for text in module.imports))
        for name in names:
            package = design.definition(name, definition.path)
            if package is not None and package.kind == "package" and package not in found:
                visit(package)
                found.setdefault(package)

    for definition in kept:
        visit(definition)
    return list(found)


def _text(text: str, line: int, end_line: int) -> str:
    return "\n".join(text.split("\n")[line - 1 : end_line])


def _cut(module: Module, kept: _Kept, text: str) -> str:
    """A module's text without what was not kept."""
    offsets = Offsets(text)
    start, end = offsets.span(module.range)
    gone = [b.range for b in module.blocks if not _needed(b, kept) and _removable(b, text, offsets)]
    gone += _instances(module.instances, kept, text, offsets)
    pieces, at = [], start
    for first, last in sorted(offsets.span(place) for place in gone if place != NOWHERE):
        if first >= at:
            # A branch of a generate block may need something to hold: an empty item.
            pieces += [text[at:first], ";" if _alone(text, first) else ""]
            at = last
    whole = "".join((*pieces, text[at:end]))
    lines = (line.rstrip() for line in whole.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines))


def _alone(text: str, first: int) -> bool:
    """Whether what stands there is all that a condition or a label governs."""
    return _GOVERNS.search(text[max(0, first - 200) : first]) is not None


def _needed(block: Block, kept: _Kept) -> bool:
    if block.kind in (BlockKind.FUNCTION, BlockKind.TASK):
        return True
    return any(name in kept.signals for name in block.drives)


def _removable(block: Block, text: str, offsets: Offsets) -> bool:
    """Whether a block stands for itself: the value of a declaration does not."""
    start, _ = offsets.span(block.range)
    return block.range != NOWHERE and bool(_REMOVABLE.match(text, start))


def _instances(
    instances: Sequence[Instance], kept: _Kept, text: str, offsets: Offsets
) -> list[Range]:
    """Instances without a part in it; where several share a statement they stay."""
    found = (i.range for i in instances if i.name not in kept.instances and i.range != NOWHERE)
    return [place for place in found if text[: offsets.span(place)[1]].endswith(";")]


class Offsets:
    """Where lines and columns are in a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    def span(self, place: Range) -> tuple[int, int]:
        """From the first character to after the last."""
        first = self._starts[place.line - 1] + place.column - 1
        return first, self._starts[place.end_line - 1] + place.end_column

    def of(self, place: Range) -> str:
        """What stands there."""
        first, last = self.span(place)
        return self._text[first:last]
