"""A wrong Chisel design: the line at fault is among those that a judge is shown."""

from __future__ import annotations

import pytest

from gatewright.agents.chisel_cone import enclosing
from gatewright.agents.judge_fallback import judgement_from
from gatewright.agents.language import kit_for
from gatewright.agents.windows import Windowed
from gatewright.core import (
    Candidate,
    FailureClass,
    Language,
    Problem,
    ReferenceSpec,
    Source,
    ToolMissing,
)
from gatewright.sandbox.chisel.toolchain import open_toolchain
from gatewright.sandbox.harness.chisel import ChiselHarness
from gatewright.sandbox.harness.reference import ReferenceHarness
from gatewright.sandbox.isolation import open_isolation

REFERENCE = Source(
    "ref.sv",
    """module top(input clk, input reset, input [3:0] step, input up,
  output reg [7:0] q, output odd, output full);
  always @(posedge clk) if (reset) q <= 8'h10; else q <= up ? q + step : q - step;
  assign odd = ^q;
  assign full = q > 8'hf0;
endmodule
""",
)
RIGHT = """import chisel3._
class top extends RawModule {
  val clk = IO(Input(Clock()))
  val reset = IO(Input(Bool()))
  val step = IO(Input(UInt(4.W)))
  val up = IO(Input(Bool()))
  val q = IO(Output(UInt(8.W)))
  val odd = IO(Output(Bool()))
  val full = IO(Output(Bool()))
  withClockAndReset(clk, reset) {
    val count = RegInit(16.U(8.W))
    when(up) {
      count := count + step
    }.otherwise {
      count := count - step
    }
    q := count
    odd := count.xorR
    full := count > 240.U
  }
}
"""
# What is written instead, on which line.
MISTAKES = (
    ("RegInit(16.U(8.W))", "RegInit(17.U(8.W))", 11),
    ("withClockAndReset(clk, reset)", "withClockAndReset(clk, reset.asAsyncReset)", 10),
    ("when(up)", "when(!up)", 12),
    ("count + step", "count + step + 1.U", 13),
    ("count - step", "count - step(2, 0)", 15),
    ("count.xorR", "!count.xorR", 18),
    ("count > 240.U", "count < 240.U", 19),
)


@pytest.mark.parametrize(("right", "wrong", "line"), MISTAKES)
def test_the_line_at_fault_is_shown_and_named(right: str, wrong: str, line: int) -> None:
    try:
        open_toolchain()
    except ToolMissing as error:
        pytest.skip(str(error))
    isolation = open_isolation()
    source = Source("top.scala", RIGHT.replace(right, wrong), Language.CHISEL)
    problem = Problem(
        "p",
        "",
        language=Language.CHISEL,
        top="top",
        harness=ReferenceSpec((REFERENCE,), cycles=300, seed=1),
    )
    harness = ChiselHarness(isolation, Windowed(ReferenceHarness(isolation)))
    verdict = harness.check(problem, Candidate((source,)))
    assert verdict.failure_class is FailureClass.MISMATCH, verdict
    assert verdict.first_mismatch is not None
    cone = kit_for(Language.CHISEL).cone((source,), "top", verdict.first_mismatch.signals)
    assert f"{line}|" in cone, cone
    assert len(cone.splitlines()) <= 12
    judged = judgement_from(verdict, cone)
    assert verdict.first_mismatch.signals[0] in judged.issue


def test_a_line_comes_with_what_chooses_it() -> None:
    text = (
        "class T {\n  withClock(clk) {\n    when(a) {\n      r := x\n    }.elsewhen(b) {\n"
        "      r := y // }\n    }\n    s := z\n  }\n  q := r\n}\n"
    )
    found = enclosing(text)
    assert found[3] == (2, 3)
    assert found[5] == (2, 3, 5)
    assert found[7] == (2,)
    assert found[9] == ()
