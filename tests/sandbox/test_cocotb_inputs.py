"""Whatever a design does to its own inputs under cocotb, the tests' values stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatewright.core import (
    Candidate,
    CocotbSpec,
    Direction,
    FailureClass,
    Interface,
    Language,
    Outcome,
    Port,
    Problem,
    Source,
    Verdict,
)
from gatewright.sandbox.harness.cocotb import LIMITS, CocotbHarness
from gatewright.sandbox.isolation import open_isolation

READS_BACK = """import cocotb
from cocotb.triggers import Timer

@cocotb.test()
async def adds(dut):
    for a, b in ((1, 2), (200, 100), (255, 255), (7, 0)):
        dut.a.value, dut.b.value = a, b
        await Timer(1, "ns")
        assert int(dut.s.value) == int(dut.a.value) + int(dut.b.value)
"""
COUNTS = """import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge

@cocotb.test()
async def counts(dut):
    cocotb.start_soon(Clock(dut.clk, 10, "ns").start())
    dut.rst.value = 1
    await FallingEdge(dut.clk)
    await FallingEdge(dut.clk)
    dut.rst.value, expected = 0, 0
    for _ in range(20):
        await FallingEdge(dut.clk)
        expected = 0 if dut.rst.value else (expected + 1) % 16
        assert dut.q.value == expected
