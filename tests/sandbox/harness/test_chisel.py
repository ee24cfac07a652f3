"""Chisel candidates on the ordinary harnesses: ports first, faults at their own lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import (
    Candidate,
    FailureClass,
    Language,
    Outcome,
    Problem,
    ReferenceSpec,
    Severity,
    Source,
    ToolMissing,
)
from gatewright.sandbox.chisel.toolchain import open_toolchain
from gatewright.sandbox.harness.chisel import ChiselHarness, powers_up
from gatewright.sandbox.harness.modules import hint_of
from gatewright.sandbox.harness.reference import ReferenceHarness
from gatewright.sandbox.isolation import open_isolation

REFERENCE = Source(
    "ref.sv",
    "module top(input clk, input reset, input [3:0] step, output reg [7:0] q);\n"
    "  always @(posedge clk) if (reset) q <= 0; else q <= q + step;\nendmodule\n",
)
HEAD = """import chisel3._
class top extends RawModule {
  val clk = IO(Input(Clock()))
  val reset = IO(Input(Bool()))
  val step = IO(Input(UInt(4.W)))
  val q = IO(Output(UInt(8.W)))
"""
RIGHT = (
    HEAD
    + "  q := withClockAndReset(clk, reset) { val c = RegInit(0.U(8.W)); c := c + step; c }\n}\n"
)


@pytest.fixture(scope="module")
def harness() -> ChiselHarness:
    try:
        open_toolchain()
    except ToolMissing as error:
        pytest.skip(str(error))
    isolation = open_isolation()
    return ChiselHarness(isolation, ReferenceHarness(isolation))


def problem(reference: Source = REFERENCE) -> Problem:
    return Problem("p", "", top="top", harness=ReferenceSpec((reference,), cycles=200, seed=1))


def chisel(text: str) -> Candidate:
    return Candidate((Source("top.scala", text, Language.CHISEL),))


def test_a_circuit_that_hangs_on_the_time_is_not_verified(harness: ChiselHarness) -> None:
    """However it was simulated: it may be another one when it is next elaborated."""
    text = RIGHT.replace("RegInit(0.U", "RegInit((System.nanoTime & 0).U")
    verdict = harness.check(problem(), chisel(text))
    assert verdict.failure_class is FailureClass.UNSAFE
    assert [(d.line, d.code) for d in verdict.diagnostics] == [(7, "beside_chisel")]


def test_a_right_design_passes_and_the_tools_are_named(harness: ChiselHarness) -> None:
    verdict = harness.check(problem(), chisel(RIGHT))
    assert verdict.outcome is Outcome.PASS, verdict
    assert {"chisel", "firtool"} <= set(verdict.tools)
    assert verdict.checks > 100


def test_a_wrong_design_fails_and_its_waveform_is_kept(
    harness: ChiselHarness, tmp_path: Path
) -> None:
    wave = tmp_path / "wave.vcd"
    wrong = chisel(RIGHT.replace("c + step", "c - step"))
    verdict = harness.check(problem(), wrong, waveform=wave)
    assert wave.is_file()
    assert verdict.failure_class is FailureClass.MISMATCH
    assert verdict.first_mismatch is not None


def test_verilog_goes_straight_through(harness: ChiselHarness) -> None:
    assert harness.check(problem(), Candidate((REFERENCE,))).passed


def test_ports_are_compared_before_anything_is_simulated(harness: ChiselHarness) -> None:
    narrow = RIGHT.replace("Output(UInt(8.W))", "Output(UInt(7.W))")
    verdict = harness.check(problem(), chisel(narrow))
    assert verdict.failure_class is FailureClass.INTERFACE
    assert "'q' must be 8 bits wide, not 7" in verdict.diagnostics[-1].message


def test_the_ports_that_module_adds_are_explained(harness: ChiselHarness) -> None:
    text = HEAD.replace("RawModule", "Module").replace("val reset", "val rst")
    verdict = harness.check(problem(), chisel(text + "  q := RegNext(step)\n}\n"))
    assert verdict.failure_class is FailureClass.INTERFACE
    assert "use RawModule" in verdict.diagnostics[0].message


def test_a_bundle_that_is_not_flat_is_one_remark(harness: ChiselHarness) -> None:
    text = """import chisel3._
class top extends RawModule {
  val io = IO(new Bundle {
    val clk = Input(Clock()); val reset = Input(Bool()); val step = Input(UInt(4.W))
    val q = Output(UInt(8.W))
  })
  io.q := io.step
}
"""
    (said,) = harness.check(problem(), chisel(text)).diagnostics
    assert "FlatIO" in said.message


def test_a_compile_error_is_the_verdict(harness: ChiselHarness) -> None:
    verdict = harness.check(problem(), chisel(HEAD + "  q := steps\n}\n"))
    assert verdict.failure_class is FailureClass.SYNTAX
    errors = [d for d in verdict.diagnostics if d.severity is Severity.ERROR]
    assert (errors[0].file, errors[0].line) == ("top.scala", 7)


def test_registers_start_at_zero_where_the_reference_s_do(harness: ChiselHarness) -> None:
    text = (
        "module top(input clk, input [3:0] d, output reg [3:0] q);\n"
        "  {initial}\n  always @(posedge clk) q <= q ^ d;\nendmodule\n"
    )
    with_value = problem(Source("ref.sv", text.replace("{initial}", "initial q = 0;")))
    without = problem(Source("ref.sv", text.replace("{initial}", "// no initial value")))
    declared = problem(Source("ref.sv", "module top(input a);\n  reg [2:0] s = 0;\nendmodule\n"))
    states = problem(
        Source("ref.sv", "module top(input a);\n  localparam logic s = 0;\nendmodule\n")
    )
    assert powers_up(with_value)
    assert powers_up(declared)
    assert not powers_up(without)
    assert not powers_up(states)
    design = (
        "import chisel3._\nclass top extends RawModule {\n"
        "  val clk = IO(Input(Clock())); val d = IO(Input(UInt(4.W)))\n"
        "  val q = IO(Output(UInt(4.W)))\n"
        "  q := withClock(clk) { val r = Reg(UInt(4.W)); r := r ^ d; r }\n}\n"
    )
    assert harness.check(with_value, chisel(design)).passed


def test_a_class_that_names_its_module_otherwise_is_not_told_its_own_name(
    harness: ChiselHarness,
) -> None:
    named = chisel(RIGHT.replace("RawModule {", 'RawModule { override def desiredName = "other"'))
    verdict = harness.check(problem(), named)
    assert verdict.failure_class is FailureClass.INTERFACE
    assert "the design defines other" in verdict.diagnostics[-1].message
    assert hint_of(verdict, named) == ""
