"""Asking the equivalence harness; designs that several tests ask of."""

from __future__ import annotations

from gatewright.core import Candidate, Problem, ReferenceSpec, Source, Verdict
from gatewright.sandbox.harness.equivalence import EquivalenceHarness

FSM = """module fsm(input clk, input areset, input in, output out);
  reg state, next;
  always_comb case (state) 0: next = in ? 1'b0 : 1'b1; 1: next = in ? 1'b1 : 1'b0; endcase
  always @(posedge clk, posedge areset) if (areset) state <= 1; else state <= next;
  assign out = state == 1;
endmodule"""
COUNTER = """module counter(input clk, input reset, input en, output reg [3:0] q);
  always @(posedge clk) if (reset) q <= 0; else if (en) q <= q == 9 ? 0 : q + 1;
endmodule"""


def checked(harness: EquivalenceHarness, reference: str, design: str) -> Verdict:
    spec = ReferenceSpec((Source("reference.sv", reference),))
    return harness.check(Problem("p", "", harness=spec), Candidate((Source("design.sv", design),)))


def provers_alone(harness: EquivalenceHarness, reference: str, design: str) -> Verdict:
    alone = EquivalenceHarness(harness.isolation, harness.yosys, confirm=False)
    return checked(alone, reference, design)
