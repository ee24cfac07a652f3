"""Reads design units: modules, interfaces, packages, classes, and what stands outside them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pyslang.ast import VisitAction
from pyslang.syntax import SyntaxKind

from gatewright.retrieval.facts.blocks import BlockReader, Surroundings
from gatewright.retrieval.facts.comments import comment_above
from gatewright.retrieval.facts.conditional import Span
from gatewright.retrieval.facts.headers import HeaderReader
from gatewright.retrieval.facts.instances import InstanceReader
from gatewright.retrieval.facts.kinds import NET_DECLARATION, TASK_DECLARATION
from gatewright.retrieval.facts.names import SKIP, Handler, by_value, nodes
from gatewright.retrieval.facts.places import Places
from gatewright.retrieval.facts.types import (
    NOWHERE,
    Block,
    BlockKind,
    Instance,
    Module,
    ModuleKind,
    Parameter,
    Port,
    Range,
    Signal,
    TypeName,
)

_LAST_WORD = re.compile(rb"[A-Za-z_]\w*$")
_LONGEST_NAME = 128
_LONGEST_GUARD = 200
_UNITS = {
    SyntaxKind.ModuleDeclaration: ModuleKind.MODULE,
    SyntaxKind.InterfaceDeclaration: ModuleKind.INTERFACE,
    SyntaxKind.ProgramDeclaration: ModuleKind.PROGRAM,
    SyntaxKind.PackageDeclaration: ModuleKind.PACKAGE,
}
_PROCESSES = (
    SyntaxKind.AlwaysBlock,
    SyntaxKind.AlwaysCombBlock,
    SyntaxKind.AlwaysFFBlock,
    SyntaxKind.AlwaysLatchBlock,
    SyntaxKind.InitialBlock,
    SyntaxKind.FinalBlock,
)
_ASSERTIONS = (
    SyntaxKind.ConcurrentAssertionMember,
    SyntaxKind.ImmediateAssertionMember,
    SyntaxKind.PropertyDeclaration,
    SyntaxKind.SequenceDeclaration,
)
_INVERTING = frozenset(("buf", "not"))  # all ends but the last are outputs


@dataclass(slots=True)
class _Open:
    """A design unit that is being read; `listed` = its head had a list of parameters, so those in
    its body are local, whatever they are called (IEEE 1800-2017, 6.20.1)."""

    kind: ModuleKind
    name: str
    parent: str = ""
    listed: bool = False
    doc: str = ""
    range: Range = NOWHERE
    ports: list[Port] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    types: list[TypeName] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)

    def closed(self, packages: Sequence[str]) -> Module:
        return Module(
            self.kind,
            self.name,
            self.parent,
            tuple(self.ports),
            tuple(self.parameters),
            tuple(dict.fromkeys(self.imports)),
            tuple(packages),
            tuple(self.signals),
            tuple(self.types),
            tuple(self.instances),
            tuple(self.blocks),
            tuple(self.bases),
            self.doc,
            self.range,
        )

    @property
    def empty(self) -> bool:
        return not (
            self.parameters
            or self.imports
            or self.signals
            or self.types
            or self.instances
            or self.blocks
        )


class UnitReader:
    """Reads one tree. Members that touch none of the `fresh` spans are left out, if given.

    `clean` tells that the parser skipped nothing but macros that it does not know, `expands` that
    it knew macros of other texts.
    """

    def __init__(
        self,
        data: bytes,
        manager: Any,
        fresh: Sequence[Span] | None = None,
        clean: bool = False,
        expands: bool = False,
    ) -> None:
        self._data = data
        self._fresh = fresh
        self._fresh_ends = [span.end for span in fresh or ()]
        self._places = Places(data, manager, clean, expands)
        self._blocks = BlockReader(self._places)
        self._headers = HeaderReader(self._places, data)
        self._instances = InstanceReader(self._places)
        self._done: list[Module] = []
        self._unit = _Open(ModuleKind.UNIT, "$unit")
        self._scope: list[str] = []
        self._guards: list[str] = []
        self._around = Surroundings("", "")
        self._table: dict[SyntaxKind, Handler] = {
            **dict.fromkeys(_UNITS, self._module),
            **dict.fromkeys(_PROCESSES, self._process),
            **dict.fromkeys(_ASSERTIONS, self._assertion),
            SyntaxKind.ClassDeclaration: self._class,
            SyntaxKind.CheckerDeclaration: self._checker,
            SyntaxKind.UdpDeclaration: self._primitive,
            SyntaxKind.ContinuousAssign: self._assign,
            SyntaxKind.HierarchyInstantiation: self._instantiate,
            SyntaxKind.PrimitiveInstantiation: self._gates,
            SyntaxKind.DataDeclaration: self._declare,
            SyntaxKind.NetDeclaration: self._declare,
            SyntaxKind.PortDeclaration: self._port,
            SyntaxKind.ParameterDeclaration: self._parameter,
            SyntaxKind.TypeParameterDeclaration: self._parameter,
            SyntaxKind.TypedefDeclaration: self._typedef,
            SyntaxKind.PackageImportItem: self._import,
            SyntaxKind.FunctionDeclaration: self._function,
            SyntaxKind.TaskDeclaration: self._function,
            SyntaxKind.CovergroupDeclaration: self._covergroup,
            SyntaxKind.ConstraintDeclaration: self._constraint,
            SyntaxKind.ModportItem: self._modport,
            SyntaxKind.GenerateBlock: self._generate_block,
            SyntaxKind.IfGenerate: self._generate_if,
            SyntaxKind.CaseGenerate: self._generate_case,
            SyntaxKind.LoopGenerate: self._generate_loop,
        }
        self._handlers = by_value(self._table)

    def read(self, root: Any) -> tuple[Module, ...]:
        """Every design unit of a tree, in the order they end."""
        try:
            self._member(root)
        finally:  # handlers refer to their reader: undone here, no collector is needed for it
            self._table.clear()
            self._handlers.clear()
            self._blocks.close()
            self._instances.close()
        if not self._unit.empty:
            self._unit.range = self._places.between(0, len(self._data))
            self._done.append(self._unit.closed(self._packages(0, len(self._data))))
        return tuple(self._done)

    # design units

    def _inside(self, unit: _Open, node: Any, members: Any) -> VisitAction:
        """Read a unit's members, which may hold units of their own."""
        outer, scope, guards, around = self._unit, self._scope, self._guards, self._around
        unit.parent = outer.name if outer.kind is not ModuleKind.UNIT else ""
        unit.range = self._places.range(node)
        start, end = self._places.span(node)
        unit.doc = comment_above(self._data, start)
        self._unit, self._scope, self._guards, self._around = unit, [], [], Surroundings("", "")
        for member in nodes(members):
            self._member(member)
        self._unit, self._scope, self._guards, self._around = outer, scope, guards, around
        if unit.name:
            self._done.append(unit.closed(self._packages(start, end)))
        return SKIP

    def _packages(self, start: int, end: int) -> list[str]:
        """What stands before a `::`."""
        *parts, _ = self._data[start:end].split(b"::")
        words = (_LAST_WORD.search(part[-_LONGEST_NAME:].rstrip()) for part in parts)
        return sorted({word[0].decode() for word in words if word} - {"std", "local"})

    def _module(self, node: Any) -> VisitAction:
        if self._old(node):
            return SKIP
        header = node.header
        unit = _Open(_UNITS[node.kind], header.name.valueText)
        unit.ports = self._headers.ports(header)
        outer, self._unit = self._unit, unit
        for item in (*nodes(header.imports), *nodes((header.parameters,))):
            self._member(item)
        self._unit = outer
        unit.listed = header.parameters is not None
        return self._inside(unit, node, node.members)

    def _class(self, node: Any) -> VisitAction:
        if self._old(node):
            return SKIP
        unit = _Open(ModuleKind.CLASS, node.name.valueText)
        if node.extendsClause is not None:
            unit.bases.append(self._places.text(node.extendsClause.baseName))
        return self._inside(unit, node, (*nodes((node.parameters,)), *nodes(node.items)))

    def _checker(self, node: Any) -> VisitAction:
        if self._old(node):
            return SKIP
        return self._inside(_Open(ModuleKind.CHECKER, node.name.valueText), node, node.members)

    def _primitive(self, node: Any) -> VisitAction:
        if self._old(node):
            return SKIP
        unit = _Open(ModuleKind.PRIMITIVE, node.name.valueText)
        listed = nodes(getattr(node.portList, "ports", ()))
        names = [self._places.text(port).split()[-1] for port in listed if self._places.text(port)]
        place = self._places.range(node.portList)
        unit.ports = [
            Port(name, "input" if i else "output", "", "", place) for i, name in enumerate(names)
        ]
        return self._inside(unit, node, ())

    # members

    def _member(self, node: Any) -> None:
        handler = self._handlers.get(node.kind._value_)
        if handler is None:
            node.visit(lookup_table=self._table)
        else:
            handler(node)

    def _old(self, node: Any) -> bool:
        """Whether an earlier variant of the text showed all of a node."""
        if self._fresh is None:
            return False
        start, end = self._places.span(node)
        first = bisect_right(self._fresh_ends, start)  # they are in order and apart
        return first == len(self._fresh) or not self._fresh[first].meets(start, end)

    def _doc(self, node: Any) -> str:
        return comment_above(self._data, self._places.offset(node.sourceRange.start))

    def _add(self, kind: BlockKind, node: Any, name: str = "") -> VisitAction:
        if not self._old(node):
            place = self._places.range(node)
            block = self._blocks.block(kind, node, place, self._around, self._doc(node), name)
            self._unit.blocks.append(block)
        return SKIP

    def _process(self, node: Any) -> VisitAction:
        return self._add(BlockKind(node.keyword.valueText), node)

    def _assign(self, node: Any) -> VisitAction:
        return self._add(BlockKind.ASSIGN, node)

    def _assertion(self, node: Any) -> VisitAction:
        named = getattr(node, "name", None) or getattr(
            getattr(getattr(node, "statement", None), "label", None), "name", None
        )
        return self._add(BlockKind.ASSERTION, node, named.valueText if named else "")

    def _covergroup(self, node: Any) -> VisitAction:
        return self._add(BlockKind.COVERGROUP, node, node.name.valueText)

    def _constraint(self, node: Any) -> VisitAction:
        return self._add(BlockKind.CONSTRAINT, node, self._places.text(node.name))

    def _function(self, node: Any) -> VisitAction:
        if not self._old(node):
            kind = BlockKind.TASK if node.kind is TASK_DECLARATION else BlockKind.FUNCTION
            name = self._places.text(node.prototype.name)
            place = self._places.range(node)
            block = self._blocks.function(kind, node, place, self._around, self._doc(node), name)
            self._unit.blocks.append(block)
        return SKIP

    def _instantiate(self, node: Any) -> VisitAction:
        if not self._old(node):
            found = self._instances.instances(node, self._around, self._doc(node))
            self._unit.instances += found
        return SKIP

    def _gates(self, node: Any) -> VisitAction:
        for gate in nodes(node.instances) if not self._old(node) else ():
            ends = [end.expr for end in nodes(gate.connections) if getattr(end, "expr", None)]
            outputs = len(ends) - 1 if node.type.valueText in _INVERTING else 1
            name = gate.decl.name.valueText if gate.decl is not None else ""
            place = self._places.range(gate)
            self._unit.blocks.append(self._blocks.gate(ends, outputs, name, place, self._around))
        return SKIP

    def _declare(self, node: Any) -> VisitAction:
        if self._old(node):
            return SKIP
        self._unit.signals += self._headers.signals(node)
        net = node.kind is NET_DECLARATION
        kind = BlockKind.ASSIGN if net else BlockKind.DECLARATION
        for declarator in nodes(node.declarators):
            if declarator.initializer is not None and declarator.name.valueText:
                name, value = declarator.name.valueText, declarator.initializer.expr
                place = self._places.range(declarator)
                block = self._blocks.initial_value(kind, name, value, place, self._around)
                self._unit.blocks.append(block)
        return SKIP

    def _port(self, node: Any) -> VisitAction:
        """An old-style declaration completes the port that the header only names."""
        if self._old(node):
            return SKIP
        listed = {port.name: i for i, port in enumerate(self._unit.ports)}
        for port in self._headers.declared_ports(node):
            if port.name in listed:
                self._unit.ports[listed[port.name]] = port
            else:
                self._unit.ports.append(port)
        return SKIP

    def _parameter(self, node: Any) -> VisitAction:
        if not self._old(node):
            found = self._headers.parameters(node)
            if self._unit.listed:
                found = [parameter._replace(keyword="localparam") for parameter in found]
            self._unit.parameters += found
        return SKIP

    def _typedef(self, node: Any) -> VisitAction:
        if not self._old(node):
            self._unit.types.append(self._headers.type_name(node))
        return SKIP

    def _modport(self, node: Any) -> VisitAction:
        if not self._old(node):
            groups = nodes(node.ports.ports)
            names = [self._places.text(p) for g in groups for p in nodes(getattr(g, "ports", ()))]
            place = self._places.range(node)
            self._unit.types.append(TypeName(node.name.valueText, "modport", tuple(names), place))
        return SKIP

    def _import(self, node: Any) -> VisitAction:
        self._unit.imports.append(f"{node.package.valueText}::{node.item.valueText}")
        return SKIP

    # generate blocks

    def _within(self, label: str, guard: str, parts: Any) -> VisitAction:
        outer = self._around
        scope = ".".join(part for part in (outer.scope, label) if part)
        both = " && ".join(part for part in (outer.guard, guard) if part)[:_LONGEST_GUARD]
        self._around = Surroundings(scope, both)
        for part in nodes(parts):
            self._member(part)
        self._around = outer
        return SKIP

    def _generate_block(self, node: Any) -> VisitAction:
        named = node.beginName if node.beginName is not None else node.label
        return self._within(named.name.valueText if named is not None else "", "", node.members)

    def _generate_if(self, node: Any) -> VisitAction:
        condition = self._places.text(node.condition)
        self._within("", condition, (node.block,))
        if node.elseClause is not None:
            self._within("", f"!({condition})", (node.elseClause.clause,))
        return SKIP

    def _generate_case(self, node: Any) -> VisitAction:
        condition = self._places.text(node.condition)
        for item in nodes(node.items):
            labels = nodes(getattr(item, "expressions", ()))
            wanted = ", ".join(self._places.text(label) for label in labels) or "default"
            self._within("", f"{condition} == {wanted}", (item.clause,))
        return SKIP

    def _generate_loop(self, node: Any) -> VisitAction:
        return self._within("", "", (node.block,))
