"""What drives what, read from the syntax of one module: the facts a dataflow cone is walked on.

Works on the syntax tree alone, so a file that is half broken still yields what can be read of it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from gatewright.core import Source
from gatewright.retrieval.cone_names import edges_of, names_in, nodes_of, targets_of


class Process(StrEnum):
    """When a driver acts."""

    CONTINUOUS = "continuous"
    COMBINATIONAL = "combinational"
    CLOCKED = "clocked"
    INITIAL = "initial"
    DECLARATION = "declaration"


@dataclass(frozen=True, slots=True)
class Driver:
    """One place that gives `targets` a value; `reads` holds data and control signals alike.

    `lines` is the assignment itself, `control` the headers around it (always, if, case, for).
    """

    targets: frozenset[str]
    reads: frozenset[str]
    lines: tuple[int, ...]
    control: tuple[int, ...] = ()
    process: Process = Process.CONTINUOUS


@dataclass(frozen=True, slots=True)
class Connection:
    """One port of an instance: its name ('' = by `position`), the names in its expression."""

    port: str
    position: int
    names: frozenset[str]
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Instance:
    """A module used inside another. `wildcard` = connected by `.*`."""

    module: str
    name: str
    line: int
    connections: tuple[Connection, ...]
    wildcard: bool = False


@dataclass(slots=True)
class ModuleFacts:
    """A module as the cone sees it. `ports` maps a name to its direction, in header order."""

    name: str
    file: str
    ports: dict[str, str] = field(default_factory=dict)
    declared: dict[str, int] = field(default_factory=dict)
    drivers: list[Driver] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)


def module_facts(source: Source) -> tuple[ModuleFacts, ...]:
    """The modules of a source; what does not parse is left out, never an error."""
    import pyslang
    from pyslang.syntax import SyntaxTree

    manager = pyslang.SourceManager()
    tree = SyntaxTree.fromText(source.text, manager, name=source.name, path=source.name)
    root = tree.root
    members = getattr(root, "members", ()) if root.kind.name == "CompilationUnit" else (root,)
    modules = (node for node in nodes_of(members) if node.kind.name == "ModuleDeclaration")
    facts = (_ModuleReader(source.name, manager).read(module) for module in modules)
    return tuple(found for found in facts if found.name)


@dataclass(frozen=True, slots=True)
class _Control:
    """The conditions under which a statement runs."""

    reads: frozenset[str] = frozenset()
    lines: tuple[int, ...] = ()
    function: str = ""
    process: Process = Process.CONTINUOUS

    def under(self, reads: frozenset[str], lines: tuple[int, ...]) -> _Control:
        fresh = tuple(line for line in lines if line not in self.lines)
        return replace(self, reads=self.reads | reads, lines=self.lines + fresh)


_INCREMENTS = {
    "PostincrementExpression",
    "PostdecrementExpression",
    "UnaryPreincrementExpression",
    "UnaryPredecrementExpression",
}
_LONGEST_STATEMENT = 8  # lines shown of one assignment


class _ModuleReader:
    """Walks one module's syntax and collects its facts."""

    def __init__(self, file: str, manager: Any) -> None:
        self._manager = manager
        self._facts = ModuleFacts("", file)

    def read(self, module: Any) -> ModuleFacts:
        """The facts of one module declaration."""
        self._facts.name = module.header.name.valueText
        self._read_ports(module.header)
        for member in module.members:
            # Hundreds of nested blocks: that member stays unread, the others count.
            with suppress(RecursionError):
                self._visit(member, _Control())
        return self._facts

    def _line(self, location: Any) -> int:
        if self._manager.isMacroLoc(location):
            location = self._manager.getFullyExpandedLoc(location)
        return int(self._manager.getLineNumber(location))

    def _lines(self, node: Any, most: int = _LONGEST_STATEMENT) -> tuple[int, ...]:
        first = self._line(node.sourceRange.start)
        last = max(first, self._line(node.sourceRange.end))
        return tuple(range(first, min(last, first + most - 1) + 1))

    # ports and declarations

    def _read_ports(self, header: Any) -> None:
        direction = "inout"
        for node in nodes_of(getattr(header.ports, "ports", ()) if header.ports else ()):
            kind = node.kind.name
            if kind == "ImplicitAnsiPort":
                written = getattr(node.header, "direction", None)
                direction = (written.valueText if written else "") or direction
                self._declare_port(node.declarator, direction)
            elif kind == "ExplicitAnsiPort":
                self._facts.ports[node.name.valueText] = node.direction.valueText or direction
            elif kind == "ImplicitNonAnsiPort":
                for name in names_in(node):
                    self._facts.ports[name] = ""

    def _declare_port(self, declarator: Any, direction: str) -> None:
        name = declarator.name.valueText
        self._facts.ports[name] = direction
        self._facts.declared[name] = self._line(declarator.sourceRange.start)

    # statements

    def _visit(self, node: Any, control: _Control) -> None:
        handler = _HANDLERS.get(node.kind.name)
        if handler is not None:
            handler(self, node, control)
        elif node.kind.name.endswith("AssignmentExpression"):
            self._assign(node, control)
        elif node.kind.name in _INCREMENTS:
            names = names_in(node)
            self._drive(names, names, node, control)
        else:
            self._visit_children(node, control)

    def _visit_children(self, node: Any, control: _Control) -> None:
        for child in nodes_of(node):
            self._visit(child, control)

    def _drive(
        self, targets: frozenset[str], reads: frozenset[str], node: Any, c: _Control
    ) -> None:
        if targets:
            driver = Driver(targets, reads | c.reads, self._lines(node), c.lines, c.process)
            self._facts.drivers.append(driver)

    def _assign(self, node: Any, control: _Control) -> None:
        targets, indices = targets_of(node.left)
        reads = names_in(node.right) | indices
        if node.kind.name not in ("AssignmentExpression", "NonblockingAssignmentExpression"):
            reads |= targets  # a compound assignment such as += reads what it writes
        self._drive(targets, reads, node, control)

    def _port(self, node: Any, control: _Control) -> None:
        direction = node.header.direction.valueText
        for declarator in nodes_of(node.declarators):
            self._declare_port(declarator, direction)

    def _declare(self, node: Any, control: _Control) -> None:
        for declarator in nodes_of(node.declarators):
            name = declarator.name.valueText
            self._facts.declared.setdefault(name, self._line(declarator.sourceRange.start))
            if declarator.initializer is not None:
                reads = names_in(declarator.initializer)
                is_net = node.kind.name == "NetDeclaration"
                process = Process.CONTINUOUS if is_net else Process.DECLARATION
                inside = replace(control, process=process)
                self._drive(frozenset((name,)), reads, declarator, inside)

    def _process(self, node: Any, control: _Control) -> None:
        header = (self._line(node.keyword.location),)
        initial = node.kind.name == "InitialBlock"
        process = Process.INITIAL if initial else Process.COMBINATIONAL
        inside = replace(control, process=process).under(frozenset(), header)
        self._visit(node.statement, inside)

    def _timing(self, node: Any, control: _Control) -> None:
        timing = node.timingControl
        inside = control.under(names_in(timing), self._lines(timing, 3))
        if inside.process is Process.COMBINATIONAL and edges_of(timing):
            inside = replace(inside, process=Process.CLOCKED)
        self._visit(node.statement, inside)

    def _conditional(self, node: Any, control: _Control) -> None:
        inside = control.under(names_in(node.predicate), self._lines(node.predicate, 4))
        self._visit(node.statement, inside)
        if node.elseClause is not None:
            header = (self._line(node.elseClause.elseKeyword.location),)
            self._visit(node.elseClause.clause, inside.under(frozenset(), header))

    def _case(self, node: Any, control: _Control) -> None:
        inside = control.under(names_in(node.expr), self._lines(node.expr, 2))
        for item in nodes_of(node.items):
            label = (self._line(item.sourceRange.start),)
            reads = frozenset[str]()
            for expression in nodes_of(getattr(item, "expressions", ())):
                reads |= names_in(expression)
            self._visit(item.clause, inside.under(reads, label))

    def _generate_if(self, node: Any, control: _Control) -> None:
        inside = control.under(names_in(node.condition), self._lines(node.condition, 2))
        self._visit_children(node, inside)

    def _loop(self, node: Any, control: _Control) -> None:
        header = (self._line(node.sourceRange.start),)
        self._visit_children(node, control.under(frozenset(), header))

    def _function(self, node: Any, control: _Control) -> None:
        name = node.prototype.name
        first = name.getFirstToken().valueText
        inside = _Control(frozenset(), (self._line(node.sourceRange.start),), first)
        for item in nodes_of(node.items):
            self._visit(item, inside)

    def _return(self, node: Any, control: _Control) -> None:
        if control.function and node.returnValue is not None:
            targets = frozenset((control.function,))
            self._drive(targets, names_in(node.returnValue), node, control)

    # instances

    def _gates(self, node: Any, control: _Control) -> None:
        for gate in nodes_of(node.instances):
            ends = [names_in(end) for end in nodes_of(gate.connections)]
            if ends:
                reads = frozenset[str]().union(*ends[1:])
                self._drive(ends[0], reads, gate, control)

    def _instantiate(self, node: Any, control: _Control) -> None:
        for instance in nodes_of(node.instances):
            name = instance.decl.name.valueText if instance.decl is not None else ""
            connections = tuple(nodes_of(instance.connections))
            read = (self._connection(c, i) for i, c in enumerate(connections))
            self._facts.instances.append(
                Instance(
                    node.type.valueText,
                    name,
                    self._line(node.sourceRange.start),
                    tuple(c for c in read if c is not None),
                    any(c.kind.name == "WildcardPortConnection" for c in connections),
                )
            )

    def _connection(self, node: Any, position: int) -> Connection | None:
        kind = node.kind.name
        if kind == "NamedPortConnection":
            port = node.name.valueText
            implicit = frozenset((port,))
            expression = names_in(node.expr) if node.expr is not None else frozenset()
            names = expression if node.openParen else implicit
            return Connection(port, position, names, self._lines(node, 3))
        if kind == "OrderedPortConnection":
            return Connection("", position, names_in(node.expr), self._lines(node, 3))
        return None


