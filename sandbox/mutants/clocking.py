"""Mistakes in clocks, resets and sensitivity lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gatewright.sandbox.mutants.edit import Edit, Operator
from gatewright.sandbox.mutants.scene import (
    Scene,
    below,
    enclosing,
    is_node,
    is_reset_name,
    kind,
)

_OTHER_EDGE = {"posedge": "negedge", "negedge": "posedge"}
_BLOCKS = ("AlwaysBlock", "AlwaysFFBlock")


@dataclass(frozen=True, slots=True)
class Guard:
    """The `if` that a clocked block begins with: the signal it asks for, and for which level."""

    statement: Any
    condition: Any
    signal: str
    high: bool


@dataclass(frozen=True, slots=True)
class Timing:
    """An always block's event control; `events` in order, with the edge each waits for."""

    control: Any
    events: tuple[tuple[Any, str, str], ...]  # node, edge ('' = any change), signal
    guard: Guard | None

    @property
    def clocked(self) -> bool:
        """It waits for an edge."""
        return any(edge for _, edge, _ in self.events)

    @property
    def resets(self) -> tuple[tuple[Any, str, str], ...]:
        """The events of an asynchronous reset: edges that the first `if` asks about."""
        guarded = self.guard.signal if self.guard else ""
        several = len(self.events) > 1
        return tuple(e for e in self.events if several and e[1] and e[2] == guarded)


def timing_of(block: Any) -> Timing | None:
    """The timing of an always block; None for what waits for nothing or for `*`."""
    statement = block.statement
    if kind(statement) != "TimingControlStatement":
        return None
    control = statement.timingControl
    if kind(control) not in ("EventControlWithExpression", "EventControl"):
        return None
    events = []
    for node in below(control):
        if kind(node) == "SignalEventExpression":
            edge = node.edge.valueText if node.edge is not None else ""
            events.append((node, edge, str(node.expr).strip()))
    return Timing(control, tuple(events), _guard(statement.statement))


def _guard(statement: Any) -> Guard | None:
    """The first `if` of a block, where it asks for one signal's level."""
    while kind(statement) == "SequentialBlockStatement":
        inside = [item for item in statement.items if is_node(item)]
        if not inside:
            return None
        statement = inside[0]
    if kind(statement) != "ConditionalStatement":
        return None
    condition = statement.predicate
    text = "".join(str(condition).split())
    while text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    high = not text.startswith(("!", "~"))
    signal = text.lstrip("!~").strip("()")
    for suffix, level in (("==1'b0", False), ("==1'b1", True), ("==0", False), ("==1", True)):
        if signal.endswith(suffix):
            signal, high = signal.removesuffix(suffix), high == level
            break
    if not signal.replace("_", "").replace("$", "").isalnum():
        return None
    return Guard(statement, condition, signal, high)


def in_reset_branch(node: Any) -> bool:
    """The node is in what a clocked block does while its reset holds."""
    block = enclosing(node, *_BLOCKS)
    timing = timing_of(block) if block is not None else None
    if timing is None or timing.guard is None or not timing.clocked:
        return False
    if not timing.resets and not is_reset_name(timing.guard.signal):
        return False
    branch = timing.guard.statement.statement
    while node is not None and node != block:
        if node == branch:
            return True
        node = node.parent
    return False


def in_clocking(node: Any, scene: Scene) -> Iterator[Edit]:
    """The mistakes in an always block's timing. Raises Elsewhere where a macro wrote it."""
    if kind(node) not in _BLOCKS:
        return
    timing = timing_of(node)
    if timing is None:
        yield from _implicit(node, scene)
    elif timing.clocked:
        yield from _edges(timing, scene)
        yield from _resets(timing, scene)
    else:
        yield from _list(timing, scene)


def _edges(timing: Timing, scene: Scene) -> Iterator[Edit]:
    """The clock's other edge, and both of them."""
    for event, edge, _ in timing.events:
        if edge not in _OTHER_EDGE or (event, edge, _) in timing.resets:
            continue
        start, end = scene.span(event.edge)
        yield Edit(Operator.CLOCK_EDGE, start, end, _OTHER_EDGE[edge])
        if len(timing.events) == 1:
            yield Edit(Operator.CLOCK_EDGE, start, end, "")


def _resets(timing: Timing, scene: Scene) -> Iterator[Edit]:
    """The reset's other level; asynchronous for synchronous, and the other way."""
    guard = timing.guard
    if guard is None or not (timing.resets or is_reset_name(guard.signal)):
        return
    start, end = scene.span(guard.condition)
    other = f"!({scene.cut(start, end)})"
    yield Edit(Operator.RESET_POLARITY, start, end, other)
    first, last = scene.span(timing.events[0][0]), scene.span(timing.events[-1][0])
    if timing.resets:
        event, edge, _ = timing.resets[0]
        begin, stop = scene.span(event.edge)
        both = _OTHER_EDGE.get(edge, edge) + scene.cut(stop, start) + other
        yield Edit(Operator.RESET_POLARITY, begin, end, both)
        kept = [scene.of(e[0]) for e in timing.events if e not in timing.resets]
        if kept:
            yield Edit(Operator.RESET_KIND, first[0], last[1], " or ".join(kept))
    elif len(timing.events) == 1:
        level = "posedge" if guard.high else "negedge"
        yield Edit(Operator.RESET_KIND, last[1], last[1], f" or {level} {guard.signal}")


def _list(timing: Timing, scene: Scene) -> Iterator[Edit]:
    """One signal is left out of a sensitivity list."""
    texts = [scene.of(event) for event, _, _ in timing.events]
    if len(texts) < 2:
        return
    start = scene.span(timing.events[0][0])[0]
    end = scene.span(timing.events[-1][0])[1]
    for left_out in range(len(texts)):
        after = " or ".join(t for number, t in enumerate(texts) if number != left_out)
        yield Edit(Operator.SENSITIVITY, start, end, after)


def _implicit(block: Any, scene: Scene) -> Iterator[Edit]:
    """`@*` is written out, with nothing but the first signal that is read."""
    statement = block.statement
    if kind(statement) != "TimingControlStatement":
        return
    if kind(statement.timingControl) != "ImplicitEventControl":
        return
    read = list(dict.fromkeys(_read(statement.statement, scene)))
    if len(read) > 1:
        start, end = scene.span(statement.timingControl)
        yield Edit(Operator.SENSITIVITY, start, end, f"@({read[0]})")


def _read(statement: Any, scene: Scene) -> Iterator[str]:
    """The names that a combinational block reads and does not write."""
    written, names = set[str](), list[str]()
    for node in below(statement):
        if kind(node) == "AssignmentExpression":
            target = node.left
            if kind(target) in ("IdentifierName", "IdentifierSelectName"):
                written.add(target.identifier.valueText)
        elif kind(node) in ("IdentifierName", "IdentifierSelectName"):
            names.append(node.identifier.valueText)
    return (name for name in names if name not in written and name in scene.bounds)
