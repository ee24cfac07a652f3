"""A text with other branches of its generate blocks chosen than its parameters choose.

One elaboration sees one branch of every `if` and `case` outside of processes. Here their conditions
are written anew, line by line in place, so that each branch is chosen in one of a few texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pyslang.ast import VisitAction
from pyslang.syntax import SyntaxKind, SyntaxNode


@dataclass(frozen=True)
class Edit:
    """Bytes `start` up to, not with, `end`, and what comes there."""

    start: int
    end: int
    text: bytes


@dataclass
class Branch:
    """What is to be written for a branch to be chosen, and the choices inside it."""

    edits: list[Edit]
    choices: list[Choice] = field(default_factory=list)
    seen: bool = False

    def covered(self) -> bool:
        return self.seen and all(choice.covered() for choice in self.choices)

    def take(self) -> Iterator[Edit]:
        """Choose this branch and, inside it, what was not chosen before."""
        self.seen = True
        yield from self.edits
        for choice in self.choices:
            yield from choice.take()


@dataclass
class Choice:
    """An `if` or a `case` that decides on what is generated."""

    branches: list[Branch]

    def covered(self) -> bool:
        return all(branch.covered() for branch in self.branches)

    def take(self) -> Iterator[Edit]:
        fresh = (branch for branch in self.branches if not branch.covered())
        yield from next(fresh, self.branches[0]).take()


def forced(root: Any, buffer: Any, data: bytes, manager: Any, number: int) -> bytes | None:
    """The text for the choices of that number, from 0; None where all were made before."""
    whole = Branch([])
    _collect(root, whole, buffer, manager)
    for _ in range(number):
        list(whole.take())
    if number and whole.covered():
        return None
    parts: list[bytes] = []
    at = 0
    for edit in sorted(whole.take(), key=lambda edit: edit.start):
        lines = data.count(b"\n", edit.start, edit.end)
        parts += (data[at : edit.start], edit.text, b"\n" * lines)
        at = edit.end
    return b"".join((*parts, data[at:]))


def _collect(node: Any, branch: Branch, buffer: Any, manager: Any) -> None:
    """Every choice under a node that no other one is around."""

    def within(part: Any, edits: list[Edit]) -> Branch:
        found = Branch(edits)
        if part is not None:
            _collect(part, found, buffer, manager)
        return found

    def edit(start: Any, end: Any, text: bytes) -> Edit:
        return Edit(start.offset, end.offset, text)

    def written(locations: list[Any]) -> bool:
        return all(not manager.isMacroLoc(at) and at.buffer == buffer for at in locations)

    def condition(node: Any, text: bytes) -> Edit:
        return edit(node.condition.sourceRange.start, node.closeParen.location, text)

    def chosen(node: Any) -> Any:
        ends = [node.condition.sourceRange.start, node.closeParen.location]
        if not written(ends):
            return None
        other = node.elseClause.clause if node.elseClause is not None else None
        branch.choices.append(
            Choice(
                [
                    within(node.block, [condition(node, b"1")]),
                    within(other, [condition(node, b"0")]),
                ]
            )
        )
        return VisitAction.Skip

    def case(node: Any) -> Any:
        items = [item for item in node.items if isinstance(item, SyntaxNode)]
        labels = [
            [label for label in getattr(item, "expressions", ()) if isinstance(label, SyntaxNode)]
            for item in items
        ]
        every = [label for found in labels for label in found]
        ends = [end for label in every for end in (label.sourceRange.start, label.sourceRange.end)]
        if not written([node.condition.sourceRange.start, node.closeParen.location, *ends]):
            return None
        branches = []
        for item, own in zip(items, labels, strict=True):
            edits = [condition(node, b"1")]
            for label in every:
                text = b"1" if any(label is mine for mine in own) else b"0"
                edits.append(edit(label.sourceRange.start, label.sourceRange.end, text))
            branches.append(within(item.clause, edits))
        branch.choices.append(Choice(branches))
        return VisitAction.Skip

    node.visit(
        lookup_table={SyntaxKind.IfGenerate: chosen, SyntaxKind.CaseGenerate: case},
    )
