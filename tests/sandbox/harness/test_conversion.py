"""When a design is converted for Icarus, and what is said where it is not."""

from __future__ import annotations

import pytest

from gatewright.core import (
    Candidate,
    FailureClass,
    Outcome,
    Problem,
    Severity,
    Source,
    TestbenchSpec,
    Verdict,
)
from gatewright.sandbox.harness.simulators import SimulatorChoice
from gatewright.sandbox.harness.testbench import TestbenchHarness
from gatewright.sandbox.isolation import open_isolation

DESIGN = """
module adder #(parameter int W = 4, parameter int K = 1) (
  input logic [W-1:0] a, output logic [W-1:0] y);
  typedef struct packed { logic [W-1:0] v; } one_t;
  one_t o;
  assign o = '{v: a + W'(K)};
  assign y = o.v;
endmodule
"""


def bench(setting: str, width: int, more: str = "") -> str:
    return f"""
module tb;
  localparam WIDE = 3;
  reg [{width - 1}:0] a;
  wire [{width - 1}:0] y;
  integer i, wrong = 0;
  adder {setting} dut (a, y);
  {more}
  initial begin
    for (i = 0; i < 16; i = i + 1) begin
      a = i;
      #1 if (y !== ((i + 7) & ((1 << {width}) - 1))) wrong = wrong + 1;
    end
    $display("Mismatches: %1d in %1d samples", wrong, i);
    $finish;
  end
endmodule
"""


@pytest.fixture(scope="module")
def harness() -> TestbenchHarness:
    return TestbenchHarness(open_isolation(), simulator=SimulatorChoice.AUTO)


def checked(harness: TestbenchHarness, testbench: str, design: str = DESIGN) -> Verdict:
    spec = TestbenchSpec((Source("tb.sv", testbench),))
    problem = Problem("adder", "", top="adder", harness=spec)
    return harness.check(problem, Candidate((Source("adder.sv", design),)))


@pytest.mark.parametrize(
    ("setting", "width"),
    [("#(.W(5), .K(7))", 5), ("#(5, 7)", 5), ("#(.W(WIDE * 2), .K(WIDE + 4))", 6)],
)
def test_parameters_of_the_testbench_survive(
    setting: str, width: int, harness: TestbenchHarness
) -> None:
    verdict = checked(harness, bench(setting, width))
    assert verdict.passed, verdict
    note = next(d for d in verdict.diagnostics if d.code == "converted")
    assert note.severity is Severity.NOTE
    assert "x spreads" in note.message and "assertions" not in note.message
    assert "iverilog" in verdict.tools


def test_assertions_that_a_netlist_lacks_are_told_of(harness: TestbenchHarness) -> None:
    asserting = DESIGN.replace("endmodule", "  always_comb assert (1'b0);\nendmodule")
    verdict = checked(harness, bench("#(.W(5), .K(7))", 5), asserting)
    note = next(d for d in verdict.diagnostics if d.code == "converted")
    assert verdict.passed and "its assertions were left out" in note.message


def test_a_wrong_design_fails_through_conversion(harness: TestbenchHarness) -> None:
    verdict = checked(harness, bench("#(.W(5), .K(6))", 5))
    assert verdict.failure_class is FailureClass.MISMATCH
    assert verdict.mismatches == 16


def test_what_icarus_reads_is_not_converted(harness: TestbenchHarness) -> None:
    plain = DESIGN.replace("'{v: a + W'(K)}", "a + W'(K)")
    verdict = checked(harness, bench("#(.W(5), .K(7))", 5), plain)
    assert verdict.passed
    assert not any(d.code == "converted" for d in verdict.diagnostics)


def test_errors_that_slang_shares_keep_the_users_lines(harness: TestbenchHarness) -> None:
    verdict = checked(harness, bench("", 4), DESIGN.replace("a + W", "b + W"))
    assert verdict.outcome is Outcome.FAIL
    said = [d for d in verdict.diagnostics if d.tool == "slang" and d.severity is Severity.ERROR]
    assert [(d.file, d.line) for d in said] == [("adder.sv", 6)]
    assert "'b'" in said[0].message


def test_the_signs_of_ports_survive(harness: TestbenchHarness) -> None:
    text = DESIGN.replace("output logic [W-1:0] y", "output logic signed [W-1:0] y")
    testbench = bench("#(.W(4), .K(7))", 4).replace("wire [3:0] y", "wire [7:0] y")
    testbench = testbench.replace(
        "((i + 7) & ((1 << 4) - 1))", "{{4{a[3] ^ (a[2:0] > 0)}}, a + 4'd7}"
    )
    assert checked(harness, testbench, text).passed


def test_a_registers_initial_value_survives_and_no_other_is_made_up(
    harness: TestbenchHarness,
) -> None:
    text = """
module adder (input logic [3:0] a, output logic [3:0] y);
  typedef struct packed { logic [1:0] hi; logic [1:0] lo; } s_t;
  s_t r = '{hi: 2'd1, lo: 2'd2}, u;
  always @(posedge a[0]) begin r <= r; u <= u; end
  assign y = a[3] ? u : r;
endmodule
"""
    testbench = """
module tb;
  reg [3:0] a;
  wire [3:0] y;
  integer wrong = 0;
  adder dut (a, y);
  initial begin
    a = 0; #1 if (y !== 4'h6) wrong = wrong + 1;
    a = 1; #1 if (y !== 4'h6) wrong = wrong + 1;
    a = 8; #1 if (y !== 4'hx) wrong = wrong + 1;
    $display("Mismatches: %1d in 3 samples", wrong);
    $finish;
  end
endmodule
"""
    assert checked(harness, testbench, text).passed


def test_different_parameters_of_two_instances_have_a_reason(
    harness: TestbenchHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gatewright.sandbox.tools import verilator

    monkeypatch.setattr(verilator, "installed", lambda: "")
    testbench = bench("#(.W(4), .K(7))", 4, "wire [2:0] z; adder #(.W(3)) other (a[2:0], z);")
    verdict = checked(harness, testbench)
    assert not verdict.passed
    assert any("different parameters" in d.message for d in verdict.diagnostics)


@pytest.mark.parametrize(
    ("body", "passes"),
    [("assign y = a & b;", True), ("always @(a) y = a & b;", False)],
)
def test_a_process_that_sleeps_through_a_change_is_not_mended(body: str, passes: bool) -> None:
    bench = """module tb; reg a = 0, b = 0; wire y; integer i, wrong = 0;
      both dut (a, b, y);
      initial begin
        for (i = 0; i < 16; i = i + 1) begin
          {a, b} = i; #1 if (y !== (a & b)) wrong = wrong + 1;
          b = ~b; #1 if (y !== (a & b)) wrong = wrong + 1;
        end
        $display("Mismatches: %1d in %1d samples", wrong, 2 * i); $finish;
      end endmodule"""
    design = f"module both(input a, b, output logic y); wire k = a inside {{1}}; {body} endmodule"
    harness = TestbenchHarness(open_isolation(), simulator=SimulatorChoice.AUTO)
    problem = Problem("both", "", top="both", harness=TestbenchSpec((Source("tb.v", bench),)))
    assert harness.check(problem, Candidate((Source("d.sv", design),))).passed is passes
