"""Testbenches on Verilator: the same verdicts, and nothing that hostile designs gain by it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.core import (
    Candidate,
    DataError,
    FailureClass,
    Outcome,
    Problem,
    ReferenceSpec,
    SandboxUnavailable,
    Source,
    TestbenchSpec,
    ToolMissing,
    UsageError,
    Verdict,
)
from gatewright.sandbox.harness.simulators import SimulatorChoice, simulator_named
from gatewright.sandbox.harness.testbench import SIMULATION, TestbenchHarness
from gatewright.sandbox.harness.verilator_coverage import Share, coverage
from gatewright.sandbox.isolation import Isolation, Level, open_isolation
from gatewright.sandbox.tools.verilator import open_verilator

ATTACKS = Path(__file__).parents[2] / "fixtures" / "attacks"
HOSTILE = sorted((ATTACKS / "hostile").glob("*.sv"))
HONEST = sorted((ATTACKS / "honest").glob("*.sv"))
_FEW = {
    "top_twice",
    "verdict_printed",
    "severity_downgraded",
    "input_driven_by_gate",
    "output_of_reference",
    "input_of_own_type_driven",
    "plain",
    "debug_prints",
}
THOROUGH = bool(os.environ.get("GATEWRIGHT_THOROUGH"))

SV_BENCH = """
package jobs;
  typedef struct packed { logic [3:0] a; logic [3:0] b; } pair_t;
endpackage
class Driver;
  rand bit [7:0] value;
  static int made = 0;
  function new(); made++; endfunction
endclass
module tb;
  jobs::pair_t p;
  logic [4:0] y;
  int wrong = 0, queue_of[$];
  adder dut (.p(p), .y(y));
  initial begin
    Driver d = new();
    for (int i = 0; i < 256; i++) queue_of.push_back(i);
    foreach (queue_of[i]) begin
      p = 8'(queue_of[i]);
      #1;
      if (y !== 5'(p.a) + 5'(p.b)) begin
        wrong++;
        $error("%0d + %0d is not %0d", p.a, p.b, y);
      end
    end
    if (wrong == 0) $display("PASSED %0d checks", queue_of.size());
    $stop;
  end
endmodule
"""
ADDER = """
typedef struct packed { logic [3:0] a; logic [3:0] b; } two_t;
module adder (input two_t p, output logic [4:0] y);
  assign y = 5'(p.a) + 5'(p.b);
