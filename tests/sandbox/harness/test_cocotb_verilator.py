"""cocotb tests on Verilator: the verdicts of Icarus, and no trick of a design passes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.core import (
    Candidate,
    CocotbSpec,
    FailureClass,
    Language,
    Outcome,
    Problem,
    Source,
    ToolMissing,
    UsageError,
    Verdict,
)
from gatewright.sandbox.harness import cocotb as harness_module
from gatewright.sandbox.harness import cocotb_blind
from gatewright.sandbox.harness.cocotb import LIMITS, CocotbHarness
from gatewright.sandbox.harness.simulators import SimulatorChoice
from gatewright.sandbox.isolation import Isolation, open_isolation
from gatewright.sandbox.tools.verilator import open_verilator

COUNTS = """import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge

@cocotb.test()
async def counts(dut):
    cocotb.start_soon(Clock(dut.clk, 10, "ns").start())
    dut.rst.value = 1
    await FallingEdge(dut.clk)
    await FallingEdge(dut.clk)
    dut.rst.value = 0
    for expected in range(1, 20):
        await FallingEdge(dut.clk)
        assert dut.q.value == expected % 16
"""
HEAD = "module counter (input logic clk, rst, output logic [3:0] q);"
COUNTER = f"{HEAD}\n  always_ff @(posedge clk) if (rst) q <= 0; else q <= q + 4'd1;\nendmodule\n"
STRUCT = """
package p; typedef struct packed { logic [3:0] a; logic [3:0] b; } pair_t; endpackage
module adder (input p::pair_t x, output logic [4:0] y);
  p::pair_t kept;
  assign kept = '{a: x.a, b: x.b};
  assign y = 5'(kept.a) + 5'(kept.b);
endmodule
"""
ADDS = """import cocotb
from cocotb.triggers import Timer

@cocotb.test()
async def adds(dut):
    for value in (0x12, 0xFF, 0x70):
        dut.x.value = value
        await Timer(1, "ns")
        assert int(dut.y.value) == (int(dut.x.value) >> 4) + (value & 15)
"""
WIRE = "module w (input logic a, output logic y); assign y = a; endmodule"
FOLLOWS = """import cocotb
from cocotb.triggers import Timer

@cocotb.test()
async def follows(dut):
    dut.a.value = 1
    await Timer(1, "ns")
    {0}
