"""Titles: a heading that labels the text, or calls the design by what it is seen to compute."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gatewright.agents.symbolic.expression import evaluate, signals_of
from gatewright.agents.symbolic.ir import (
    Constant,
    Equations,
    Expression,
    Not,
    Op,
    Signal,
    Table,
    Value,
)
from gatewright.agents.symbolic.structure import Structure

_MAX_INPUTS = 8
_COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight")
_COUNT = rf"(?:\d|{'|'.join(_COUNTS)})"
_LABEL = (
    r"(?:title|task|problem|exercise|question|example|specification|spec|description|overview"
    r"|summary|requirements?|functionality|behaviou?r|functional description|design|implementation"
    r"|interface|inputs and outputs|i/o|logic|details)"
    r"(?: (?:statement|description|specification|list))?(?: #?\d{1,3})?"
)
_LABELLED = re.compile(_LABEL, re.IGNORECASE)
_BEFORE = re.compile(rf"(?:(?:my |the |this )?{_LABEL}|module|name): ", re.IGNORECASE)
_TITLE = re.compile(
    r"(?:an? |the )?(?:simple |basic )?(?:(?P<width>\d+)-bit )?(?:bitwise )?"
    rf"(?:(?P<count>{_COUNT})-input )?(?P<kind>[a-z][a-z -]*?)"
    r"(?: (?:gate|function|circuit|module|design|operation|voter))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Column:
    """An output over all input combinations: bit k is its value for combination k, if known."""

    ones: int
    known: int

    def is_(self, function: Callable[[int], bool], count: int) -> bool:
        """The output is that function of the number of ones among the inputs."""
        return all(
            not self.known >> key & 1 or bool(self.ones >> key & 1) == function(key.bit_count())
            for key in range(1 << count)
        )


@dataclass(frozen=True, slots=True)
class _Computed:
    """What a combinational structure computes, bit by bit; `width` where all ports share one."""

    inputs: int
    columns: tuple[_Column, ...]
    width: int


def _gates(count: int) -> Mapping[str, tuple[Callable[[int], bool], ...]]:
    """By name, the functions of the number of ones that its outputs are, in any order."""
    named: dict[str, tuple[Callable[[int], bool], ...]] = {}
    if count == 1:
        named = {"inverter": (lambda n: n == 0,), "not": (lambda n: n == 0,)}
        named["buffer"] = (lambda n: n == 1,)
    if count >= 2:
        named = {"and": (lambda n: n == count,), "or": (lambda n: n > 0,)}
        named |= {"nand": (lambda n: n < count,), "nor": (lambda n: n == 0,)}
        named["xor"] = (lambda n: n % 2 == 1,)
    if count == 2:
        named["xnor"] = (lambda n: n != 1,)
        named["half adder"] = (lambda n: n == 1, lambda n: n == 2)
    if count == 3:
        named["full adder"] = (lambda n: n % 2 == 1, lambda n: n >= 2)
        named["majority"] = (lambda n: n >= 2,)
    return named


def is_title(clause: str, structure: Structure) -> bool:
    """The clause is a label (`Problem 3`), or a name (`XOR gate`) that the structure bears out.

    A name that is not one of those known here, or not borne out, is no title.
    """
    if _LABELLED.fullmatch(clause):
        return True
    match = _TITLE.fullmatch(_BEFORE.sub("", clause, count=1))
    computed = _computed(structure) if match else None
    if match is None or computed is None:
        return False
    if match["count"] and _number(match["count"]) != computed.inputs:
        return False
    if match["width"] and int(match["width"]) != computed.width:
        return False
    functions = list(_gates(computed.inputs).get(match["kind"].lower(), ()))
    if len(functions) != len(computed.columns):
        return False
    orders = (computed.columns, computed.columns[::-1])
    return any(
        all(c.is_(f, computed.inputs) for c, f in zip(order, functions, strict=True))
        for order in orders
    )


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _COUNTS.index(word.lower())


def _computed(structure: Structure) -> _Computed | None:
    if isinstance(structure, Equations):
        return _from_equations(structure)
    if isinstance(structure, Table) and structure.trigger is None:
        return _from_table(structure)
    return None


def _from_equations(equations: Equations) -> _Computed | None:
    rights = [assignment.expression for assignment in equations.assignments]
    signals = sorted({s for right in rights for s in signals_of(right)}, key=str)
    if len(signals) > _MAX_INPUTS or any(map(_holds_constant, rights)):
        return None
    rows = 1 << len(signals)
    # The column of input i over all combinations; bitwise operators then compute all rows at once.
    columns: dict[Signal, int] = {
        signal: sum(1 << key for key in range(rows) if key >> at & 1)
        for at, signal in enumerate(signals)
    }
    everything = (1 << rows) - 1
    found = [_Column(evaluate(right, columns, rows), everything) for right in rights]
    widths = {signal.width for signal in signals}
    return _Computed(len(signals), tuple(found), widths.pop() if len(widths) == 1 else 0)


def _holds_constant(expression: Expression) -> bool:
    if isinstance(expression, Not):
        return _holds_constant(expression.operand)
    if isinstance(expression, Op):
        return any(map(_holds_constant, expression.operands))
    return isinstance(expression, Constant)


def _from_table(table: Table) -> _Computed | None:
    signals = (*table.inputs, *table.outputs)
    count = len(table.inputs)
    if any(s.width != 1 for s in signals) or count > _MAX_INPUTS or len(table.rows) != 1 << count:
        return None
    columns: list[_Column] = []
    for at in range(len(table.outputs)):
        ones = known = 0
        for row in table.rows:
            cell = row.cells[at]
            if not isinstance(cell, Value):
                return None
            ones |= (cell.bits & 1) << row.key
            known |= (cell.known & 1) << row.key
        columns.append(_Column(ones, known))
    return _Computed(count, tuple(columns), 1)
