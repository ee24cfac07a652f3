"""Instances of modules that a design does not have: what they may drive."""

from __future__ import annotations

from gatewright.retrieval.design import Design
from gatewright.retrieval.facts.types import Block, BlockKind, Instance
from gatewright.retrieval.places import Place, direction_of, port_of, written_names
from gatewright.retrieval.repository import Definition

_FIRST_VALUES = frozenset((BlockKind.DECLARATION, BlockKind.INITIAL))


def unknown_drivers(design: Design, place: Place, signal: str) -> tuple[Instance, ...]:
    """Instances of unknown modules that may drive a signal: none where known ones drive it all."""
    beside = [
        (instance, design.definition(instance.module, place.path))
        for instance in place.module.instances
        if any(signal in written_names(connection) for connection in instance.connections)
    ]
    unknown = tuple(instance for instance, below in beside if below is None)
    if not unknown:
        return ()
    known = [(instance, below) for instance, below in beside if below is not None]
    port = place.module.port(signal)
    from_outside = port is not None and port.direction == "input"
    settled = from_outside or any(_drives_all(block, signal) for block in place.module.blocks)
    return () if settled or _connected(design, known, signal) else unknown


def _drives_all(block: Block, signal: str) -> bool:
    """A process is alone in driving a variable; an assignment may drive some bits of a net."""
    if signal not in block.drives or block.kind in _FIRST_VALUES:
        return False
    whole = any(given.target == signal for given in block.assignments)
    return whole or block.kind is not BlockKind.ASSIGN


def _connected(design: Design, known: list[tuple[Instance, Definition]], signal: str) -> bool:
    """Whether an output is connected to the whole signal."""
    return any(
        connection.text == signal
        and direction_of(design, below, port_of(connection, below)) == "output"
        for instance, below in known
        for connection in instance.connections
    )
