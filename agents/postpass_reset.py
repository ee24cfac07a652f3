"""Which clocked registers have a reset: by the names of what they read, or by where it stands.

Errs on the side of finding one: a register taken for reset is merely left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gatewright.retrieval.facts.names import Names, nodes
from gatewright.retrieval.facts.types import Assignment, Block, BlockKind, Module
from gatewright.retrieval.places import bare

_RESET_NAME = re.compile(r"rst|reset|clr|clear|init|preset", re.IGNORECASE)


def reset_registers(module: Any, facts: Module, clocked: set[str]) -> set[str]:
    """Those of the clocked registers that something seems to reset."""
    by_name = {name for name in clocked if _reads_reset(facts, name, clocked)}
    by_place: set[str] = set()
    _clocked_blocks(module, by_place)
    return (by_name | by_place) & clocked


def _reads_reset(facts: Module, register: str, clocked: set[str]) -> bool:
    """Data or control of the register depends on a signal named like a reset.

    Goes back through combinational logic as far as the next registers.
    """
    waiting, seen = [register], {register}
    while waiting:
        signal = waiting.pop()
        for block, given in _drivers(facts, signal):
            waited = {bare(event.signal) for event in block.events}
            for name in (block.reads(given) | waited) - seen:
                if _RESET_NAME.search(name):
                    return True
                seen.add(name)
                if name not in clocked:
                    waiting.append(name)
    return False


def _drivers(facts: Module, signal: str) -> Iterator[tuple[Block, Assignment]]:
    for block in facts.blocks:
        if block.kind is not BlockKind.INITIAL:
            yield from ((block, given) for given in block.assignments if signal in given.targets)


def _clocked_blocks(node: Any, found: set[str]) -> None:
    """Adds what a first `if` on a bare signal sets to a constant, in every clocked block."""
    if node.kind.name == "TimingControlStatement":
        edges = _edges(node.timingControl)
        if edges:
            _first_branches(node.statement, edges > 1, found)
        return
    for child in nodes(node):
        _clocked_blocks(child, found)


def _edges(timing: Any) -> int:
    """How many posedge, negedge and edge events a timing control waits for."""
    if timing.kind.name == "SignalEventExpression":
        return int(bool(timing.edge) and bool(timing.edge.valueText))
    return sum(_edges(child) for child in nodes(timing))


def _first_branches(statement: Any, any_value: bool, found: set[str]) -> None:
    """Descends through blocks and `else if` chains from the top of a clocked block.

    `any_value`: a second edge stands in the sensitivity list, so that the first branch is an
    asynchronous reset or load whatever it assigns.
    """
    kind = statement.kind.name
    if kind == "SequentialBlockStatement":
        for item in nodes(statement.items):
            _first_branches(item, any_value, found)
    elif kind == "ConditionalStatement":
        if any_value or _bare(statement.predicate):
            _constants(statement.statement, any_value, found)
        if statement.elseClause is not None:
            if not any_value and _bare(statement.predicate):
                _constants(statement.elseClause.clause, any_value, found)
            _first_branches(statement.elseClause.clause, False, found)


def _bare(predicate: Any) -> bool:
    """A condition on one signal: `rst`, `!rst_n`, `rst == 1'b0`."""
    return len(Names().read(predicate)) == 1


def _constants(statement: Any, any_value: bool, found: set[str]) -> None:
    """Adds the targets that a branch sets to a constant (or to anything)."""
    if statement.kind.name in ("AssignmentExpression", "NonblockingAssignmentExpression"):
        if any_value or not Names().read(statement.right):
            found |= set(Names().targets(statement.left))
    elif statement.kind.name not in ("ConditionalStatement", "CaseStatement"):
        for child in nodes(statement):
            _constants(child, any_value, found)
