"""The lines over a statement: always, if, case, loops, generate blocks, functions; declarations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyslang
from pyslang.syntax import SyntaxKind, SyntaxTree

from gatewright.retrieval.facts.conditional import variants
from gatewright.retrieval.facts.places import Places

_LONGEST = 4  # lines of one heading
# By what a heading ends with; without any, it is one line.
_KINDS = {
    SyntaxKind.ConditionalStatement: "predicate",
    SyntaxKind.CaseStatement: "expr",
    SyntaxKind.IfGenerate: "condition",
    SyntaxKind.CaseGenerate: "condition",
    SyntaxKind.TimingControlStatement: "timingControl",
    SyntaxKind.ElseClause: "",
    SyntaxKind.StandardCaseItem: "",
    SyntaxKind.DefaultCaseItem: "",
    SyntaxKind.PatternCaseItem: "",
    SyntaxKind.AlwaysBlock: "",
    SyntaxKind.AlwaysFFBlock: "",
    SyntaxKind.AlwaysCombBlock: "",
    SyntaxKind.AlwaysLatchBlock: "",
    SyntaxKind.InitialBlock: "",
    SyntaxKind.ForLoopStatement: "",
    SyntaxKind.LoopStatement: "",
    SyntaxKind.ForeachLoopStatement: "",
    SyntaxKind.LoopGenerate: "",
    SyntaxKind.FunctionDeclaration: "",
    SyntaxKind.TaskDeclaration: "",
    SyntaxKind.HierarchyInstantiation: "",
}


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading's lines, and the last line of what stands under it."""

    line: int
    last: int
    end: int


class Headings:
    """The headings and the declared names of one text."""

    def __init__(self, text: str) -> None:
        found: dict[_Heading, None] = {}
        self._declared: dict[str, list[int]] = {}
        for variant in variants(text.encode("utf-8", "replace")):
            manager = pyslang.SourceManager()
            tree = SyntaxTree.fromText(variant.data.decode(), manager)
            places = Places(variant.data, manager)
            table = {kind: _reader(part, places, found) for kind, part in _KINDS.items()}
            tree.root.visit(lookup_table={**table, SyntaxKind.Declarator: self._declare(places)})
        self._found = sorted(found, key=lambda heading: heading.line)

    def _declare(self, places: Places) -> Callable[[Any], None]:
        def read(node: Any) -> None:
            lines = self._declared.setdefault(node.name.valueText, [])
            lines.append(places.line(node.sourceRange.start))

        return read

    def declared(self, name: str, before: int) -> int:
        """The last line up to line `before` that declares a name; 0 where none does."""
        return max((line for line in self._declared.get(name, ()) if line <= before), default=0)

    def around(self, line: int, end_line: int) -> tuple[int, ...]:
        """The lines of the headings over lines `line` to `end_line`, outermost first."""
        over = (h for h in self._found if h.line <= line and end_line <= h.end)
        lines = (line for h in over for line in range(h.line, h.last + 1))
        return tuple(dict.fromkeys(lines))


def _reader(part: str, places: Places, found: dict[_Heading, None]) -> Callable[[Any], None]:
    def read(node: Any) -> None:
        place = places.range(node)
        ends = getattr(node, part) if part else None
        last = places.range(ends).end_line if ends is not None else place.line
        last = max(place.line, min(last, place.line + _LONGEST - 1))
        found[_Heading(place.line, last, max(place.end_line, last))] = None

    return read