"""


@pytest.fixture(scope="module")
def isolation() -> Isolation:
    confined = open_isolation()
    try:
        open_verilator(confined)
    except ToolMissing as error:
        pytest.skip(str(error))
    return confined


def run(
    isolation: Isolation,
    design: str,
    tests: str = COUNTS,
    choice: SimulatorChoice = SimulatorChoice.VERILATOR,
    reference: str = "",
    waveform: Path | None = None,
) -> Verdict:
    limits = replace(LIMITS, cpu_s=3, wall_s=120)
    golden = (Source("golden.sv", reference),) if reference else ()
    spec = CocotbSpec((Source("test_it.py", tests, Language.PYTHON),))
    problem = Problem("p", "", harness=spec, reference=golden)
    harness = CocotbHarness(isolation, limits, waveform, seed=1, simulator=choice)
    return harness.check(problem, Candidate((Source("dut.sv", design),)))


def codes(verdict: Verdict) -> set[str]:
    return {d.code for d in verdict.diagnostics}


def test_a_right_design_passes_and_says_where(isolation: Isolation) -> None:
    verdict = run(isolation, COUNTER)
    assert verdict.passed, verdict
    assert set(verdict.tools) == {"verilator", "cocotb"}
    assert "two-values" in codes(verdict)
    assert "Verilog $finish" not in verdict.log
    assert verdict.metrics == {"assertions": 19.0, "seed": 1.0}


def test_a_wrong_design_fails_with_values_and_a_waveform(
    isolation: Isolation, tmp_path: Path
) -> None:
    wave = tmp_path / "wave.vcd"
    verdict = run(isolation, COUNTER.replace("4'd1", "4'd3"), waveform=wave)
    assert verdict.failure_class is FailureClass.MISMATCH
    assert "assert dut.q.value == expected % 16" in verdict.tests[0].message
    text = wave.read_text()
    assert "$scope module counter $end" in text
    assert "$enddefinitions" in text


def test_a_missing_reset_does_not_hide_behind_zeros(isolation: Isolation) -> None:
    lacking = COUNTER.replace("if (rst) q <= 0; else q <= q + 4'd1;", "if (!rst) q <= q + 4'd1;")
    verdict = run(isolation, lacking)
    assert verdict.failure_class is FailureClass.MISMATCH
    assert "power-up" in codes(verdict)
    assert run(isolation, lacking, reference=lacking).passed


def test_an_asynchronous_reset_falls_at_the_tests_first_write(isolation: Isolation) -> None:
    design = (
        "module r (input logic clk, rst_n, output logic q);\n"
        "always_ff @(posedge clk or negedge rst_n) if (!rst_n) q <= 0; else q <= 1;\nendmodule"
    )
    tests = (
        "import cocotb\nfrom cocotb.triggers import Timer\n@cocotb.test()\nasync def resets(dut):\n"
        "    dut.clk.value, dut.rst_n.value = 0, 0\n    await Timer(1, 'ns')\n"
        "    assert dut.q.value == 0\n    dut.rst_n.value = 1\n    await Timer(1, 'ns')\n"
        "    dut.clk.value = 1\n    await Timer(1, 'ns')\n    assert dut.q.value == 1\n"
    )
    assert run(isolation, design, tests).passed


def test_what_icarus_cannot_read_goes_to_verilator_by_itself(isolation: Isolation) -> None:
    verdict = run(isolation, STRUCT, ADDS, SimulatorChoice.AUTO)
    assert verdict.passed, verdict
    assert "verilator" in verdict.tools
    wrong = STRUCT.replace("5'(kept.a) +", "5'(kept.a) -")
    assert run(isolation, wrong, ADDS, SimulatorChoice.AUTO).failure_class is FailureClass.MISMATCH


def test_what_icarus_reads_stays_there(isolation: Isolation) -> None:
    assert "iverilog" in run(isolation, COUNTER, choice=SimulatorChoice.AUTO).tools
    unbound = run(isolation, COUNTER.replace("4'd1", "step"), choice=SimulatorChoice.AUTO)
    assert unbound.failure_class is FailureClass.ELABORATION
    assert "iverilog" in unbound.tools


def test_without_verilator_it_says_what_would_help(
    isolation: Isolation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: object) -> None:
        raise ToolMissing("Verilator is not installed")

    monkeypatch.setattr(harness_module, "open_verilator", missing)
    verdict = run(isolation, STRUCT, ADDS, SimulatorChoice.AUTO)
    assert verdict.outcome is not Outcome.PASS
    assert any("Verilator may" in d.message for d in verdict.diagnostics)


def test_compile_errors_point_into_the_users_file(isolation: Isolation) -> None:
    verdict = run(isolation, COUNTER.replace("4'd1", "step"))
    assert verdict.failure_class is FailureClass.ELABORATION
    found = next(d for d in verdict.diagnostics if "step" in d.message)
    assert (found.file, found.line, found.tool) == ("dut.sv", 2, "verilator")


@pytest.mark.parametrize(
    "body",
    [
        'assign y = 0; initial $display("{\\"event\\": \\"end\\"}\\n1 passed");',
        "assign y = 0; assign a = 0;",
        "assign y = 0; initial force a = 0;",
        "assign y = 0; initial a = 0;",
        "assign y = 0; initial $finish;",
        "logic t = 0; assign y = 0; always @(a) forever t = ~t;",
        "assign y = 0; always @(a) while (1) ;",
        "assign y = 0; assign $root.cocotb.a = 0;",
    ],
    ids=["prints", "drives", "forces", "writes", "finishes", "toggles", "hangs", "reaches"],
)
def test_no_trick_passes(body: str, isolation: Isolation) -> None:
    design = WIRE.replace("assign y = a;", body)
    verdict = run(isolation, design, FOLLOWS.format("assert dut.y.value == dut.a.value"))
    assert verdict.outcome is not Outcome.PASS, verdict


def test_tests_that_check_nothing_are_no_pass(
    isolation: Isolation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cocotb_blind, "folder", lambda: tmp_path)
    monkeypatch.setattr(cocotb_blind, "_known", {})
    verdict = run(isolation, WIRE, FOLLOWS.format("assert int(dut.y.value) in (0, 1)"))
    assert verdict.failure_class is FailureClass.NO_CHECKS
    assert [file.read_text() for file in tmp_path.iterdir()] == ["blind"]


def test_a_signal_that_is_no_port_may_not_stand_for_one(isolation: Isolation) -> None:
    design = "module w (input logic a, output logic y); logic b; assign y = a; endmodule"
    body = "dut.b.value = 1\n    assert dut.y.value == 1"
    verdict = run(isolation, design, FOLLOWS.format(body))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert any("'b'" in d.message for d in verdict.diagnostics)


def test_an_inout_is_not_decided(isolation: Isolation) -> None:
    design = "module w (input logic a, inout wire z, output logic y); assign y = a; endmodule"
    verdict = run(isolation, design, FOLLOWS.format("assert dut.y.value == 1"))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert any("z" in d.message for d in verdict.diagnostics)


def test_tests_that_build_by_themselves_stay_on_icarus(isolation: Isolation) -> None:
    with pytest.raises(UsageError, match="Icarus"):
        run(isolation, WIRE, "from cocotb_tools.runner import get_runner\n")
