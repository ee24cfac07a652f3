"""Reads what a module declares about itself: ports, parameters, types."""

from __future__ import annotations

from typing import Any

from pyslang.syntax import SyntaxKind

from gatewright.retrieval.facts.comments import comment_above, comment_behind
from gatewright.retrieval.facts.kinds import (
    ENUM_TYPE,
    EXPLICIT_ANSI_PORT,
    EXPLICIT_NON_ANSI_PORT,
    IMPLICIT_ANSI_PORT,
    IMPLICIT_NON_ANSI_PORT,
    INTERFACE_PORT_HEADER,
    NAMED_TYPE,
    NET_DECLARATION,
    PORT_REFERENCE,
    STRUCT_TYPE,
    TYPE_PARAMETER_DECLARATION,
)
from gatewright.retrieval.facts.names import nodes
from gatewright.retrieval.facts.places import Places
from gatewright.retrieval.facts.types import Parameter, Port, Signal, TypeName

_LONGEST_VALUE = 400  # characters kept of a parameter's default


class HeaderReader:
    """Reads declarations of one text; `data` is where their comments stand."""

    def __init__(self, places: Places, data: bytes) -> None:
        self._places = places
        self._data = data

    def _doc(self, start: int, end: int) -> str:
        """The comment above a declaration or, where there is none, behind it on its line."""
        return comment_behind(self._data, end) or comment_above(self._data, start)

    # ports

    def ports(self, header: Any) -> list[Port]:
        """The ports of a module's header, in order; without a direction in the old style."""
        listed = getattr(header.ports, "ports", ()) if header.ports is not None else ()
        found: list[Port] = []
        direction, type_ = "inout", ""
        for node in nodes(listed):
            if node.kind is IMPLICIT_ANSI_PORT:
                direction, type_ = self._heading(node.header, direction, type_)
                found.append(self._port(node.declarator.name, direction, type_, node))
            elif node.kind is EXPLICIT_ANSI_PORT:
                direction = node.direction.valueText or direction
                found.append(self._port(node.name, direction, "", node))
            elif node.kind is EXPLICIT_NON_ANSI_PORT:
                found.append(self._port(node.name, "", "", node))
            elif node.kind is IMPLICIT_NON_ANSI_PORT:
                found += (
                    self._port(part.name, "", "", node)
                    for part in (node.expr, *nodes(getattr(node.expr, "references", ())))
                    if part.kind is PORT_REFERENCE
                )
        return [port for port in found if port.name]

    def _port(self, name: Any, direction: str, type_: str, node: Any) -> Port:
        start, end = self._places.span(node)
        place = self._places.between(start, end)
        return Port(name.valueText, direction, type_, self._doc(start, end), place)

    def _heading(self, header: Any, direction: str, type_: str) -> tuple[str, str]:
        """Direction and type of an ANSI port; both of the port before where it has neither."""
        if header.kind is INTERFACE_PORT_HEADER:
            return "interface", self._places.text(header)
        written = header.direction.valueText if header.direction else ""
        if not written and header.dataType.kind is NAMED_TYPE:
            # `intf name` without a direction is an interface's port; `type name` inherits one.
            return ("interface" if direction == "interface" else direction), self._type(header)
        if not written and not self._places.text(header):
            return direction, type_
        return written or direction, self._type(header)

    def _type(self, header: Any) -> str:
        text = self._places.text(header)
        written = header.direction.valueText if header.direction else ""
        return text.removeprefix(written).strip()

    def declared_ports(self, node: Any) -> list[Port]:
        """The ports of an old-style declaration in a module's body."""
        written = getattr(node.header, "direction", None)
        direction = written.valueText if written else ""
        type_ = self._type(node.header) if written else self._places.text(node.header)
        return [
            self._port(declarator.name, direction, type_, declarator)
            for declarator in nodes(node.declarators)
            if declarator.name.valueText
        ]

    # parameters, types, signals

    def parameters(self, node: Any) -> list[Parameter]:
        """The parameters of a declaration, of values or of types."""
        keyword = node.keyword.valueText if node.keyword else "parameter"
        types = node.kind is TYPE_PARAMETER_DECLARATION
        type_ = "type" if types else self._places.text(node.type)
        return [
            Parameter(
                declarator.name.valueText,
                keyword,
                type_,
                self._default(declarator, types)[:_LONGEST_VALUE],
                self._places.range(declarator),
            )
            for declarator in nodes(node.declarators)
            if declarator.name.valueText
        ]

    def _default(self, declarator: Any, types: bool) -> str:
        given = declarator.assignment if types else declarator.initializer
        if given is None:
            return ""
        return self._places.text(given.type if types else given.expr)

    def type_name(self, node: Any) -> TypeName:
        """The name, kind and members of a typedef."""
        type_ = node.type
        members: list[str] = []
        if type_.kind is ENUM_TYPE:
            kind = "enum"
            members = [member.name.valueText for member in nodes(type_.members)]
        elif type_.kind in (SyntaxKind.StructType, SyntaxKind.UnionType):
            kind = "struct" if type_.kind is STRUCT_TYPE else "union"
            fields = (nodes(member.declarators) for member in nodes(type_.members))
            members = [field.name.valueText for group in fields for field in group]
        else:
            kind = self._places.text(type_)
        return TypeName(node.name.valueText, kind, tuple(members), self._places.range(node))

    def signals(self, node: Any) -> list[Signal]:
        """The nets or variables of a declaration."""
        net = node.kind is NET_DECLARATION
        words = (node.netType.valueText if net else "", self._places.text(node.type))
        type_ = " ".join(word for word in words if word)[:_LONGEST_VALUE]
        found: list[Signal] = []
        for declarator in nodes(node.declarators):
            name = declarator.name.valueText
            if name:
                start, end = self._places.span(declarator)
                size = "".join(self._places.text(d) for d in nodes(declarator.dimensions))
                doc, place = self._doc(start, end), self._places.between(start, end)
                found.append(Signal(name, type_, size, doc, place))
        return found
