"""Proofs of designs that Icarus cannot read: what is said of them holds, and is shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.core import (
    Candidate,
    FailureClass,
    Outcome,
    Problem,
    ReferenceSpec,
    Source,
    Verdict,
)
from gatewright.sandbox.harness.equivalence import ENTRY, EquivalenceHarness
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools.yosys import Yosys

REFERENCE = "module inc(input clk, input [7:0] x, output [7:0] y); assign y = x + 8'd2; endmodule\n"
TYPED = """module inc #(parameter type T = logic [7:0]) (input logic clk, input T x, output T y);
  assign y = x + 8'd1;
endmodule
"""
STREAMED = """module inc(input logic clk, input logic [7:0] x, output logic [7:0] y);
  typedef enum logic [1:0] {IDLE, RUN, DONE} state_t;
  state_t state, following;
  assign following = state.next();
  assign y = {<<{x}};
  assign state = state_t'(x[1:0]);
endmodule
"""


@pytest.fixture(scope="module")
def harness() -> Iterator[EquivalenceHarness]:
    isolation = open_isolation()
    with Yosys(isolation, ENTRY) as yosys:
        yield EquivalenceHarness(isolation, yosys)


def checked(harness: EquivalenceHarness, design: str, waveform: Path | None = None) -> Verdict:
    problem = Problem("p", "", harness=ReferenceSpec((Source("reference.sv", REFERENCE),)))
    return harness.check(problem, Candidate((Source("design.sv", design),)), waveform=waveform)


def test_a_counterexample_is_shown_on_the_netlist(
    harness: EquivalenceHarness, tmp_path: Path
) -> None:
    verdict = checked(harness, TYPED, tmp_path / "wave.vcd")
    assert verdict.failure_class is FailureClass.NONEQUIVALENT
    assert verdict.first_mismatch is not None
    assert verdict.first_mismatch.signals == ("y",)
    assert not any("power up" in d.message for d in verdict.diagnostics)


def test_what_synthesis_cannot_read_is_no_syntax_error(harness: EquivalenceHarness) -> None:
    verdict = checked(harness, STREAMED)
    assert verdict.outcome is Outcome.INCONCLUSIVE or verdict.failure_class is (
        FailureClass.MISMATCH
    )
    assert any("'next'" in d.message and d.line == 4 for d in verdict.diagnostics)
