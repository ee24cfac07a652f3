"""Mistakes in expressions: operators, selects, arms, order, sign."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gatewright.sandbox.mutants.edit import Edit, Operator
from gatewright.sandbox.mutants.scene import Scene, enclosing, is_node, kind

_BINARY: dict[str, tuple[Operator, tuple[str, ...]]] = {
    "+": (Operator.ARITHMETIC, ("-",)),
    "-": (Operator.ARITHMETIC, ("+",)),
    "*": (Operator.ARITHMETIC, ("+",)),
    "/": (Operator.ARITHMETIC, ("*",)),
    "%": (Operator.ARITHMETIC, ("/",)),
    "**": (Operator.ARITHMETIC, ("*",)),
    "<": (Operator.RELATIONAL, ("<=", ">")),
    "<=": (Operator.RELATIONAL, ("<", ">=")),
    ">": (Operator.RELATIONAL, (">=", "<")),
    ">=": (Operator.RELATIONAL, (">", "<=")),
    "==": (Operator.RELATIONAL, ("!=",)),
    "!=": (Operator.RELATIONAL, ("==",)),
    "===": (Operator.RELATIONAL, ("!==",)),
    "!==": (Operator.RELATIONAL, ("===",)),
    "&&": (Operator.LOGICAL, ("||",)),
    "||": (Operator.LOGICAL, ("&&",)),
    "&": (Operator.BITWISE, ("|",)),
    "|": (Operator.BITWISE, ("&",)),
    "^": (Operator.BITWISE, ("~^", "|")),
    "~^": (Operator.BITWISE, ("^",)),
    "^~": (Operator.BITWISE, ("^",)),
    "<<": (Operator.SHIFT, (">>",)),
    ">>": (Operator.SHIFT, ("<<",)),
    "<<<": (Operator.SHIFT, (">>>",)),
    ">>>": (Operator.SHIFT, (">>", "<<<")),
    "+=": (Operator.ARITHMETIC, ("-=",)),
    "-=": (Operator.ARITHMETIC, ("+=",)),
    "&=": (Operator.BITWISE, ("|=",)),
    "|=": (Operator.BITWISE, ("&=",)),
    "^=": (Operator.BITWISE, ("|=",)),
    "<<=": (Operator.SHIFT, (">>=",)),
    ">>=": (Operator.SHIFT, ("<<=",)),
}
_REDUCTION = {"&": "|", "|": "&", "^": "~^", "~&": "~|", "~|": "~&", "~^": "^", "^~": "^"}
_STEP = {"++": "--", "--": "++"}
_GATES = {"and": "or", "or": "and", "nand": "nor", "nor": "nand", "xor": "xnor", "xnor": "xor"}
_GATES |= {"buf": "not", "not": "buf"}
_SIGNS = {"$signed": "$unsigned", "$unsigned": "$signed"}
_RANGES = ("SimpleRangeSelect", "AscendingRangeSelect", "DescendingRangeSelect")
_NOT_BINARY = ("AssignmentExpression", "NonblockingAssignmentExpression")


def in_expressions(node: Any, scene: Scene) -> Iterator[Edit]:
    """The mistakes at a node. Raises Elsewhere where a macro wrote it."""
    name = kind(node)
    token = getattr(node, "operatorToken", None)
    if name in _SINGLE:
        yield from _SINGLE[name](node, scene)
    elif name.startswith("Unary") and token is not None:
        yield from _unary(node, scene)
    elif name in ("PreincrementExpression", "PostincrementExpression") or name in (
        "PredecrementExpression",
        "PostdecrementExpression",
    ):
        start, end = scene.span(token)
        yield Edit(Operator.ARITHMETIC, start, end, _STEP[scene.cut(start, end)])
    elif token is not None and name.endswith("Expression") and name not in _NOT_BINARY:
        start, end = scene.span(token)
        operator, others = _BINARY.get(scene.cut(start, end), (Operator.ARITHMETIC, ()))
        for other in others:
            yield Edit(operator, start, end, other)


def _unary(node: Any, scene: Scene) -> Iterator[Edit]:
    """`~a`, `!a` and `-a` lose their sign; a reduction becomes another."""
    start, end = scene.span(node.operatorToken)
    sign = scene.cut(start, end)
    if sign in _REDUCTION:
        yield Edit(Operator.REDUCTION, start, end, _REDUCTION[sign])
    elif sign in ("~", "!", "-"):
        yield Edit(Operator.NEGATION, start, end, "")


def _ternary(node: Any, scene: Scene) -> Iterator[Edit]:
    """The arms change places."""
    left, colon, right = map(scene.span, (node.left, node.colon, node.right))
    between, after = scene.cut(left[1], right[0]), scene.cut(*right)
    if colon[0] >= left[1]:
        swapped = f"{after}{between}({scene.cut(*left)})"
        yield Edit(Operator.TERNARY, left[0], right[1], swapped)


def _concatenation(node: Any, scene: Scene) -> Iterator[Edit]:
    """The parts come in the other order."""
    parts = [scene.span(part) for part in node.expressions if is_node(part)]
    texts = [scene.cut(*part) for part in parts]
    if len(parts) > 1 and texts != texts[::-1]:
        after = ", ".join(reversed(texts))
        yield Edit(Operator.CONCATENATION, parts[0][0], parts[-1][1], after)


def _bit(node: Any, scene: Scene) -> Iterator[Edit]:
    """`a[i]` becomes `a[i+1]` and `a[i-1]`, within the bounds where they are known."""
    start, end = scene.span(node.expr)
    text, bounds = scene.cut(start, end), _bounds(node, scene)
    if not text.isdecimal():
        yield Edit(Operator.SELECT, start, end, f"({text}) + 1")
        return
    for index in (int(text) + 1, int(text) - 1):
        if index >= 0 and (bounds is None or min(bounds) <= index <= max(bounds)):
            yield Edit(Operator.SELECT, start, end, str(index))


def _part(node: Any, scene: Scene) -> Iterator[Edit]:
    """`a[i:j]` moves by one, within the bounds where they are known."""
    (start, middle), (right, end) = scene.span(node.left), scene.span(node.right)
    first, colon, last = scene.cut(start, middle), scene.cut(middle, right), scene.cut(right, end)
    if not first.isdecimal():
        return
    if colon.strip() != ":":  # a[i +: n]: only the base moves
        yield Edit(Operator.SELECT, start, middle, str(int(first) + 1))
        return
    if not last.isdecimal():
        return
    bounds = _bounds(node, scene)
    for step in (1, -1):
        moved = (int(first) + step, int(last) + step)
        if min(moved) >= 0 and (
            bounds is None or (min(bounds) <= min(moved) and max(moved) <= max(bounds))
        ):
            yield Edit(Operator.SELECT, start, end, f"{moved[0]}{colon}{moved[1]}")


def _bounds(node: Any, scene: Scene) -> tuple[int, int] | None:
    """The range of the vector that is selected from, where it is known and this its only select."""
    named = enclosing(node, "IdentifierSelectName")
    if named is None or len(named.selectors) != 1:
        return None
    return scene.bounds.get(named.identifier.valueText)


def _call(node: Any, scene: Scene) -> Iterator[Edit]:
    """`$signed` for `$unsigned`, and the other way."""
    if kind(node.left) == "SystemName":
        start, end = scene.span(node.left)
        other = _SIGNS.get(scene.cut(start, end))
        if other:
            yield Edit(Operator.SIGNEDNESS, start, end, other)


def _gates(node: Any, scene: Scene) -> Iterator[Edit]:
    """One gate for another."""
    start, end = scene.span(node.type)
    other = _GATES.get(scene.cut(start, end))
    if other:
        yield Edit(Operator.GATE, start, end, other)


def _state(node: Any, scene: Scene) -> Iterator[Edit]:
    """On the right of an assignment a state's name becomes the next one, and the one before."""
    name = node.identifier.valueText
    group = scene.groups.get(name)
    if group is None or len(group) < 2 or not _assigned(node):
        return
    start, end = scene.span(node)
    at = list(group).index(name)
    for other in dict.fromkeys((group[(at + 1) % len(group)], group[at - 1])):
        yield Edit(Operator.TRANSITION, start, end, other)


def _assigned(node: Any) -> bool:
    """The name is the value assigned, or an arm of it; not part of a comparison."""
    inner, outer = node, node.parent
    while kind(outer) in ("ConditionalExpression", "ParenthesizedExpression"):
        if kind(outer) == "ConditionalExpression" and inner == outer.predicate:
            return False
        inner, outer = outer, outer.parent
    return kind(outer) in _NOT_BINARY and inner == outer.right


def _signed(node: Any, scene: Scene) -> Iterator[Edit]:
    """A declaration loses its `signed`."""
    token = getattr(node, "signing", None)
    if token is not None and token.valueText == "signed":
        start, end = scene.span(token)
        yield Edit(Operator.SIGNEDNESS, start, end, "")


_SINGLE = {
    "ConditionalExpression": _ternary,
    "ConcatenationExpression": _concatenation,
    "BitSelect": _bit,
    **dict.fromkeys(_RANGES, _part),
    "InvocationExpression": _call,
    "PrimitiveInstantiation": _gates,
    "IdentifierName": _state,
    **dict.fromkeys(("RegType", "LogicType", "BitType", "ImplicitType"), _signed),
}