"""
GOOD = "module adder(input [7:0] a, b, output [8:0] s); assign s = a + b; endmodule"
HEAD = "module adder(input wire [7:0] a, b, output [8:0] s); assign s = 0;"
INTERFACE = Interface(
    "adder",
    (Port("a", Direction.INPUT, 8), Port("b", Direction.INPUT, 8), Port("s", Direction.OUTPUT, 9)),
)


def run(
    design: str,
    tests: str,
    interface: Interface | None = None,
    top: str = "",
    pokes: frozenset[str] = frozenset(),
    reference: str = "",
) -> Verdict:
    spec = CocotbSpec((Source("test_it.py", tests, Language.PYTHON),))
    golden = (Source("golden.sv", reference),) if reference else ()
    problem = Problem("p", "", top=top, interface=interface, reference=golden, harness=spec)
    limits = replace(LIMITS, cpu_s=3, wall_s=40)
    harness = CocotbHarness(open_isolation(), limits, pokes=pokes)
    return harness.check(problem, Candidate((Source("dut.sv", design),)))


@pytest.mark.parametrize(
    ("design", "outcome"),
    [
        (f"{HEAD} assign (supply0, supply1) a = 0; assign (supply0, supply1) b = 0; endmodule", ""),
        (
            f"{HEAD} reg t = 0; always @(a or b) t = ~t; assign a = t ? 8'd0 : 8'd0;"
            " assign b = t ? 8'd0 : 8'd0; endmodule",
            "",
        ),
        (
            f"{HEAD} wire [7:0] z = 0; genvar i; for (i = 0; i < 8; i = i + 1) begin"
            " tran(a[i], z[i]); tran(b[i], z[i]); end endmodule",
            "",
        ),
        (
            f"{HEAD} pull p(a); pull r(b); endmodule module pull(inout [7:0] n);"
            " assign (supply0, supply1) n = 0; endmodule",
            "",
        ),
        (
            f"{HEAD} pull p(a); pull r(b); endmodule module pull(input [7:0] n);"
            " assign (supply0, supply1) n = 0; endmodule",
            "",
        ),
        (
            "module adder(a, b, s); input [7:0] a, b; output [8:0] s; assign s = 0;"
            " assign (supply0, supply1) a = 0; assign (supply0, supply1) b = 0; endmodule",
            "",
        ),
        (
            "package p; typedef logic [7:0] t; endpackage module adder import p::*;"
            " (input wire t a, b, output [8:0] s); assign s = 0;"
            " assign (supply0, supply1) a = 0; assign (supply0, supply1) b = 0; endmodule",
            "",
        ),
        (
            "module adder(output reg [7:0] a, b, output [8:0] s); assign s = 0;"
            " always @* if (a) a = 0; always @* if (b) b = 0; endmodule",
            "interface",
        ),
        (
            "module adder(inout [7:0] a, b, output [8:0] s); assign s = 0;"
            " assign (supply0, supply1) a = 0; assign (supply0, supply1) b = 0; endmodule",
            "",
        ),
        (
            "module adder(input x, output [8:0] s); reg [7:0] a, b; assign s = 0;"
            " always @(a) a = 0; always @(b) b = 0; endmodule",
            "interface",
        ),
        (
            "module adder(input x, output [8:0] s); reg [7:0] a, b; assign s = a + b; endmodule",
            "interface",
        ),
        (
            "module adder(inout [7:0] a, b, output [8:0] s); assign s = a + b; endmodule",
            "interface",
        ),
    ],
)
@pytest.mark.parametrize("interface", [None, INTERFACE])
def test_a_design_that_writes_its_inputs_does_not_pass(
    design: str, outcome: str, interface: Interface | None
) -> None:
    verdict = run(design, READS_BACK, interface, top="adder")
    assert verdict.outcome is not Outcome.PASS
    if outcome and interface is None:
        assert verdict.failure_class is FailureClass(outcome)
        assert "'a'" in verdict.diagnostics[0].message


@pytest.mark.parametrize(
    "body",
    [
        "assign q = 0; assign (supply0, supply1) rst = 1;",
        "assign q = 0; assign (supply0, supply1) clk = 0;",
        "assign q = 0; pulldown (clk); supply1 one; tran(rst, one);",
    ],
)
def test_clocks_and_resets_are_the_tests_own(body: str) -> None:
    head = "module cnt(input clk, input rst, output [3:0] q);"
    assert not run(f"{head} {body} endmodule", COUNTS).passed
    counter = "reg [3:0] n; always @(posedge clk) if (rst) n <= 0; else n <= n + 1; assign q = n;"
    assert run(f"{head} {counter} endmodule", COUNTS).passed
    local = "module cnt(output [3:0] q); reg clk, rst; initial clk = 0;"
    assert not run(f"{local} {counter} endmodule", COUNTS).passed


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "module adder(a, b, s); input [7:0] a, b; output [8:0] s; wire [7:0] a; assign s = a + b;"
        " endmodule",
        "module adder #(parameter W = 8) (input [W-1:0] a, b, output [W:0] s); assign s = a + b;"
        " endmodule",
        "module adder #(parameter N = 256) (input [width(N)-1:0] a, b, output [8:0] s);"
        " function integer width(input integer n); width = $clog2(n); endfunction"
        " assign s = a + b; endmodule",
        "package p; typedef logic [7:0] t; endpackage module adder import p::*;"
        " (input t a, b, output [8:0] s); assign s = a + b; endmodule",
        "module adder(input [0:7] a, b, output [8:0] s); assign s = a + b; endmodule",
        "`timescale 1us/1us\n`default_nettype none\n"
        "module adder(input wire [7:0] a, b, output wire [8:0] s); assign s = a + b; endmodule",
        "module adder(input [7:0] \\a , b, output [8:0] s); assign s = \\a + b; endmodule",
    ],
)
def test_honest_designs_of_any_style_pass(text: str) -> None:
    verdict = run(text, READS_BACK)
    assert verdict.passed, verdict


def test_a_port_may_be_called_as_its_module() -> None:
    tests = READS_BACK.replace("dut.a.", "dut.adder.")
    text = GOOD.replace(" a,", " adder,").replace("= a", "= adder")
    assert run(text, tests).passed


def test_what_is_inside_a_design_is_reached_as_before() -> None:
    text = """module top #(parameter W = 4) (input [W-1:0] d, inout io, input en, output q);
      reg [7:0] mem [0:3]; wire [W-1:0] kept; keeper sub(.d(d), .kept(kept));
      assign q = ^kept ^ mem[2][0]; assign io = en ? q : 1'bz; endmodule
      module keeper(input [3:0] d, output [3:0] kept); reg [3:0] seen;
      assign kept = d + seen; endmodule"""
    tests = """import cocotb
from cocotb.triggers import Timer

@cocotb.test()
async def looks(dut):
    assert dut._name == dut._path == "top" and cocotb.top is dut
    assert dut.W.value == 4 and len(dut.d) == 4 and dut.d._path == "top.d"
    assert "z" in str(dut.d.value).lower()
    names = {handle._name for handle in dut}
    assert {"d", "q", "io", "en", "sub", "kept"} <= names
    assert dut["d"] is dut.d and [h for h in dut if h._name == "d"] == [dut.d]
    dut.sub.seen.value = 3
    dut.mem[2].value = 0x5A
    dut.d.value, dut.en.value = 5, 0
    dut.io.value = "z"
    await Timer(1, "ns")
    assert dut.kept.value == 8 and dut.sub.d.value == 5 and dut.mem[2].value == 0x5A
    assert dut.q.value == 1 and str(dut.io.value).lower() == "z"
    dut.en.value = 1
    await Timer(1, "ns")
    assert dut.io.value == 1
