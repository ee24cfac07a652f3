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


def test_ports_by_name_and_by_wildcard_connect_in_the_direction_of_data(chip: Repository) -> None:
    found = graph(chip)

    def signal(file: str, module: str, name: str) -> Node:
        return Node(NodeKind.SIGNAL, file, module, name)

    stray = signal("rtl/top.sv", "top", "stray")
    assert found.has_edge(signal("rtl/wild.sv", "wild", "stray"), stray, EdgeKind.CONNECTS)
    assert not found.has_edge(stray, signal("rtl/wild.sv", "wild", "stray"))
    wild = Node(NodeKind.INSTANCE, "rtl/top.sv", "top", "u_wild")
    assert found.has_edge(wild, stray, EdgeKind.DRIVES)
    assert found.has_edge(signal("rtl/top.sv", "top", "clk_i"), wild, EdgeKind.LOADS)
    bus = signal("rtl/top.sv", "top", "bus")
    inside = signal("rtl/arbiter.sv", "arbiter", "bus")
    assert found.has_edge(bus, inside) and found.has_edge(inside, bus)  # an interface: both ways


def test_an_index_of_an_output_is_read(chip: Repository) -> None:
    (chip.root / "rtl/indexed.v").write_text(
        "module indexed(input i, a, output [1:0] o);\n  pad u (.a(a), .y(o[i]));\nendmodule\n"
    )
    chip.refresh()
    found = graph(chip)
    unit = Node(NodeKind.INSTANCE, "rtl/indexed.v", "indexed", "u")
    signal = unit._replace(kind=NodeKind.SIGNAL)
    assert found.has_edge(signal._replace(name="i"), unit, EdgeKind.LOADS)
    assert not found.has_edge(unit, signal._replace(name="i"))
    assert found.has_edge(unit, signal._replace(name="o"), EdgeKind.DRIVES)


def test_a_part_of_the_repository(chip: Repository) -> None:
    found = graph(chip, ["arbiter"])
    assert {node.module for node in found} == {"arbiter"}