endmodule
"""


@pytest.fixture(scope="module")
def isolation() -> Isolation:
    confined = open_isolation()
    try:
        open_verilator(confined)
    except ToolMissing as error:
        pytest.skip(str(error))
    return confined


@pytest.fixture(scope="module")
def on_verilator(isolation: Isolation) -> TestbenchHarness:
    limits = replace(SIMULATION, cpu_s=2, wall_s=60, memory_mb=512)
    return TestbenchHarness(isolation, limits=limits, simulator=SimulatorChoice.VERILATOR)


def few(paths: list[Path]) -> list[Path]:
    return [path for path in paths if THOROUGH or path.stem in _FEW]


def checked(harness: TestbenchHarness, problem: Problem, paths: list[Path]) -> dict[str, Verdict]:
    def one(path: Path) -> Verdict:
        text = path.read_bytes().decode("utf-8", "replace")
        return harness.check(problem, Candidate((Source(path.name, text),)))

    with ThreadPoolExecutor(2) as pool:
        return dict(zip((p.stem for p in paths), pool.map(one, paths), strict=True))


def test_nothing_hostile_passes(on_verilator: TestbenchHarness, counted: Problem) -> None:
    verdicts = checked(on_verilator, counted, few(HOSTILE))
    assert len(verdicts) >= 6
    assert {name for name, verdict in verdicts.items() if verdict.outcome is not Outcome.FAIL} == (
        set()
    )


def test_honest_designs_pass(on_verilator: TestbenchHarness, counted: Problem) -> None:
    verdicts = checked(on_verilator, counted, few(HONEST))
    assert len(verdicts) >= 2
    assert {name for name, verdict in verdicts.items() if not verdict.passed} == set()
    plain = verdicts["plain"]
    assert plain.tools["verilator"]
    assert any(d.code == "two-values" for d in plain.diagnostics)


def test_a_systemverilog_testbench_goes_to_verilator_by_itself(isolation: Isolation) -> None:
    bench = Source("tb.sv", SV_BENCH)
    problem = Problem("add", "", top="adder", harness=TestbenchSpec((bench,)))
    harness = TestbenchHarness(isolation, simulator=SimulatorChoice.AUTO)
    right = Candidate((Source("adder.sv", ADDER),))
    wrong = Candidate((Source("adder.sv", ADDER.replace("+ 5'(p.b)", "+ 5'(p.b & 4'd7)")),))
    passed, failed = harness.check(problem, right), harness.check(problem, wrong)
    assert passed.outcome is Outcome.PASS, passed
    assert passed.tools["verilator"]
    assert failed.failure_class is FailureClass.MISMATCH
    assert failed.mismatches == 128
    assert "is not" in failed.log


def test_a_design_that_lacks_its_types_is_told_so(isolation: Isolation) -> None:
    bench = Source("tb.sv", SV_BENCH)
    problem = Problem("add", "", top="adder", harness=TestbenchSpec((bench,)))
    text = ADDER.replace("input two_t", "input jobs::pair_t")
    harness = TestbenchHarness(isolation, simulator=SimulatorChoice.AUTO)
    verdict = harness.check(problem, Candidate((Source("adder.sv", text),)))
    assert verdict.failure_class is FailureClass.ELABORATION
    assert any("jobs" in d.message and d.line == 3 for d in verdict.diagnostics)


def test_icarus_alone_does_not_take_that_testbench(isolation: Isolation) -> None:
    bench = Source("tb.sv", SV_BENCH)
    problem = Problem("add", "", top="adder", harness=TestbenchSpec((bench,)))
    harness = TestbenchHarness(isolation, simulator=SimulatorChoice.ICARUS)
    verdict = harness.check(problem, Candidate((Source("adder.sv", ADDER),)))
    assert not verdict.passed


COUNTER_BENCH = """
module tb;
  reg clk = 0, rst = 1;
  wire [3:0] q;
  integer k, wrong = 0;
  counter dut (.clk(clk), .rst(rst), .q(q));
  initial begin
    #1 clk = 1; #1 clk = 0; rst = 0;
    for (k = 0; k < 20; k = k + 1) begin
      if (q !== k[3:0]) wrong = wrong + 1;
      #1 clk = 1; #1 clk = 0;
    end
    $display("Mismatches: %0d in %0d samples", wrong, k);
    $finish;
  end
endmodule
"""
COUNTER = """
module counter (input logic clk, rst, output logic [3:0] q);
  always_ff @(posedge clk)
    if (rst) q <= 0;
    else q <= q + 1;
