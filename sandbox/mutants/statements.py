"""Mistakes in statements: branches, cases, assignments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gatewright.sandbox.mutants.clocking import timing_of
from gatewright.sandbox.mutants.edit import Edit, Operator
from gatewright.sandbox.mutants.scene import Scene, below, enclosing, is_node, kind

_ITEMS = ("StandardCaseItem", "DefaultCaseItem")
_ASSIGNMENTS = ("AssignmentExpression", "NonblockingAssignmentExpression")
_NAMES = ("IdentifierName", "IdentifierSelectName")
_PROCESSES = ("AlwaysBlock", "AlwaysFFBlock")


def in_statements(node: Any, scene: Scene) -> Iterator[Edit]:
    """The mistakes at a statement. Raises Elsewhere where a macro wrote it."""
    name = kind(node)
    if name == "ConditionalStatement":
        yield from _conditional(node, scene)
    elif name == "CaseStatement":
        yield from _case(node, scene)
    elif name == "ExpressionStatement" and kind(node.expr) in _ASSIGNMENTS:
        yield from _assignment(node, scene)
    elif name == "ContinuousAssign":
        start, end = scene.span(node)
        yield Edit(Operator.ASSIGNMENT_REMOVED, start, end, "")


def _conditional(node: Any, scene: Scene) -> Iterator[Edit]:
    """The branches change places, one of them is dropped, or the condition is turned round."""
    start, end = scene.span(node.statement)
    then = scene.cut(start, end)
    if node.elseClause is None:
        first, last = scene.span(node.predicate)
        yield Edit(Operator.CONDITION, first, last, f"!({scene.cut(first, last)})")
        yield Edit(Operator.BRANCH, scene.span(node)[0], end, then)
        return
    clause = scene.span(node.elseClause)
    other = scene.of(node.elseClause.clause)
    swapped = f"begin {other} end else begin {then} end"
    yield Edit(Operator.BRANCH, start, clause[1], swapped)
    yield Edit(Operator.BRANCH, start, end, "begin end")
    # A dangling `if` in the first branch must not catch the `else` of an outer one.
    yield Edit(Operator.BRANCH, start, clause[1], f"begin {then} end")


def _case(node: Any, scene: Scene) -> Iterator[Edit]:
    """An item is left out, or does what the next one does."""
    items = [item for item in node.items if kind(item) in _ITEMS]
    if len(items) < 2:
        return
    for item, following in zip(items, [*items[1:], items[0]], strict=True):
        start, end = scene.span(item)
        yield Edit(Operator.CASE_REMOVED, start, end, "")
        if not (is_node(item.clause) and is_node(following.clause)):
            continue
        begin, stop = scene.span(item.clause)
        other = scene.of(following.clause)
        if other.split() != scene.cut(begin, stop).split():
            yield Edit(Operator.CASE_MERGED, begin, stop, other)


def _assignment(node: Any, scene: Scene) -> Iterator[Edit]:
    """The assignment is left out, or is of the other kind where that can be seen."""
    start, end = scene.span(node)
    yield Edit(Operator.ASSIGNMENT_REMOVED, start, end, "begin end")
    block = enclosing(node, *_PROCESSES)
    if block is None or not _kind_matters(node, block):
        return
    first, last = scene.span(node.expr.operatorToken)
    other = "<=" if scene.cut(first, last) == "=" else "="
    yield Edit(Operator.ASSIGNMENT_KIND, first, last, other)


def _kind_matters(statement: Any, block: Any) -> bool:
    """The block reads the target after the assignment, on a path that leads there.

    A block that adds up on its own target would trigger itself for ever with `<=` and `@*`.
    """
    name = _target(statement.expr)
    timing = timing_of(block)
    clocked = timing is not None and timing.clocked
    seen = False
    for node in below(block.statement):
        if kind(node) not in _NAMES or node.identifier.valueText != name or _is_target(node):
            continue
        if not clocked and _adds_up(node, name):
            return False
        seen = seen or _follows(node, statement)
    return seen


def _target(expression: Any) -> str:
    target = expression.left
    return str(target.identifier.valueText) if kind(target) in _NAMES else ""


def _is_target(node: Any) -> bool:
    return kind(node.parent) in _ASSIGNMENTS and node.parent.left == node


def _adds_up(node: Any, name: str) -> bool:
    around = enclosing(node, *_ASSIGNMENTS)
    return around is not None and _target(around) == name


def _follows(node: Any, statement: Any) -> bool:
    """The node comes after the statement, and not in another branch."""
    if node.sourceRange.start.offset < statement.sourceRange.end.offset:
        return False
    above = [statement]
    while above[-1].parent is not None:
        above.append(above[-1].parent)
    while node not in above:
        node = node.parent
    return kind(node) not in ("ConditionalStatement", "CaseStatement")
