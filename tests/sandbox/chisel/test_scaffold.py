from __future__ import annotations

import pytest

from gatewright.core import Direction, Interface, Port
from gatewright.sandbox.chisel.builder import Builder, Request
from gatewright.sandbox.chisel.scaffold import (
    Clocking,
    ResetKind,
    clocking,
    scaffold,
    scala_name,
    unnameable,
)
from gatewright.sandbox.tools import slang
from tests.sandbox.chisel.conftest import chisel


def module(*ports: str) -> Interface:
    """Ports as `in8 name` or `out1 name`."""
    found = []
    for text in ports:
        kind, name = text.split()
        direction = Direction.INPUT if kind.startswith("in") else Direction.OUTPUT
        found.append(Port(name, direction, int(kind.lstrip("inout"))))
    return Interface("TopModule", tuple(found))


SEQUENTIAL = "    val r = RegInit(3.U(4.W)); r := a; q := r"
CASES = {
    "synchronous": (("in1 clk", "in1 reset", "in4 a", "out4 q"), SEQUENTIAL, "@(posedge clk)"),
    "asynchronous": (
        ("in1 clk", "in1 areset", "in4 a", "out4 q"),
        SEQUENTIAL,
        "@(posedge clk or posedge areset)",
    ),
    "active low": (("in1 clk", "in1 resetn", "in4 a", "out4 q"), SEQUENTIAL, "@(posedge clk)"),
    "asynchronous active low": (
        ("in1 clk", "in1 aresetn", "in4 a", "out4 q"),
        SEQUENTIAL,
        "@(posedge clk or posedge",
    ),
    "no reset": (("in1 clk", "in4 a", "out4 q"), "    q := RegNext(a)", "@(posedge clk)"),
    "unused input": (("in1 clk", "in1 x", "out1 q"), "    q := true.B", ""),
    "combinational": (("in1 a", "in1 b", "out1 q"), "", ""),
    "Scala's keywords": (("in1 type_", "in4 val", "in1 in", "out1 q", "out4 object"), "", ""),
    "members of objects": (("in1 notify", "in4 a", "out1 wait_", "out4 clone", "out1 q"), "", ""),
    "capitals and underscores": (("in1 A", "in2 _b", "out1 Q", "out2 out_0"), "", ""),
    "vectors of one bit": (("in1 a", "out1 q"), "", ""),
    "wide": (("in512 data", "out512 q"), "", ""),
}


def _filled(interface: Interface, statement: str) -> str:
    """The scaffold with its outputs driven."""
    text = scaffold(interface)
    if statement:
        return text.replace("    // registers and logic", statement)
    drives = []
    for out in interface.outputs:
        same = [p for p in interface.inputs if p.width == out.width]
        value = scala_name(same[0].name) if same else "0.U"
        drives.append(f"  {scala_name(out.name)} := {value}")
    return text.replace("  // combinational logic: drive every output", "\n".join(drives))


@pytest.mark.parametrize("case", CASES, ids=CASES.keys())
def test_the_emitted_header_is_the_interface(case: str, builder: Builder) -> None:
    ports, statement, event = CASES[case]
    interface = module(*ports)
    built = builder.build(Request((chisel(_filled(interface, statement)),), "TopModule"))
    assert built.failure is None, built.diagnostics
    found = slang.parse_sources(built.verilog).module("TopModule")
    assert found is not None
    told = [(p.name, p.direction, p.width) for p in found.interface.ports]
    assert told == [(p.name, p.direction, p.width) for p in interface.ports]
    assert event in built.verilog[0].text


def test_a_negative_edge(builder: Builder) -> None:
    interface = module("in1 clk", "in4 a", "out4 q")
    text = scaffold(interface, Clocking("clk", negative_edge=True))
    text = text.replace("    // registers and logic", "    q := RegNext(a)")
    built = builder.build(Request((chisel(text),), "TopModule"))
    assert built.failure is None, built.diagnostics
    assert "~clk" in built.verilog[0].text


def test_inout_ports_are_analog(builder: Builder) -> None:
    pad = Port("pad", Direction.INOUT, 8)
    text = scaffold(Interface("TopModule", (pad,)))
    built = builder.build(Request((chisel(text),), "TopModule"))
    assert built.failure is None, built.diagnostics
    assert "inout  [7:0] pad" in built.verilog[0].text or "inout [7:0] pad" in built.verilog[0].text


def test_names_tell_the_reset_kind() -> None:
    assert clocking(module("in1 clk", "in1 rst_n")) == Clocking(
        "clk", "rst_n", ResetKind.SYNCHRONOUS, active_low=True
    )
    assert clocking(module("in1 clk_i", "in1 rst_ni")).kind is ResetKind.ASYNCHRONOUS
    assert clocking(module("in1 clock", "in1 areset")).kind is ResetKind.ASYNCHRONOUS
    assert clocking(module("in8 clk", "in1 reset")) == Clocking()


def test_ports_that_firtool_renames_are_told() -> None:
    assert unnameable(module("in1 do", "in1 logic", "out1 y")) == ("do", "logic")
