"""The repository as a networkx graph: modules, instances, signals and blocks, and what joins them.

Made on demand, for algorithms on graphs; the questions of the command line do not need it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from gatewright.retrieval.facts.types import Module, Range
from gatewright.retrieval.places import direction_of, port_of
from gatewright.retrieval.repository import Definition, Repository

if TYPE_CHECKING:
    from networkx import MultiDiGraph


class NodeKind(StrEnum):
    """What a node stands for."""

    MODULE = "module"
    INSTANCE = "instance"
    SIGNAL = "signal"
    BLOCK = "block"


class Node(NamedTuple):
    """A node: the file and module it is in, and its name there; a block's is `kind:line`."""

    kind: NodeKind
    file: str
    module: str
    name: str


class EdgeKind(StrEnum):
    """What joins two nodes; an edge's key in the graph.

    CONTAINS: module to what is in it. DRIVES: block or instance to signal. LOADS: signal to block
    or instance. INSTANTIATES: instance to module. CONNECTS: signal to the port below, or back, as
    data flows. IMPORTS: module to package.
    """

    CONTAINS = "contains"
    DRIVES = "drives"
    LOADS = "loads"
    INSTANTIATES = "instantiates"
    CONNECTS = "connects"
    IMPORTS = "imports"


def graph(repository: Repository, modules: Iterable[str] | None = None) -> MultiDiGraph:
    """The graph of all modules, or of those named; edges may leave those.

    Nodes are `Node`s with `line` and `end_line`, edges have an `EdgeKind` as key and a `line`.
    """
    import networkx

    found: MultiDiGraph = networkx.MultiDiGraph()
    wanted = None if modules is None else set(modules)
    for definition in repository.definitions():
        if wanted is None or definition.name in wanted:
            module = repository.module(definition)
            for edge in _edges(repository, definition, module):
                found.add_edge(edge.start, edge.end, key=edge.kind, line=edge.line)
            for node, line, end_line in _places(definition, module):
                found.add_node(node, line=line, end_line=end_line)
    return found


class _Edge(NamedTuple):
    start: Node
    end: Node
    kind: EdgeKind
    line: int


def _signals(module: Module) -> list[tuple[str, Range]]:
    ports = [(port.name, port.range) for port in module.ports]
    return [*ports, *((signal.name, signal.range) for signal in module.signals)]


def _places(definition: Definition, module: Module) -> Iterator[tuple[Node, int, int]]:
    file, name = definition.path, module.name
    yield Node(NodeKind.MODULE, file, name, name), module.range.line, module.range.end_line
    for signal, at in _signals(module):
        yield Node(NodeKind.SIGNAL, file, name, signal), at.line, at.end_line
    for instance in module.instances:
        at = instance.range
        yield Node(NodeKind.INSTANCE, file, name, instance.name), at.line, at.end_line
    for block in module.blocks:
        at = block.range
        node = Node(NodeKind.BLOCK, file, name, f"{block.kind.value}:{at.line}")
        yield node, at.line, at.end_line


def _edges(repository: Repository, definition: Definition, module: Module) -> Iterator[_Edge]:
    file, name = definition.path, module.name
    whole = Node(NodeKind.MODULE, file, name, name)
    for package in module.packages:
        found = repository.definition(package, file)
        if found is not None:
            there = Node(NodeKind.MODULE, found.path, package, package)
            yield _Edge(whole, there, EdgeKind.IMPORTS, module.range.line)
    for signal, at in _signals(module):
        yield _Edge(whole, Node(NodeKind.SIGNAL, file, name, signal), EdgeKind.CONTAINS, at.line)
    for block in module.blocks:
        line = block.range.line
        node = Node(NodeKind.BLOCK, file, name, f"{block.kind.value}:{line}")
        yield _Edge(whole, node, EdgeKind.CONTAINS, line)
        for driven in block.drives:
            yield _Edge(node, Node(NodeKind.SIGNAL, file, name, driven), EdgeKind.DRIVES, line)
        for read in block.loads:
            yield _Edge(Node(NodeKind.SIGNAL, file, name, read), node, EdgeKind.LOADS, line)
    yield from _instance_edges(repository, definition, module, whole)


def _instance_edges(
    repository: Repository, definition: Definition, module: Module, whole: Node
) -> Iterator[_Edge]:
    file, name = definition.path, module.name
    for instance in module.instances:
        line = instance.range.line
        node = Node(NodeKind.INSTANCE, file, name, instance.name)
        yield _Edge(whole, node, EdgeKind.CONTAINS, line)
        below = repository.definition(instance.module, file)
        if below is not None:
            there = Node(NodeKind.MODULE, below.path, below.name, below.name)
            yield _Edge(node, there, EdgeKind.INSTANTIATES, line)
        for connection in instance.connections:
            port = port_of(connection, below)
            into = direction_of(repository, below, port) != "output"
            for used in connection.names:
                here = Node(NodeKind.SIGNAL, file, name, used)
                at = connection.range.line
                kind = EdgeKind.LOADS if into else EdgeKind.DRIVES
                yield _Edge(*((here, node) if into else (node, here)), kind, at)
                if below is not None:
                    there = Node(NodeKind.SIGNAL, below.path, below.name, port)
                    yield _Edge(*((here, there) if into else (there, here)), EdgeKind.CONNECTS, at)
