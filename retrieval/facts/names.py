"""Names in expressions: what is read, what is called, what a left-hand side writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyslang.ast import VisitAction
from pyslang.syntax import SyntaxKind, SyntaxNode

from gatewright.retrieval.facts.kinds import (
    ELEMENT_SELECT_EXPRESSION,
    IDENTIFIER_NAME,
    IDENTIFIER_SELECT_NAME,
    MEMBER_ACCESS_EXPRESSION,
    SCOPED_NAME,
    SIMPLE_PROPERTY_EXPR,
    SIMPLE_SEQUENCE_EXPR,
)

Handler = Callable[[Any], VisitAction | None]
SKIP = VisitAction.Skip


def nodes(parts: Any) -> list[Any]:
    """The nodes of a list, without the tokens that stand between them."""
    return [part for part in parts if isinstance(part, SyntaxNode)]


def by_value(table: dict[SyntaxKind, Handler]) -> dict[int, Handler]:
    """A table of handlers by the numbers of their kinds, which are looked up faster."""
    return {kind._value_: handler for kind, handler in table.items()}


class Names:
    """Collects the names of the expressions it visits: `loads` are read, `calls` are called."""

    def __init__(self) -> None:
        self.loads: set[str] = set()
        self.calls: set[str] = set()
        self.table: dict[SyntaxKind, Handler] = {
            SyntaxKind.IdentifierName: self._name,
            SyntaxKind.IdentifierSelectName: self._name,
            SyntaxKind.ScopedName: self._scoped,
            SyntaxKind.InvocationExpression: self._call,
        }

    def close(self) -> None:
        """Forget the handlers, which refer to this reader."""
        self.table.clear()

    def read(self, node: Any) -> tuple[str, ...]:
        """The names read in one expression, sorted; they count as loads as well."""
        outer, self.loads = self.loads, set()
        self.expression(node)
        found, self.loads = self.loads, outer
        found.discard("")
        outer |= found
        return tuple(sorted(found))

    def expression(self, node: Any) -> None:
        """Add the names read in an expression; names and numbers without a visitor: it costs."""
        kind = node.kind
        if kind is IDENTIFIER_NAME:
            self.loads.add(node.identifier.valueText)
        elif kind._value_ not in _NUMBERS:
            node.visit(lookup_table=self.table)

    def targets(self, left: Any) -> tuple[str, ...]:
        """The names a left-hand side writes; what its indices read counts as loads."""
        while left.kind is SIMPLE_PROPERTY_EXPR or left.kind is SIMPLE_SEQUENCE_EXPR:
            left = left.expr  # so is what is connected to a gate wrapped
        found: list[str] = []
        self._write(left, found)
        return tuple(dict.fromkeys(name for name in found if name))

    def _name(self, node: Any) -> None:
        self.loads.add(node.identifier.valueText)

    def _scoped(self, node: Any) -> VisitAction:
        """`a.b`: `a` is read; `this.b`: `b` is; `p::b`: nothing is, `b` is a package's."""
        left, right = node.left, node.right
        if node.separator.valueText != "::":
            if left.kind in _SELF:
                self.expression(right)
                return SKIP
            self.expression(left)
        self._visit(getattr(right, "selectors", ()))
        return SKIP

    def _call(self, node: Any) -> VisitAction:
        called = node.left
        kind = called.kind
        if kind is SCOPED_NAME or kind is MEMBER_ACCESS_EXPRESSION:
            self.expression(called.left)
            self.calls.add(str(called.right if kind is SCOPED_NAME else called.name).strip())
        else:
            self.calls.add(str(called).strip())
        if node.arguments is not None:
            node.arguments.visit(lookup_table=self.table)
        return SKIP

    def _write(self, left: Any, found: list[str]) -> None:
        kind = left.kind
        if kind is IDENTIFIER_NAME:
            found.append(left.identifier.valueText)
        elif kind is IDENTIFIER_SELECT_NAME:
            found.append(left.identifier.valueText)
            self._visit(left.selectors)
        elif kind is SCOPED_NAME:
            inner = left.right if left.left.kind in _SELF else left.left
            self._write(inner, found)
            self._visit(getattr(left.right, "selectors", ()))
        elif kind in _PARTS:
            self._write(left.left, found)
            if kind is ELEMENT_SELECT_EXPRESSION:
                left.select.visit(lookup_table=self.table)
        elif kind in _LISTS:
            for child in nodes(left):
                self._write(child, found)

    def _visit(self, parts: Any) -> None:
        for part in nodes(parts):
            part.visit(lookup_table=self.table)


# By number, as kinds themselves take longer to look up.
_NUMBERS = frozenset(
    kind._value_
    for kind in (
        SyntaxKind.IntegerLiteralExpression,
        SyntaxKind.IntegerVectorExpression,
        SyntaxKind.UnbasedUnsizedLiteralExpression,
        SyntaxKind.StringLiteralExpression,
    )
)
_SELF = frozenset((SyntaxKind.ThisHandle, SyntaxKind.SuperHandle))
_PARTS = frozenset((SyntaxKind.MemberAccessExpression, SyntaxKind.ElementSelectExpression))
_LISTS = frozenset(
    (
        SyntaxKind.ConcatenationExpression,
        SyntaxKind.StreamingConcatenationExpression,
        SyntaxKind.StreamExpression,
        SyntaxKind.ParenthesizedExpression,
        SyntaxKind.AssignmentPatternExpression,
        SyntaxKind.SimpleAssignmentPattern,
    )
)
