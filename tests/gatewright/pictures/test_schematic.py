from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.core import DataError
from gatewright.pictures.circuit import circuit_of
from gatewright.pictures.schematic import MOST_CELLS, modules_of, schematic_svg

SVG = "{http://www.w3.org/2000/svg}"
Line = tuple[float, float, float]  # where it lies, from, to
HOSTILE = "<script>alert('x')</script>&\"q"


def port(direction: str, *bits: int | str) -> dict[str, Any]:
    return {"direction": direction, "bits": list(bits)}


def cell(kind: str, outputs: str = "Y", **pins: list[int | str]) -> dict[str, Any]:
    directions = {name: "output" if name in outputs.split() else "input" for name in pins}
    return {"type": kind, "port_directions": directions, "connections": pins}


def netlist(
    ports: dict[str, Any], cells: dict[str, Any], names: dict[str, Any] | None = None
) -> str:
    named = {name: {"hide_name": 0, "bits": bits} for name, bits in (names or {}).items()}
    module = {"attributes": {"top": "1"}, "ports": ports, "cells": cells, "netnames": named}
    return json.dumps({"modules": {"m": module}})


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def wires(svg: str) -> dict[str, tuple[list[Line], list[Line]]]:
    """The horizontal and the vertical lines of each wire."""
    found: dict[str, tuple[list[Line], list[Line]]] = defaultdict(lambda: ([], []))
    for path in ElementTree.fromstring(svg).iter(f"{SVG}path"):
        net = path.get("data-net")
        if net is None:
            continue
        for x, y, way, end in re.findall(r"M([-\d.]+) ([-\d.]+)([HV])([-\d.]+)", path.get("d", "")):
            a, b, e = float(x), float(y), float(end)
            if way == "H":
                found[net][0].append((b, min(a, e), max(a, e)))
            else:
                found[net][1].append((a, min(b, e), max(b, e)))
    return found


def overlaps(one: Line, other: Line) -> bool:
    near = abs(one[0] - other[0]) < 2
    return near and min(one[2], other[2]) - max(one[1], other[1]) > 0.5


def test_shows_ports_symbols_and_constants() -> None:
    shown = texts(
        schematic_svg(
            netlist(
                {"a": port("input", 2, 3), "y": port("output", 4, 5)},
                {"$1": cell("$add", A=[2, 3], B=["1", "0"], Y=[4, 5])},
            ),
            "m",
        )
    )
    assert {"a[1:0]", "y[1:0]", "+", "2'h1"} <= set(shown)


def test_bits_put_together_and_taken_apart_are_labelled() -> None:
    text = netlist(
        {"a": port("input", 2, 3, 4, 5), "y": port("output", 3, 2, 5, 5), "z": port("output", 4)},
        {},
    )
    assert {"[0]", "[1]", "[3] ×2", "[2]"} <= set(texts(schematic_svg(text, "m")))


def test_a_clock_is_named_at_its_registers_not_drawn() -> None:
    dff = cell("$dff", "Q", CLK=[2], D=[4], Q=[3])
    invert = cell("$not", A=[3], Y=[4])
    text = netlist(
        {"clk": port("input", 2), "q": port("output", 3)}, {"$1": dff, "$2": invert}, {"q": [3]}
    )
    svg = schematic_svg(text, "m")
    assert texts(svg).count("clk") == 2
    assert len(wires(svg)) == 2  # the register's and the inverter's


def test_names_are_escaped_and_long_ones_cut() -> None:
    text = netlist(
        {HOSTILE: port("input", 2), "n" * 500: port("output", 2)},
        {HOSTILE: cell(HOSTILE, HOSTILE, p=[2])},
    )
    svg = schematic_svg(text, "m")
    ElementTree.fromstring(svg)
    assert "<script" not in svg
    assert max(map(len, texts(svg))) < 60


def test_too_large_a_module_is_refused_with_its_size() -> None:
    many = {f"${i}": cell("$not", A=[2], Y=[i + 3]) for i in range(MOST_CELLS + 1)}
    with pytest.raises(DataError, match=f"{MOST_CELLS + 1} cells are too many"):
        schematic_svg(netlist({"a": port("input", 2)}, many), "m")


def test_the_largest_module_takes_a_second_at_most() -> None:
    cells = {
        f"${i}": cell("$and", A=[2 + i * 7 % 140], B=[2 + i * 31 % 150], Y=[12 + i])
        for i in range(MOST_CELLS)
    }
    text = netlist({"a": port("input", *range(2, 12))}, cells)
    start = time.process_time()
    try:
        schematic_svg(text, "m")
    except DataError as error:
        assert "too many wires" in str(error)
    assert time.process_time() - start < 4


def test_the_top_module_comes_first() -> None:
    text = json.dumps({"modules": {"a": {"attributes": {}}, "b": {"attributes": {"top": "1"}}}})
    assert modules_of(text) == ("b", "a")


@st.composite
def designs(draw: st.DrawFn) -> str:
    """Cells that are wired at random, loops and swapped bits among them."""
    inputs, count = draw(st.integers(1, 4)), draw(st.integers(1, 14))
    nets = list(range(2, 2 + 2 * (inputs + count)))
    bit = st.sampled_from([*nets, "0", "1", "x"])
    ports = {f"i{n}": port("input", nets[2 * n], nets[2 * n + 1]) for n in range(inputs)}
    cells = {}
    for n in range(count):
        kind = draw(st.sampled_from(["$and", "$add", "$mux", "$dff", "sub", "$not"]))
        out = nets[2 * (inputs + n) : 2 * (inputs + n) + 2]
        whole = st.sampled_from([nets[i : i + 2] for i in range(0, len(nets), 2)])
        pins = {p: draw(whole | st.lists(bit, min_size=2, max_size=2)) for p in "ABS"}
        cells[f"c{n}"] = cell(kind, **pins, Y=out)
    outputs = draw(st.lists(st.lists(bit, min_size=1, max_size=4), max_size=4))
    ports |= {f"o{n}": port("output", *bits) for n, bits in enumerate(outputs)}
    return netlist(ports, cells)


@settings(max_examples=150, deadline=None)
@given(designs())
def test_no_wire_runs_along_another_and_each_holds_together(text: str) -> None:
    drawn = wires(schematic_svg(text, "m"))
    nets = circuit_of(json.loads(text)["modules"]["m"]).nets
    assert len(drawn) == sum(bool(net.sinks) for net in nets)
    for net, (level, upright) in drawn.items():
        for other, (levels, uprights) in drawn.items():
            if net < other:
                assert not any(overlaps(a, b) for a in level for b in levels)
                assert not any(overlaps(a, b) for a in upright for b in uprights)
        assert in_one_piece(level, upright)


def in_one_piece(level: list[Line], upright: list[Line]) -> bool:
    boxes = [(low, y, high, y) for y, low, high in level]
    boxes += [(x, low, x, high) for x, low, high in upright]
    reached, waiting = {0}, [0]
    while waiting:
        a = boxes[waiting.pop()]
        for i, b in enumerate(boxes):
            near = a[0] <= b[2] + 0.2 and b[0] <= a[2] + 0.2
            if i not in reached and near and a[1] <= b[3] + 0.2 and b[1] <= a[3] + 0.2:
                reached.add(i)
                waiting.append(i)
    return len(reached) == len(boxes)