endmodule
"""


def counter(text: str) -> tuple[Problem, Candidate]:
    spec = TestbenchSpec((Source("tb.sv", COUNTER_BENCH),))
    problem = Problem("counter", "", top="counter", harness=spec)
    return problem, Candidate((Source("counter.sv", text),))


def test_a_missing_reset_does_not_hide_behind_zeros(on_verilator: TestbenchHarness) -> None:
    right, wrong = (
        COUNTER,
        COUNTER.replace("if (rst) q <= 0;\n    else q <= q + 1", "if (!rst) q++"),
    )
    assert on_verilator.check(*counter(right)).passed
    verdict = on_verilator.check(*counter(wrong))
    assert verdict.failure_class is FailureClass.MISMATCH
    assert any(d.code == "power-up" for d in verdict.diagnostics)


def test_errors_have_the_users_lines(on_verilator: TestbenchHarness) -> None:
    verdict = on_verilator.check(*counter(COUNTER.replace("q + 1", "q + step")))
    assert verdict.failure_class is FailureClass.ELABORATION
    found = next(d for d in verdict.diagnostics if "step" in d.message)
    assert (found.file, found.line, found.tool) == ("counter.sv", 5, "verilator")


def test_an_open_range_is_warned_of(on_verilator: TestbenchHarness) -> None:
    verdict = on_verilator.check(*counter(COUNTER.replace("rst)", "rst inside {[1:$]})")))
    assert any(d.code == "open-range" for d in verdict.diagnostics)


def test_a_failing_run_leaves_a_waveform(on_verilator: TestbenchHarness, tmp_path: Path) -> None:
    problem, candidate = counter(COUNTER.replace("q + 1", "q + 4'd3"))
    verdict = on_verilator.check(problem, candidate, waveform=tmp_path / "wave.vcd")
    assert verdict.failure_class is FailureClass.MISMATCH
    assert "$enddefinitions" in (tmp_path / "wave.vcd").read_text()


def test_rlimits_refuse_it() -> None:
    harness = TestbenchHarness(open_isolation(Level.RLIMITS), simulator=SimulatorChoice.VERILATOR)
    with pytest.raises((SandboxUnavailable, ToolMissing)):
        harness.check(*counter(COUNTER))


def test_only_known_simulators_are_taken() -> None:
    assert simulator_named("auto") is SimulatorChoice.AUTO
    with pytest.raises(UsageError, match="no simulator"):
        simulator_named("modelsim")


def test_coverage_names_what_was_never_reached(isolation: Isolation) -> None:
    branches = "else begin\n      if (rst) q <= 4'd5;\n      else q <= q + 1;\n    end"
    text = COUNTER.replace("else q <= q + 1;", branches)
    found = coverage(*counter(text), isolation)
    assert found.toggles == Share(12, 12)
    assert found.lines.total - found.lines.hit == 1
    assert [(m.place.line, m.kind, m.what) for m in found.missed] == [
        (6, "line", ""),
        (6, "branch", "if"),
    ]


def test_coverage_is_of_designs_that_mix_assignments_too(isolation: Isolation) -> None:
    mixed = COUNTER.replace("always_ff", "always").replace(
        "q + 1;", "q + 1;\n  initial q[3:2] = 0;"
    )
    problem, candidate = counter(mixed.replace("q <= 0", "q = 0"))
    found = coverage(problem, candidate, isolation)
    assert (found.passed, found.toggles) == (True, Share(12, 12))


def test_coverage_says_where_the_testbench_fails(isolation: Isolation) -> None:
    assert not coverage(*counter(COUNTER.replace("q + 1", "q + 3")), isolation).passed


def test_coverage_needs_a_testbench_and_a_design_that_runs(isolation: Isolation) -> None:
    problem, candidate = counter(COUNTER)
    reference = replace(problem, harness=ReferenceSpec(candidate.sources))
    with pytest.raises(UsageError, match="under a Verilog testbench"):
        coverage(reference, candidate, isolation)
    with pytest.raises(DataError, match="does not run"):
        coverage(*counter(COUNTER.replace("q + 1", "q + step")), isolation)
    with pytest.raises(DataError, match="nothing is covered"):
        coverage(problem, Candidate((Source("x.sv", "// nothing"),)), isolation)


@pytest.mark.parametrize(
    ("drivers", "outcome"),
    [
        ("assign y = 5'(p.a) + 5'(p.b);", Outcome.PASS),
        ("assign y = 5'(p.a) + 5'(p.b); assign y = 5'(p.a);", Outcome.INCONCLUSIVE),
    ],
)
def test_two_drivers_need_more_than_two_values(
    drivers: str, outcome: Outcome, isolation: Isolation
) -> None:
    problem = Problem("add", "", top="adder", harness=TestbenchSpec((Source("tb.sv", SV_BENCH),)))
    text = ADDER.replace("output logic", "output wire").replace(
        "assign y = 5'(p.a) + 5'(p.b);", drivers
    )
    harness = TestbenchHarness(isolation, simulator=SimulatorChoice.VERILATOR)
    verdict = harness.check(problem, Candidate((Source("adder.sv", text),)))
    assert verdict.outcome is outcome, verdict.diagnostics


CONSTRAINED = SV_BENCH.replace(
    "rand bit [7:0] value;", "rand bit [7:0] value;\n  constraint c { value > 8'd250; }"
).replace(
    "Driver d = new();",
    'Driver d = new();\n    if (!d.randomize()) $fatal(1, "rand");\n'
    "    if (d.value <= 250) wrong++;",
)


def test_constraints_are_solved_or_decide_nothing(isolation: Isolation) -> None:
    problem = Problem("add", "", top="adder", harness=TestbenchSpec((Source("t.sv", CONSTRAINED),)))
    harness = TestbenchHarness(isolation, simulator=SimulatorChoice.VERILATOR)
    verdict = harness.check(problem, Candidate((Source("adder.sv", ADDER),)))
    if "VERILATOR_SOLVER" in open_verilator(isolation).environment:
        assert verdict.passed, verdict
    else:
        assert verdict.outcome is Outcome.INCONCLUSIVE
        assert any(d.code == "solver" for d in verdict.diagnostics)