_HANDLERS: dict[str, Callable[[_ModuleReader, Any, _Control], None]] = {
    "PortDeclaration": _ModuleReader._port,
    "DataDeclaration": _ModuleReader._declare,
    "NetDeclaration": _ModuleReader._declare,
    "LocalVariableDeclaration": _ModuleReader._declare,
    "ParameterDeclaration": _ModuleReader._declare,
    "AlwaysBlock": _ModuleReader._process,
    "AlwaysFFBlock": _ModuleReader._process,
    "AlwaysCombBlock": _ModuleReader._process,
    "AlwaysLatchBlock": _ModuleReader._process,
    "InitialBlock": _ModuleReader._process,
    "TimingControlStatement": _ModuleReader._timing,
    "ConditionalStatement": _ModuleReader._conditional,
    "CaseStatement": _ModuleReader._case,
    "IfGenerate": _ModuleReader._generate_if,
    "CaseGenerate": _ModuleReader._generate_if,
    "ForLoopStatement": _ModuleReader._loop,
    "LoopStatement": _ModuleReader._loop,
    "ForeachLoopStatement": _ModuleReader._loop,
    "LoopGenerate": _ModuleReader._loop,
    "FunctionDeclaration": _ModuleReader._function,
    "TaskDeclaration": _ModuleReader._function,
    "ReturnStatement": _ModuleReader._return,
    "PrimitiveInstantiation": _ModuleReader._gates,
    "HierarchyInstantiation": _ModuleReader._instantiate,
}
