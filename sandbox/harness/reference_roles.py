"""Tells a design's clocks and resets from how it uses them, then from what they are called."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gatewright.core import DataError, Direction, Interface, Port, Source

if TYPE_CHECKING:
    from pyslang import ast as slang

_CLOCK = re.compile(r"(?:^|_)(?:clk|clock|ck)(?:$|_|\d)|clk$|clock$|^clk", re.IGNORECASE)
_RESET_WORD = r"(?:rst|reset|clr|clear|arst|srst)"
_BETWEEN = r"(?:_(?:sync|async|sys|core))*"
_AFTER = r"(?:_?(?:in|i|h|p|async|sync)|\d)*$"
_LOW = r"_?(?:ni|n|bar|b|low|l|neg)"
_RESET = re.compile(
    rf"^(?:[a-z0-9]+_)*(?:a|s|n|p|h|m|sys|g|glb|por)?_?{_RESET_WORD}{_BETWEEN}(?:{_LOW})?{_AFTER}",
    re.IGNORECASE,
)
_ACTIVE_LOW = re.compile(
    rf"(?:^|_)n_?{_RESET_WORD}|{_RESET_WORD}{_BETWEEN}{_LOW}{_AFTER}", re.IGNORECASE
)
_ZERO = re.compile(r"(?:\d+\s*)?(?:'s?[bodh]?\s*)?0+", re.IGNORECASE)
_ONE = re.compile(r"(?:1\s*)?(?:'s?[bodh]?\s*)?0*1", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reset:
    """A one-bit input that brings the design into a known state."""

    name: str
    active_low: bool = False
    asynchronous: bool = False


@dataclass(frozen=True, slots=True)
class Roles:
    """What the inputs are for; `data` are all that are neither clock nor reset.

    `constant` names the outputs that the design's text makes constant.
    """

    clocks: tuple[str, ...] = ()
    resets: tuple[Reset, ...] = ()
    data: tuple[Port, ...] = ()
    constant: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Uses:
    """What was seen while walking a design; signals by their hierarchical path.

    `resets_low` tells of signals that choose between constants and something else at which level
    they choose the constants; `constants` are nets assigned nothing but a constant; `driven` is all
    that something may drive.
    """

    clocks: set[str] = field(default_factory=set)
    resets_low: dict[str, bool] = field(default_factory=dict)
    constants: set[str] = field(default_factory=set)
    driven: set[str] = field(default_factory=set)
    controls: dict[str, bool] = field(default_factory=dict)
    tested_low: dict[str, bool] = field(default_factory=dict)
    sources: dict[str, list[tuple[str, bool]]] = field(default_factory=lambda: defaultdict(list))


def elaborate(sources: Sequence[Source], top: str) -> tuple[Interface, Roles]:
    """A module's ports, with its parameters' defaults, and the roles of its inputs.

    Raises DataError where the sources do not define the module, or a port is no plain vector.
    """
    instance = _instance(sources, top)
    interface = Interface(top, tuple(map(_port, instance.body.portList)))
    return interface, _roles(_walk(instance), interface)


def _roles(uses: _Uses, interface: Interface) -> Roles:
    top = interface.module
    inputs = {f"{top}.{port.name}": port for port in interface.inputs}
    single = {path: port for path, port in inputs.items() if port.width == 1}
    uses.clocks -= {path for path in uses.controls if _RESET.search(path.rpartition(".")[2])}
    clocks = _clocks(uses, single)
    resets = {
        reset.name: reset
        for path, active_low in uses.controls.items()
        for reset in _controls(uses, single, path, active_low)
        if reset.name not in clocks and (_RESET.search(reset.name) or clocks)
    }
    for path, port in single.items():
        if port.name not in resets and port.name not in clocks and _RESET.search(port.name):
            resets[port.name] = Reset(port.name, _is_low(uses, path, port.name))
    special = {*clocks, *resets}
    data = tuple(p for p in interface.inputs if p.name not in special)
    constant = frozenset(
        p.name
        for p in interface.outputs
        if f"{top}.{p.name}" in uses.constants or f"{top}.{p.name}" not in uses.driven
    )
    return Roles(tuple(sorted(clocks)), tuple(resets.values()), data, constant)


def _is_low(uses: _Uses, path: str, name: str) -> bool:
    """The level at which a reset resets: as its use shows, else as it is called or tested."""
    for reached, inverted in _reached_from(uses, path):
        if reached in uses.resets_low:
            return uses.resets_low[reached] != inverted
    if _ACTIVE_LOW.search(name):
        return True
    return uses.tested_low.get(path, False)


def _reached_from(uses: _Uses, path: str) -> Iterator[tuple[str, bool]]:
    """The signals that a signal flows into, itself included, and whether inverted on the way."""
    yield path, False
    for target in uses.sources:
        for source, inverted in list(_origins(uses, target)):
            if source == path and target != path:
                yield target, inverted


def _clocks(uses: _Uses, single: dict[str, Port]) -> set[str]:
    """Inputs that edges wait for; of those gated together, the ones named like a clock."""
    found: set[str] = set()
    for path in uses.clocks:
        reached = {single[p].name for p, _ in _origins(uses, path) if p in single}
        found |= {name for name in reached if _CLOCK.search(name)} or reached
    named = {port.name for port in single.values() if _CLOCK.search(port.name)}
    return found or named


def _controls(uses: _Uses, single: dict[str, Port], path: str, active_low: bool) -> Iterator[Reset]:
    reached = [(single[p].name, inverted) for p, inverted in _origins(uses, path) if p in single]
    named = [(name, inverted) for name, inverted in reached if _RESET.search(name)]
    for name, inverted in named or reached:
        yield Reset(name, active_low != inverted, asynchronous=True)


def _origins(uses: _Uses, path: str) -> Iterator[tuple[str, bool]]:
    """The signals a signal comes from, itself included, and whether inverted on the way."""
    seen = {path}
    queue = [(path, False)]
    while queue:
        here, inverted = queue.pop()
        yield here, inverted
        for source, flips in uses.sources.get(here, ()):
            if source not in seen:
                seen.add(source)
                queue.append((source, inverted != flips))


def _instance(sources: Sequence[Source], top: str) -> slang.InstanceSymbol:
    from pyslang import Bag, ast, syntax

    options = ast.CompilationOptions()
    options.topModules = {top}
    bag = Bag()
    bag.compilationOptions = options
    compilation = ast.Compilation(bag)
    for source in sources:
        compilation.addSyntaxTree(syntax.SyntaxTree.fromText(source.text, source.name))
    found: list[slang.InstanceSymbol] = list(compilation.getRoot().topInstances)
    for instance in found:
        if instance.name == top:
            return instance
    if any(definition.name == top for definition in compilation.getDefinitions()):
        raise DataError(
            f"the reference's module '{top}' has a parameter without a default value",
            hint="give it one, or compare a module that instantiates it",
        )
    raise DataError(f"the reference does not define the module '{top}'")


def _port(symbol: object) -> Port:
    from pyslang import ast

    name = getattr(symbol, "name", "")
    if not isinstance(symbol, ast.PortSymbol) or not symbol.type.isIntegral:
        raise DataError(f"port '{name}' of the reference is not a plain vector")
    directions = {
        ast.ArgumentDirection.In: Direction.INPUT,
        ast.ArgumentDirection.Out: Direction.OUTPUT,
    }
    direction = directions.get(symbol.direction, Direction.INOUT)
    return Port(name, direction, symbol.type.bitWidth, symbol.type.isSigned)


def _walk(top: slang.InstanceSymbol) -> _Uses:
    from pyslang import ast

    uses = _Uses()

    def visit(node: object) -> None:
        if isinstance(node, ast.InstanceSymbol):
            _connections(uses, node)
        elif isinstance(node, ast.TimedStatement):
            _timed(uses, node)
        elif isinstance(node, ast.ConditionalStatement):
            _condition(uses, node)
        elif isinstance(node, ast.ConditionalExpression):
            branches = ([node.left], [node.right])
            for condition in node.conditions:
                _choice(uses, condition.expr, *branches)
        elif isinstance(node, ast.AssignmentExpression):
            uses.driven.update(_names(node.left))
        elif isinstance(node, ast.UnaryExpression):
            uses.driven.update(_names(node.operand))
        elif isinstance(node, ast.PrimitiveInstanceSymbol):
            uses.driven.update(name for port in node.portConnections for name in _names(port))
        elif isinstance(node, ast.ContinuousAssignSymbol):
            _assignment(uses, node.assignment)
        elif isinstance(node, ast.NetSymbol) and node.initializer is not None:
            _flows(uses, node.hierarchicalPath, node.initializer)

    top.visit(visit)
    return uses


def _names(expression: object) -> list[str]:
    from pyslang import ast

    found: list[str] = []

    def visit(node: object) -> None:
        if isinstance(node, ast.NamedValueExpression) and not isinstance(
            node.symbol, ast.ParameterSymbol | ast.EnumValueSymbol
        ):
            found.append(node.symbol.hierarchicalPath)

    expression.visit(visit)  # type: ignore[attr-defined]
    return found


def _inverted(expression: object) -> bool:
    from pyslang import ast

    while isinstance(expression, ast.ConversionExpression):
        expression = expression.operand
    if isinstance(expression, ast.BinaryExpression):
        other = str(expression.right.constant)
        if expression.op == ast.BinaryOperator.Equality:
            return bool(_ZERO.fullmatch(other))
        return expression.op == ast.BinaryOperator.Inequality and bool(_ONE.fullmatch(other))
    if not isinstance(expression, ast.UnaryExpression):
        return False
    return expression.op in (ast.UnaryOperator.BitwiseNot, ast.UnaryOperator.LogicalNot)


def _connections(uses: _Uses, instance: slang.InstanceSymbol) -> None:
    for connection in instance.portConnections:
        inside = getattr(connection.port, "internalSymbol", None)
        if connection.expression is not None:
            uses.driven.update(_names(connection.expression))
        if inside is not None and connection.expression is not None:
            _flows(uses, inside.hierarchicalPath, connection.expression)


def _assignment(uses: _Uses, assignment: object) -> None:
    from pyslang import ast

    if isinstance(assignment, ast.AssignmentExpression):
        if isinstance(assignment.left, ast.NamedValueExpression) and not _names(assignment.right):
            uses.constants.add(assignment.left.symbol.hierarchicalPath)
        for target in _names(assignment.left):
            _flows(uses, target, assignment.right)


def _flows(uses: _Uses, target: str, expression: object) -> None:
    uses.sources[target] += [(name, _inverted(expression)) for name in _names(expression)]


def _timed(uses: _Uses, statement: slang.TimedStatement) -> None:
    """`@(posedge clk or negedge rst_n)`: what the body reads of it is a control, not a clock."""
    from pyslang import ast

    timing = statement.timing
    kinds = ast.EdgeKind
    events = getattr(timing, "events", [timing])
    edges = [e for e in events if isinstance(e, ast.SignalEventControl)]
    edges = [e for e in edges if e.edge in (kinds.PosEdge, kinds.NegEdge, kinds.BothEdges)]
    read = set(_names(statement.stmt)) if len(edges) > 1 else set()
    for event in edges:
        for name in _names(event.expr):
            if name in read and any(other not in read for e in edges for other in _names(e.expr)):
                uses.controls[name] = event.edge == kinds.NegEdge
            else:
                uses.clocks.add(name)


def _condition(uses: _Uses, statement: slang.ConditionalStatement) -> None:
    """`if (!rst_n)`: whether a signal is tested inverted, and which branch is the reset's."""
    then = _assigned(statement.ifTrue)
    otherwise = _assigned(statement.ifFalse) if statement.ifFalse is not None else []
    for condition in statement.conditions:
        names = _names(condition.expr)
        if len(names) == 1:
            uses.tested_low.setdefault(names[0], _inverted(condition.expr))
        _choice(uses, condition.expr, then, otherwise)


def _choice(
    uses: _Uses, condition: object, then: Sequence[object], otherwise: Sequence[object]
) -> None:
    """A signal that chooses constants on one side and not on the other resets at that level."""
    names = _names(condition)
    constant = [bool(values) and not any(map(_names, values)) for values in (then, otherwise)]
    if len(names) == 1 and constant[0] != constant[1]:
        uses.resets_low.setdefault(names[0], _inverted(condition) == constant[0])


def _assigned(statement: object) -> list[object]:
    """The values that a statement assigns."""
    from pyslang import ast

    found: list[object] = []

    def visit(node: object) -> None:
        if isinstance(node, ast.AssignmentExpression):
            found.append(node.right)

    statement.visit(visit)  # type: ignore[attr-defined]
    return found
