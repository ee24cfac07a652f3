"""Names in expressions of a syntax tree: what is read, what is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def names_in(node: Any) -> frozenset[str]:
    """Every identifier in an expression; of a dotted name, its first part and its indices."""
    return frozenset(_names(node))


def _names(node: Any) -> Iterator[str]:
    kind = node.kind.name
    if kind in ("IdentifierName", "IdentifierSelectName"):
        if node.identifier.valueText:
            yield node.identifier.valueText
        for selector in nodes_of(getattr(node, "selectors", ())):
            yield from _names(selector)
    elif kind in ("ScopedName", "MemberAccessExpression"):
        yield from _names(node.left)
    else:
        for child in nodes_of(node):
            yield from _names(child)


def targets_of(left: Any) -> tuple[frozenset[str], frozenset[str]]:
    """The names a left-hand side writes, and the names its indices read."""
    kind = left.kind.name
    if kind in ("IdentifierName", "IdentifierSelectName"):
        indices = frozenset[str]()
        for selector in nodes_of(getattr(left, "selectors", ())):
            indices |= names_in(selector)
        name = left.identifier.valueText
        return frozenset((name,) if name else ()), indices
    if kind in ("ScopedName", "MemberAccessExpression", "ElementSelectExpression"):
        targets, indices = targets_of(left.left)
        right = getattr(left, "right", None) or getattr(left, "select", None)
        return targets, indices | (_indices(right) if right is not None else frozenset())
    targets, indices = frozenset[str](), frozenset[str]()
    for child in nodes_of(left):
        more, inner = targets_of(child)
        targets, indices = targets | more, indices | inner
    return targets, indices


def _indices(node: Any) -> frozenset[str]:
    if not hasattr(node, "kind"):
        return frozenset()
    if node.kind.name == "IdentifierName":
        return frozenset()
    found = frozenset[str]()
    for child in nodes_of(node):
        found |= names_in(child)
    return found


def edges_of(timing: Any) -> int:
    """How many posedge, negedge and edge events a timing control waits for."""
    if timing.kind.name == "SignalEventExpression":
        return int(bool(timing.edge) and bool(timing.edge.valueText))
    return sum(edges_of(child) for child in nodes_of(timing))


def nodes_of(parts: Any) -> Iterator[Any]:
    """The syntax nodes among a node's or list's children (tokens are interleaved with them)."""
    from pyslang.syntax import SyntaxNode

    for part in parts:
        if isinstance(part, SyntaxNode):
            yield part
