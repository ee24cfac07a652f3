"""Reads processes, assignments and functions: what they drive and read, and when."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from pyslang.ast import VisitAction
from pyslang.syntax import SyntaxKind

from gatewright.retrieval.facts.kinds import (
    EXPRESSION_STATEMENT,
    IDENTIFIER_NAME,
    SEQUENTIAL_BLOCK_STATEMENT,
    TIMING_CONTROL_STATEMENT,
)
from gatewright.retrieval.facts.names import SKIP, Handler, Names, by_value, nodes
from gatewright.retrieval.facts.places import Places
from gatewright.retrieval.facts.simple import assignment_in
from gatewright.retrieval.facts.types import (
    Assignment,
    Block,
    BlockKind,
    Condition,
    Event,
    Range,
)

_MOST_EVENTS = 16
_LONGEST_TEXT = 200  # characters kept of a condition or a left-hand side
_AROUND = re.compile(r"\A\(+\s*([^()]*?)\s*\)+\Z")  # what macros write around all they are given
_RESET = re.compile(r"(?i)rst|reset|clear|clr")
_ASSIGNMENTS = tuple(
    kind for name, kind in SyntaxKind.__members__.items() if name.endswith("AssignmentExpression")
)
_PLAIN = frozenset((SyntaxKind.AssignmentExpression, SyntaxKind.NonblockingAssignmentExpression))
_INCREMENTS = (
    SyntaxKind.PostincrementExpression,
    SyntaxKind.PostdecrementExpression,
    SyntaxKind.UnaryPreincrementExpression,
    SyntaxKind.UnaryPredecrementExpression,
)
_REST = range(2, 1000)
_OUTPUTS = {  # the arguments that system tasks write, counted from 0
    "$readmemh": range(1, 2),
    "$readmemb": range(1, 2),
    "$sformat": range(1),
    "$swrite": range(1),
    "$fgets": range(1),
    "$fread": range(1),
    "$cast": range(1),
    "$value$plusargs": range(1, 2),
    "$sscanf": _REST,
    "$fscanf": _REST,
    "$from_myhdl": range(1000),
}
_QUEUE_METHODS = frozenset(("push_back", "push_front", "pop_back", "pop_front"))


class Surroundings(NamedTuple):
    """Where in a module a block stands: its generate blocks, what they depend on."""

    scope: str
    guard: str


class BlockReader(Names):
    """Reads one block after another; each `read` starts afresh."""

    def __init__(self, places: Places) -> None:
        super().__init__()
        self._places = places
        self._conditions: list[Condition] = []
        self._assignments: list[Assignment] = []
        self._locals: set[str] = set()
        self._around = -1
        self._function = ""
        self.table[SyntaxKind.InvocationExpression] = self._invoke
        self._statements: dict[SyntaxKind, Handler] = {
            **self.table,
            SyntaxKind.ConditionalStatement: self._if,
            SyntaxKind.CaseStatement: self._case,
            SyntaxKind.DataDeclaration: self._declare,
            SyntaxKind.ForVariableDeclaration: self._loop_variable,
            SyntaxKind.ForeachLoopList: self._foreach,
            SyntaxKind.PortDeclaration: self._declare,
            SyntaxKind.FunctionPort: self._argument,
            SyntaxKind.ReturnStatement: self._return,
            **dict.fromkeys(_ASSIGNMENTS, self._assign),
            **dict.fromkeys(_INCREMENTS, self._increment),
        }
        self._handlers = by_value(self._statements)

    def close(self) -> None:
        """Forget the handlers, which refer to this reader."""
        super().close()
        self._statements.clear()
        self._handlers.clear()

    def block(
        self,
        kind: BlockKind,
        node: Any,
        place: Range,
        around: Surroundings,
        doc: str,
        name: str = "",
    ) -> Block:
        """The facts of a process, an assignment or an assertion."""
        events: tuple[Event, ...] = ()
        statement = getattr(node, "statement", None)
        if statement is not None and statement.kind is TIMING_CONTROL_STATEMENT:
            events = self._events(statement.timingControl)
            statement = statement.statement
        if statement is not None and statement.kind is SEQUENTIAL_BLOCK_STATEMENT:
            label = statement.blockName
            name = name or (label.name.valueText if label is not None else "")
        for part in nodes((node.block,) if kind is BlockKind.CONSTRAINT else node):
            self._statement(part)
        return self._finish(kind, name, events, place, around, doc)

    def function(
        self, kind: BlockKind, node: Any, place: Range, around: Surroundings, doc: str, name: str
    ) -> Block:
        """The facts of a function or task; its arguments and its own name are its locals."""
        self._function = name.rpartition("::")[2]
        self._locals.add(self._function)
        if node.prototype.portList is not None:
            node.prototype.portList.visit(lookup_table=self._statements)
        for item in nodes(node.items):
            self._statement(item)
        self._function = ""
        return self._finish(kind, name, (), place, around, doc)

    def initial_value(
        self, kind: BlockKind, name: str, value: Any, place: Range, around: Surroundings
    ) -> Block:
        """The facts of `wire name = value`."""
        loads = self.read(value)
        self._assignments.append(Assignment((name,), name, loads, -1, place))
        return self._finish(kind, "", (), place, around, "")

    def gate(
        self, ends: list[Any], outputs: int, name: str, place: Range, around: Surroundings
    ) -> Block:
        """The facts of a built-in gate, whose first ends are its outputs."""
        written = [(self.targets(end), self._places.text(end)) for end in ends[:outputs]]
        loads = [name for end in ends[outputs:] for name in self.read(end)]
        for targets, text in written:
            self._assignments.append(Assignment(targets, text, tuple(loads), -1, place))
        return self._finish(BlockKind.GATE, name, (), place, around, "")

    def _finish(
        self,
        kind: BlockKind,
        name: str,
        events: tuple[Event, ...],
        place: Range,
        around: Surroundings,
        doc: str,
    ) -> Block:
        drives = {target for found in self._assignments for target in found.targets}
        own = self._locals
        self.loads.discard("")
        clock, reset = _clocking(events, self._conditions)
        block = Block(
            kind,
            name,
            tuple(sorted(drives - own)),
            tuple(sorted(self.loads - own)),
            tuple(sorted(own)),
            tuple(sorted(self.calls)),
            clock,
            reset,
            events,
            tuple(self._conditions),
            tuple(self._assignments),
            around.scope,
            around.guard,
            doc,
            place,
        )
        self.loads, self.calls, self._locals = set(), set(), set()
        self._conditions, self._assignments, self._around = [], [], -1
        return block

    def _events(self, timing: Any) -> tuple[Event, ...]:
        found: list[Event] = []

        def event(node: Any) -> VisitAction:
            signal = _AROUND.sub(r"\1", self._text(node.expr))
            found.append(Event(node.edge.valueText if node.edge else "", signal))
            return SKIP

        timing.visit(lookup_table={SyntaxKind.SignalEventExpression: event})
        return tuple(found[:_MOST_EVENTS])

    def _text(self, node: Any) -> str:
        return self._places.text(node)[:_LONGEST_TEXT]

    # statements

    def _statement(self, node: Any) -> None:
        """Read a statement; the frequent kinds without a visitor, whose start costs much."""
        kind = node.kind
        handler = self._handlers.get(kind._value_)
        if handler is not None:
            if handler(node) is not SKIP:
                node.visit(lookup_table=self.table)
        elif kind is EXPRESSION_STATEMENT:
            self._statement(node.expr)
        elif kind is SEQUENTIAL_BLOCK_STATEMENT:
            for item in nodes(node.items):
                self._statement(item)
        elif kind is TIMING_CONTROL_STATEMENT:
            self.expression(node.timingControl)
            self._statement(node.statement)
        else:
            node.visit(lookup_table=self._statements)

    def _assign(self, node: Any) -> VisitAction:
        start, end = self._places.span(node)
        written = self._places.written(start, end)
        simple = assignment_in(written) if written is not None else None
        if simple is None:
            return self._assign_nodes(node)
        self.loads |= simple.loads
        loads, text = tuple(sorted(simple.loads)), simple.target[:_LONGEST_TEXT]
        place = self._places.between(start, end)
        self._assignments.append(Assignment((simple.name,), text, loads, self._around, place))
        return SKIP

    def _assign_nodes(self, node: Any) -> VisitAction:
        outer, self.loads = self.loads, set()
        targets = self.targets(node.left)
        self.expression(node.right)
        if node.kind not in _PLAIN:  # such as += : reads what it writes
            self.loads.update(targets)
        self._record(targets, self._text(node.left), outer, node)
        return SKIP

    def _increment(self, node: Any) -> VisitAction:
        outer, self.loads = self.loads, set()
        targets = self.targets(node.operand)
        self.loads.update(targets)
        self._record(targets, self._text(node.operand), outer, node)
        return SKIP

    def _record(self, targets: tuple[str, ...], text: str, outer: set[str], node: Any) -> None:
        """Keep an assignment whose reads are `loads`, and add them to those outside it."""
        self.loads.discard("")
        loads = tuple(sorted(self.loads))
        place = self._places.range(node)
        if targets:
            self._assignments.append(Assignment(targets, text, loads, self._around, place))
        outer |= self.loads
        self.loads = outer

    def _return(self, node: Any) -> VisitAction | None:
        if not self._function or node.returnValue is None:
            return None
        outer, self.loads = self.loads, set()
        self.expression(node.returnValue)
        self._record((self._function,), self._function, outer, node)
        return SKIP

    def _under(self, text: str, loads: tuple[str, ...], node: Any, inside: Any) -> None:
        """Visit what runs under a condition."""
        outer = self._around
        line = self._places.line(node.sourceRange.start)
        self._conditions.append(Condition(text[:_LONGEST_TEXT], loads, outer, line))
        self._around = len(self._conditions) - 1
        self._statement(inside)
        self._around = outer

    def _if(self, node: Any) -> VisitAction:
        loads = self.read(node.predicate)
        text = self._text(node.predicate)
        self._under(text, loads, node, node.statement)
        if node.elseClause is not None:
            self._under(f"!({text})", loads, node.elseClause, node.elseClause.clause)
        return SKIP

    def _case(self, node: Any) -> VisitAction:
        loads, text = self.read(node.expr), self._text(node.expr)
        for item in nodes(node.items):
            labels = tuple(nodes(getattr(item, "expressions", ())))
            reads = {name for label in labels for name in self.read(label)}
            wanted = ", ".join(self._text(label) for label in labels) or "default"
            clause = getattr(item, "clause", None) or getattr(item, "statement", None)
            if clause is not None:
                self._under(f"{text} == {wanted}", tuple(sorted(reads.union(loads))), item, clause)
        return SKIP

    def _declare(self, node: Any) -> VisitAction:
        for declarator in nodes(node.declarators):
            self._local(declarator)
        return SKIP

    def _loop_variable(self, node: Any) -> VisitAction:
        self._local(node.declarator)
        return SKIP

    def _argument(self, node: Any) -> VisitAction:
        self._locals.add(node.declarator.name.valueText)
        return SKIP

    def _foreach(self, node: Any) -> VisitAction:
        for variable in nodes(node.loopVariables):
            if variable.kind is IDENTIFIER_NAME:
                self._locals.add(variable.identifier.valueText)
        self.expression(node.arrayName)
        return SKIP

    def _local(self, declarator: Any) -> None:
        name = declarator.name.valueText
        self._locals.add(name)
        if declarator.initializer is not None:
            outer, self.loads = self.loads, set()
            self.expression(declarator.initializer)
            self._record((name,), name, outer, declarator)

    def _invoke(self, node: Any) -> VisitAction:
        called = str(node.left).strip()
        if called.rpartition(".")[2] in _QUEUE_METHODS:
            self._change(node)
            return SKIP
        outputs = _OUTPUTS.get(called)
        if outputs is None or node.arguments is None:
            return self._call(node)
        self.calls.add(called)
        for position, argument in enumerate(nodes(node.arguments.parameters)):
            written = getattr(argument, "expr", None) if position in outputs else None
            if written is None:
                self.read(argument)
                continue
            outer, self.loads = self.loads, set()
            self._record(self.targets(written), self._text(argument), outer, node)
        return SKIP

    def _change(self, node: Any) -> None:
        """`queue.push_back(a)`: the queue is written, and read since the rest of it stays."""
        outer, self.loads = self.loads, set()
        self._call(node)
        queue = getattr(node.left, "left", None)
        targets = self.targets(queue) if queue is not None else ()
        self._record(targets, self._text(node.left), outer, node)


def _clocking(events: tuple[Event, ...], conditions: list[Condition]) -> tuple[str, str]:
    """The clock and the reset of a process, as far as its edges and its first `if` tell."""
    edged = [event.signal for event in events if event.edge]
    if not edged:
        return "", ""
    first = conditions[0].loads if conditions else ()
    asynchronous = [signal for signal in edged if _base(signal) in first] if len(edged) > 1 else []
    clock = next((signal for signal in edged if signal not in asynchronous), edged[0])
    named = [name for name in first if _RESET.search(name)]
    return clock, next(iter(asynchronous or named), "")


def _base(signal: str) -> str:
    return re.split(r"[\[.]", signal, maxsplit=1)[0].strip()
