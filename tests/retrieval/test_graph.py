"""The repository as a graph."""

from __future__ import annotations

import networkx

from gatewright.retrieval.graph import EdgeKind, Node, NodeKind, graph
from gatewright.retrieval.repository import Repository


def test_data_flows_along_the_edges(chip: Repository) -> None:
    found = graph(chip)
    request = Node(NodeKind.SIGNAL, "sim/tb.sv", "tb", "req")
    grant = Node(NodeKind.SIGNAL, "sim/tb.sv", "tb", "gnt")
    assert networkx.has_path(found, request, grant)
    assert not networkx.has_path(found, grant, request)


def test_nodes_and_edges_have_places_and_kinds(chip: Repository) -> None:
    found = graph(chip)
    top = Node(NodeKind.MODULE, "rtl/top.sv", "top", "top")
    arbiter = Node(NodeKind.MODULE, "rtl/arbiter.sv", "arbiter", "arbiter")
    instance = Node(NodeKind.INSTANCE, "rtl/top.sv", "top", "u_arb")
    register = Node(NodeKind.BLOCK, "rtl/top.sv", "top", "always_ff:13")
    assert (found.nodes[top]["line"], found.nodes[top]["end_line"]) == (2, 28)
    assert found.has_edge(top, instance, EdgeKind.CONTAINS)
    assert found.has_edge(instance, arbiter, EdgeKind.INSTANTIATES)
    assert found.has_edge(register, top._replace(kind=NodeKind.SIGNAL, name="pending"), "drives")
    package = Node(NodeKind.MODULE, "rtl/top_pkg.sv", "top_pkg", "top_pkg")
    assert not found.has_edge(package, top)
    assert found.has_edge(top, package, EdgeKind.IMPORTS)


def test_a_part_of_the_repository(chip: Repository) -> None:
    found = graph(chip, ["arbiter"])
    assert {node.module for node in found} == {"arbiter"}
