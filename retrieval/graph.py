"""The repository as a networkx graph: modules, instances, signals and blocks, and what joins them.

Made on demand, for algorithms on graphs; the questions of the command line do not need it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from gatewright.retrieval.facts.types import Block, Connection, Instance, Range
from gatewright.retrieval.garbage import no_collections
from gatewright.retrieval.places import direction_of, port_of, written_names
from gatewright.retrieval.repository import Definition, Repository

if TYPE_CHECKING:
    from networkx import MultiDiGraph

_DRIVING = frozenset(("output", "inout", "ref", "interface"))


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
    with no_collections():
        for definition in repository.definitions():
            if wanted is None or definition.name in wanted:
                _Part(repository, found, definition).add()
    return found


class _Part:
    """Adds one module to the graph."""

    def __init__(self, repository: Repository, found: MultiDiGraph, definition: Definition) -> None:
        self._repository = repository
        self._graph = found
        self._file, self._name = definition.path, definition.name
        self._module = repository.module(definition)
        self._whole = Node(NodeKind.MODULE, self._file, self._name, self._name)
        self._known: dict[str, Node] = {}

    def add(self) -> None:
        """Its nodes, with where they are, then its edges."""
        module = self._module
        self._place(self._whole, module.range)
        for package in module.packages:
            found = self._repository.definition(package, self._file)
            if found is not None:
                there = Node(NodeKind.MODULE, found.path, package, package)
                self._edge(self._whole, there, EdgeKind.IMPORTS, module.range.line)
        for port in module.ports:
            self._contain(self._signal(port.name), port.range)
        for signal in module.signals:
            self._contain(self._signal(signal.name), signal.range)
        for block in module.blocks:
            self._block(block)
        for instance in module.instances:
            self._instance(instance)

    def _place(self, node: Node, at: Range) -> None:
        self._graph.add_node(node, line=at.line, end_line=at.end_line)

    def _contain(self, node: Node, at: Range) -> None:
        self._place(node, at)
        self._edge(self._whole, node, EdgeKind.CONTAINS, at.line)

    def _edge(self, start: Node, end: Node, kind: EdgeKind, line: int) -> None:
        self._graph.add_edge(start, end, kind, line=line)

    def _signal(self, name: str) -> Node:
        node = self._known.get(name)
        if node is None:
            node = self._known[name] = Node(NodeKind.SIGNAL, self._file, self._name, name)
        return node

    def _block(self, block: Block) -> None:
        line = block.range.line
        node = Node(NodeKind.BLOCK, self._file, self._name, f"{block.kind.value}:{line}")
        self._contain(node, block.range)
        for driven in block.drives:
            self._edge(node, self._signal(driven), EdgeKind.DRIVES, line)
        for read in block.loads:
            self._edge(self._signal(read), node, EdgeKind.LOADS, line)

    def _instance(self, instance: Instance) -> None:
        node = Node(NodeKind.INSTANCE, self._file, self._name, instance.name)
        self._contain(node, instance.range)
        below = self._repository.definition(instance.module, self._file)
        if below is not None:
            there = Node(NodeKind.MODULE, below.path, below.name, below.name)
            self._edge(node, there, EdgeKind.INSTANTIATES, instance.range.line)
        for connection in instance.connections:
            self._connection(node, connection, below)
        if instance.wildcard and below is not None:
            self._wildcard(node, instance, below)

    def _connection(self, node: Node, connection: Connection, below: Definition | None) -> None:
        port = port_of(connection, below)
        direction = direction_of(self._repository, below, port)
        written = written_names(connection)
        for name in connection.names:
            # What an index of an output's connection reads is read.
            way = direction if name in written else "input"
            self._join(node, self._signal(name), way, connection.range.line)
            if below is not None and port and (name in written or direction == "input"):
                there = Node(NodeKind.SIGNAL, below.path, below.name, port)
                self._connect(self._signal(name), there, direction, connection.range.line)

    def _wildcard(self, node: Node, instance: Instance, below: Definition) -> None:
        """What `.*` connects: every port that has a signal of its name here."""
        named = {connection.port for connection in instance.connections}
        for port, _, _ in below.ports:
            if port not in named and port in self._known:
                direction = direction_of(self._repository, below, port)
                there = Node(NodeKind.SIGNAL, below.path, below.name, port)
                self._join(node, self._signal(port), direction, instance.range.line)
                self._connect(self._signal(port), there, direction, instance.range.line)

    def _join(self, node: Node, signal: Node, direction: str, line: int) -> None:
        """An instance and a signal beside it; both ways where data may flow both ways."""
        if direction != "output":
            self._edge(signal, node, EdgeKind.LOADS, line)
        if direction in _DRIVING:
            self._edge(node, signal, EdgeKind.DRIVES, line)

    def _connect(self, signal: Node, port: Node, direction: str, line: int) -> None:
        if direction != "output":
            self._edge(signal, port, EdgeKind.CONNECTS, line)
        if direction in _DRIVING:
            self._edge(port, signal, EdgeKind.CONNECTS, line)