"""
    verdict = run(text, tests)
    assert verdict.passed, verdict.tests


BITS = """import cocotb
from cocotb.triggers import Timer

@cocotb.test()
async def bit_by_bit(dut):
    for value in (1, 0, 1):
        dut.a[0].value = value
        dut.a[1].value = 1 - value
        await Timer(1, "ns")
        assert dut.q.value == int(dut.a[0].value)
"""


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("module t(input [1:0] a, output q); assign q = a[0]; endmodule", True),
        ("module t(output reg [1:0] a, output q); assign q = a[0]; endmodule", False),
        ("module t(output q); reg [1:0] a; assign q = a[0]; endmodule", False),
    ],
)
def test_bits_written_one_by_one_are_watched_too(text: str, passes: bool) -> None:
    assert run(text, BITS).passed is passes


def test_what_is_forced_is_not_taken_for_an_input() -> None:
    text = "module t(input a, output q); reg n = 0; assign q = a ^ n; endmodule"
    tests = """import cocotb
from cocotb.handle import Force, Release
from cocotb.triggers import Timer

@cocotb.test()
async def forces(dut):
    dut.a.value = 0
    await Timer(1, "ns")
    dut.n.value = Force(1)
    await Timer(1, "ns")
    assert dut.q.value == 1
    dut.n.value, dut.q.value = Release(), Force(0)
    await Timer(1, "ns")
    assert dut.q.value == 0
"""
    verdict = run(text, tests)
    assert verdict.passed, verdict


@pytest.mark.parametrize(
    ("ports", "passes"),
    [
        ("input a, inout a_io, input a_z", True),
        ("input k::e a", True),
        ("input s a", True),
        ("input real a", False),
        ("input a [0:1]", False),
    ],
)
def test_ports_of_any_kind_get_a_clear_verdict(ports: str, passes: bool) -> None:
    text = f"""package k; typedef enum logic {{A, B}} e; endpackage
      typedef struct packed {{logic x;}} s; module t({ports}, output q); assign q = a; endmodule"""
    tests = """import cocotb
from cocotb.triggers import Timer

@cocotb.test()
async def follows(dut):
    for value in (0, 1, 0):
        dut.a.value = value
        await Timer(1, "ns")
        assert dut.q.value == value
"""
    verdict = run(text, tests)
    assert verdict.passed is passes, verdict
    assert passes or verdict.diagnostics


def test_what_an_honest_design_holds_for_its_own_simulation_is_left_out() -> None:
    dump = '`ifdef COCOTB_SIM initial begin $dumpfile("w.vcd"); $dumpvars(0, adder); end `endif'
    text = GOOD.replace(
        "endmodule", dump.replace("SIM ", "SIM\n").replace(" `e", "\n`e") + "\nendmodule"
    )
    verdict = run(text, READS_BACK)
    assert verdict.passed, verdict
    assert "left out" in verdict.diagnostics[0].message


def test_delays_go_where_a_reference_has_none() -> None:
    replay = "module adder(input [7:0] a, b, output reg [8:0] s); initial begin"
    replay += " s = 3; #1.5 s = 300; #1 s = 510; #1 s = 7; end endmodule"
    assert run(replay, READS_BACK).passed
    assert not run(replay, READS_BACK, reference=GOOD).passed


def test_a_signal_that_may_be_poked_is_named() -> None:
    text = "module t(input a, output q); reg n = 0; assign q = a ^ n; endmodule"
    tests = """import cocotb
from cocotb.triggers import Timer

@cocotb.test()
async def pokes(dut):
    dut.a.value, dut.n.value = 0, 1
    await Timer(1, "ns")
    assert dut.q.value == 1
    dut.n.value = 0
    await Timer(1, "ns")
    assert dut.q.value == 0
"""
    verdict = run(text, tests)
    assert (verdict.outcome, verdict.failure_class) == (
        Outcome.INCONCLUSIVE,
        FailureClass.INTERFACE,
    )
    assert run(text, tests, pokes=frozenset({"n"})).passed
    ports = (Port("a", Direction.INPUT, 1), Port("q", Direction.OUTPUT, 1))
    assert run(text, tests, Interface("t", ports)).passed
