"""Mistakes in constants: one more, one less, nothing, a bit flipped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gatewright.sandbox.mutants.clocking import in_reset_branch
from gatewright.sandbox.mutants.edit import Edit, Operator
from gatewright.sandbox.mutants.scene import Scene, enclosing, kind

_LITERALS = (
    "IntegerLiteralExpression",
    "IntegerVectorExpression",
    "UnbasedUnsizedLiteralExpression",
)
_SIZED = re.compile(r"(\d+)\s*'([sS]?)([bodhBODH])\s*([0-9a-fA-FxXzZ?_]+)")
_BASES = {"b": (2, 1), "o": (8, 3), "h": (16, 4)}
_WIDEST = 4096
_SELECTS = frozenset({"BitSelect", "SimpleRangeSelect", "AscendingRangeSelect"}) | {
    "DescendingRangeSelect"
}


def in_constants(node: Any, scene: Scene) -> Iterator[Edit]:
    """The mistakes at a literal. Raises Elsewhere where a macro wrote it.

    Selects have an operator of their own, and what decides widths is no value.
    """
    if kind(node) not in _LITERALS or kind(node.parent) in _SELECTS:
        return
    parameter = enclosing(node, "ParameterDeclaration")
    if parameter is not None and any(
        getattr(each, "name", None) is not None and each.name.valueText in scene.sizing
        for each in parameter.declarators
    ):
        return
    operator = _operator(node)
    start, end = scene.span(node)
    for after in variants(scene.cut(start, end)):
        yield Edit(operator, start, end, after)


def _operator(node: Any) -> Operator:
    assignment = enclosing(node, "NonblockingAssignmentExpression", "AssignmentExpression")
    if enclosing(node, "InitialBlock") is not None:
        return Operator.INITIAL_VALUE
    declared = enclosing(node, "DataDeclaration") is not None
    if declared and enclosing(node, "ProceduralBlock", "AlwaysBlock", "AlwaysFFBlock") is None:
        return Operator.INITIAL_VALUE
    if assignment is not None and in_reset_branch(assignment):
        return Operator.RESET_VALUE
    return Operator.CONSTANT


def variants(literal: str) -> tuple[str, ...]:
    """What a literal is mistaken for; in its own base and width where it has them."""
    text = literal.strip()
    if text in ("'0", "'1"):
        return ("'1",) if text == "'0" else ("'0",)
    if text.isdecimal():
        value = int(text)
        others = dict.fromkeys((value + 1, value - 1, 0))
        return tuple(str(v) for v in others if v >= 0 and v != value)
    match = _SIZED.fullmatch(text)
    if match is None or not 0 < int(match[1]) <= _WIDEST:
        return ()
    width, sign, base, digits = int(match[1]), match[2], match[3], match[4].replace("_", "")
    head = f"{width}'{sign}{base}"
    if re.search(r"[xXzZ?]", digits):
        return tuple(f"{head}{other}" for other in _one_bit_flipped(digits, base.lower()))
    radix = 10 if base.lower() == "d" else _BASES[base.lower()][0]
    value, modulus = int(digits, radix) % (1 << width), 1 << width
    near = (value + 1, value - 1, 0, value ^ (modulus >> 1))
    values = dict.fromkeys(v % modulus for v in near)
    return tuple(head + _digits(v, width, base.lower()) for v in values if v != value)


def _digits(value: int, width: int, base: str) -> str:
    if base == "d":
        return str(value)
    bits = _BASES[base][1]
    places = -(-width // bits)
    return f"{value:0{places}{'x' if base == 'h' else base}}"


def _one_bit_flipped(digits: str, base: str) -> Iterator[str]:
    """Of a binary pattern with open places, the first and the last bit that is given."""
    if base != "b":
        return
    given = [index for index, digit in enumerate(digits) if digit in "01"]
    for index in dict.fromkeys((given[0], given[-1]) if given else ()):
        yield digits[:index] + ("1" if digits[index] == "0" else "0") + digits[index + 1 :]
