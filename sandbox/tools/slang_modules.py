"""From slang's syntax tree to modules: ports, parameters, instances, each with its place.

Nodes are typed Any: the binding gives every syntax class its own attributes, without stubs that a
type checker could follow through lists of mixed nodes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatewright.core import Direction, Interface, Port
from gatewright.sandbox.tools.slang_constants import evaluate

_SIZES = {
    "integer": (32, True),
    "int": (32, True),
    "shortint": (16, True),
    "longint": (64, True),
    "byte": (8, True),
    "time": (64, False),
}
_DIRECTIONS = {"input": Direction.INPUT, "output": Direction.OUTPUT, "inout": Direction.INOUT}
_RANGE = re.compile(r"\[([^:\[\]]+):([^:\[\]]+)\]")
_DIMENSION = re.compile(r"\[([^\[\]]*)\]")
_IDENTIFIER = re.compile(r"[A-Za-z_][\w$]*")


@dataclass(frozen=True, slots=True)
class Connection:
    """How one port is connected: `.port(text)`, in order (port ''), `.port` alone or `.*`.

    `start` and `end` bound the expression in the parsed text (equal where there is none).
    """

    port: str
    text: str
    start: int
    end: int
    implicit: bool = False
    wildcard: bool = False


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of `module` in a module; the offsets are where the two names start."""

    module: str
    name: str
    connections: tuple[Connection, ...]
    module_at: int
    name_at: int


@dataclass(frozen=True, slots=True)
class Module:
    """A module as its source shows it.

    `plain` names the ports that are simple vectors (not arrays, structs, reals or interfaces);
    `sized` those whose width is certain. `offset` is where its name is. `instances` and
    `initials` (where the statement of each initial block starts and ends) are filled where they
    were asked for.
    """

    interface: Interface
    parameters: Mapping[str, int | None]
    plain: frozenset[str]
    sized: frozenset[str]
    offset: int
    instances: tuple[Instance, ...] = ()
    initials: tuple[tuple[int, int], ...] = ()

    @property
    def name(self) -> str:
        """The module's name."""
        return self.interface.module


@dataclass(frozen=True, slots=True)
class _Type:
    """What a port's type says: its width where certain, its sign and bounds."""

    width: int | None
    signed: bool = False
    left: int | None = None
    right: int | None = None
    plain: bool = True


def modules(root: Any, *, with_instances: bool = False) -> Iterator[Module]:
    """The top-level modules of a syntax tree."""
    shared: dict[str, int] = {}
    for node in members(root):
        kind = node.kind.name
        if kind == "ParameterDeclarationStatement":
            _parameters(node.parameter, shared, {})
        elif kind == "ModuleDeclaration":
            yield _module(node, shared, with_instances)


def members(root: Any) -> list[Any]:
    """The items of a compilation unit (a text of one item parses to the item itself)."""
    return list(root.members) if root.kind.name == "CompilationUnit" else [root]


def _module(node: Any, shared: Mapping[str, int], with_instances: bool) -> Module:
    values, parameters = dict(shared), dict[str, int | None]()
    header = node.header
    if header.parameters is not None:
        for declaration in header.parameters.declarations:
            _parameters(declaration, values, parameters)
    for item in node.members:
        if item.kind.name == "ParameterDeclarationStatement":
            _parameters(item.parameter, values, parameters)
    found: dict[str, tuple[Port, _Type]] = {}
    if header.ports is not None and header.ports.kind.name == "AnsiPortList":
        found = _ansi(header.ports.ports, values)
    elif header.ports is not None and header.ports.kind.name == "NonAnsiPortList":
        found = _non_ansi(header.ports.ports, node.members, values)
    inside = list(_parts(node)) if with_instances else []
    return Module(
        Interface(header.name.valueText, tuple(port for port, _ in found.values())),
        parameters,
        frozenset(name for name, (_, type_) in found.items() if type_.plain),
        frozenset(name for name, (_, type_) in found.items() if type_.width is not None),
        header.name.range.start.offset,
        tuple(_instances(inside)),
        tuple(_span(part.statement) for part in inside if part.kind.name == "InitialBlock"),
    )


def _parameters(declaration: Any, values: dict[str, int], found: dict[str, int | None]) -> None:
    if not hasattr(declaration, "declarators"):
        return
    local = declaration.kind.name == "ParameterDeclaration" and (
        declaration.keyword.valueText == "localparam"
    )
    for declarator in declaration.declarators:
        if not hasattr(declarator, "initializer"):
            continue
        name = declarator.name.valueText
        value = None
        if declarator.initializer is not None:
            value = evaluate(str(declarator.initializer.expr), values)
        if value is not None:
            values[name] = value
        if not local:
            found[name] = value


def _ansi(ports: Any, values: Mapping[str, int]) -> dict[str, tuple[Port, _Type]]:
    found: dict[str, tuple[Port, _Type]] = {}
    direction, type_ = Direction.INOUT, _Type(1)
    for item in ports:
        kind = getattr(item.kind, "name", "")
        if kind == "ExplicitAnsiPort":
            name = item.name.valueText
            direction = _DIRECTIONS.get(item.direction.valueText, direction)
            found[name] = (Port(name, direction, 1), _Type(None, plain=False))
            continue
        if kind != "ImplicitAnsiPort":
            continue
        header, declarator = item.header, item.declarator
        if header.kind.name == "InterfacePortHeader":
            type_ = _Type(None, plain=False)
        else:
            said = header.direction.valueText
            own = str(header.dataType).strip()
            # A port that says nothing takes direction and type over from the one before it.
            if said or own or _says_net(header):
                type_ = _type(header.dataType, values)
            direction = _DIRECTIONS.get(said, direction)
        _add(found, declarator, direction, type_)
    return found


