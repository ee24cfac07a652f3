"""Reads instances: which module, with what parameters, connected to what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gatewright.retrieval.facts.blocks import Surroundings
from gatewright.retrieval.facts.kinds import (
    EMPTY_PORT_CONNECTION,
    NAMED_PARAM_ASSIGNMENT,
    NAMED_PORT_CONNECTION,
    ORDERED_PORT_CONNECTION,
    WILDCARD_PORT_CONNECTION,
)
from gatewright.retrieval.facts.names import Names, nodes
from gatewright.retrieval.facts.places import Places
from gatewright.retrieval.facts.simple import connection_in
from gatewright.retrieval.facts.types import Connection, Instance, Override

_LONGEST_TEXT = 400  # characters kept of a connection's expression


class InstanceReader:
    """Reads the instances of one text."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._names = Names()

    def close(self) -> None:
        """Forget what refers to this reader."""
        self._names.close()

    def instances(self, node: Any, around: Surroundings, doc: str) -> Iterator[Instance]:
        """The instances of one instantiation; several may share a module and its parameters."""
        place = self._places.range(node)
        overrides = tuple(self._overrides(node.parameters))
        found = list(nodes(node.instances))
        for instance in found:
            connections = list(nodes(instance.connections))
            read = (self._connection(given, i) for i, given in enumerate(connections))
            yield Instance(
                node.type.valueText,
                instance.decl.name.valueText if instance.decl is not None else "",
                overrides,
                tuple(connection for connection in read if connection is not None),
                any(c.kind is WILDCARD_PORT_CONNECTION for c in connections),
                around.scope,
                around.guard,
                doc,
                place if len(found) == 1 else self._places.range(instance),
            )

    def _overrides(self, given: Any) -> Iterator[Override]:
        for override in nodes(given.parameters) if given is not None else ():
            named = override.kind is NAMED_PARAM_ASSIGNMENT
            text = self._places.text(override.expr)[:_LONGEST_TEXT] if override.expr else ""
            yield Override(override.name.valueText if named else "", text)

    def _connection(self, node: Any, position: int) -> Connection | None:
        start, end = self._places.span(node)
        written = self._places.written(start, end)
        simple = connection_in(written) if written is not None else None
        if simple is None:
            return self._from_nodes(node, position)
        port, text, names, implicit = simple
        place = self._places.between(start, end)
        return Connection(port, position, text[:_LONGEST_TEXT], names, place, implicit)

    def _from_nodes(self, node: Any, position: int) -> Connection | None:
        kind = node.kind
        if kind is NAMED_PORT_CONNECTION:
            port, given, implicit = node.name.valueText, node.expr, not node.openParen
            if not port:
                return None
        elif kind is ORDERED_PORT_CONNECTION:
            port, given, implicit = "", node.expr, False
        elif kind is EMPTY_PORT_CONNECTION:
            return Connection("", position, "", (), self._places.range(node))
        else:
            return None
        if implicit:
            return Connection(port, position, port, (port,), self._places.range(node), True)
        text = self._places.text(given)[:_LONGEST_TEXT] if given is not None else ""
        names = self._names.read(given) if text else ()
        return Connection(port, position, text, names, self._places.range(node))