def _says_net(header: Any) -> bool:
    word = header.netType if header.kind.name == "NetPortHeader" else header.varKeyword
    return bool(word.valueText)


def _non_ansi(ports: Any, items: Any, values: Mapping[str, int]) -> dict[str, tuple[Port, _Type]]:
    declared: dict[str, tuple[Port, _Type]] = {}
    for item in items:
        if item.kind.name == "PortDeclaration" and hasattr(item.header, "direction"):
            direction = _DIRECTIONS.get(item.header.direction.valueText, Direction.INPUT)
            type_ = _type(item.header.dataType, values)
            for declarator in item.declarators:
                if hasattr(declarator, "dimensions"):
                    _add(declared, declarator, direction, type_)
    found: dict[str, tuple[Port, _Type]] = {}
    for port in ports:
        kind = getattr(port.kind, "name", "")
        if kind == "ImplicitNonAnsiPort":
            name = str(port.expr).strip()
            if name in declared:
                found[name] = declared[name]
        elif kind == "ExplicitNonAnsiPort":
            name = port.name.valueText
            inner = declared.get(str(port.expr).strip())
            direction = inner[0].direction if inner else Direction.INPUT
            found[name] = (Port(name, direction, 1), _Type(None, plain=False))
    return found


def _add(
    found: dict[str, tuple[Port, _Type]], declarator: Any, direction: Direction, type_: _Type
) -> None:
    name = declarator.name.valueText
    if not name:
        return
    if len(declarator.dimensions):
        type_ = _Type(None, plain=False)
    port = Port(name, direction, type_.width or 1, type_.signed, type_.left, type_.right)
    found[name] = (port, type_)


def _type(node: Any, values: Mapping[str, int]) -> _Type:
    text = str(node).strip()
    words = _IDENTIFIER.findall(_DIMENSION.sub(" ", text))
    if node.kind.name in ("NamedType", "StructType", "UnionType", "EnumType", "RealType"):
        return _Type(None, plain=False)
    word = words[0] if words else ""
    if word in _SIZES:
        width, signed = _SIZES[word]
        return _Type(width, signed and "unsigned" not in words)
    if word in ("real", "realtime", "shortreal", "string", "event", "chandle"):
        return _Type(None, plain=False)
    return _vector(text, "signed" in words, values)


def _vector(text: str, signed: bool, values: Mapping[str, int]) -> _Type:
    dimensions = _DIMENSION.findall(text)
    if not dimensions:
        return _Type(1, signed)
    width, bounds = 1, (0, 0)
    for dimension in dimensions:
        match = _RANGE.fullmatch(f"[{dimension}]")
        left, right = (evaluate(match[1], values), evaluate(match[2], values)) if match else (0, 0)
        if match is None or left is None or right is None:
            return _Type(None, signed)
        width, bounds = width * (abs(left - right) + 1), (left, right)
    if len(dimensions) > 1:
        return _Type(width, signed)
    return _Type(width, signed, *bounds)


# Items in which no instance can stand: passing them over saves most of a walk through the tree.
_FLAT = frozenset(
    f"{name}{kind}"
    for name, kind in (
        *((n, "Block") for n in ("Always", "AlwaysComb", "AlwaysFF", "AlwaysLatch", "Final")),
        *((n, "Declaration") for n in ("Data", "Net", "Port", "Function", "Task", "Typedef")),
        ("Continuous", "Assign"),
        ("ParameterDeclaration", "Statement"),
    )
)
_WANTED = frozenset({"HierarchyInstantiation", "InitialBlock"})


def _parts(node: Any) -> Iterator[Any]:
    """The instantiations and initial blocks of a module, in generate blocks too, in order."""
    for item in node.members:
        kind = item.kind.name
        if kind in _WANTED:
            yield item
        elif kind not in _FLAT:
            found: list[Any] = []

            def collect(part: Any, found: list[Any] = found) -> None:
                if getattr(part, "kind", None) is not None and part.kind.name in _WANTED:
                    found.append(part)

            item.visit(collect)
            yield from found


def _instances(parts: Sequence[Any]) -> Iterator[Instance]:
    for part in parts:
        if part.kind.name != "HierarchyInstantiation":
            continue
        for instance in part.instances:
            if hasattr(instance, "connections") and instance.decl is not None:
                yield Instance(
                    part.type.valueText,
                    instance.decl.name.valueText,
                    tuple(_connections(instance.connections)),
                    part.type.range.start.offset,
                    instance.decl.name.range.start.offset,
                )


def _connections(nodes: Any) -> Iterator[Connection]:
    for node in nodes:
        kind = getattr(node.kind, "name", "")
        if kind == "NamedPortConnection":
            name, expr = node.name, node.expr
            if expr is not None:
                yield Connection(name.valueText, str(expr).strip(), *_span(expr))
                continue
            end = name.range.end.offset
            bare = not node.openParen.valueText
            yield Connection(
                name.valueText, name.valueText if bare else "", end, end, implicit=bare
            )
        elif kind == "OrderedPortConnection":
            yield Connection("", str(node.expr).strip(), *_span(node.expr))
        elif kind == "EmptyPortConnection":
            yield Connection("", "", 0, 0)
        elif kind == "WildcardPortConnection":
            end = node.star.range.end.offset
            yield Connection("", "", end, end, wildcard=True)


def _span(node: Any) -> tuple[int, int]:
    return node.sourceRange.start.offset, node.sourceRange.end.offset
