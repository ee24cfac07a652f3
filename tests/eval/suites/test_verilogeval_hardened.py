from __future__ import annotations

from dataclasses import replace

import pytest

from gatewright.core import Candidate, FailureClass, Problem, Source, TestbenchSpec
from gatewright.datasets.verilogeval import Task
from gatewright.eval.suites.verilogeval import VerilogEval
from gatewright.eval.suites.verilogeval_hardened import ENOUGH, HardenedRules
from gatewright.sandbox.isolation import Isolation, open_isolation

PORTS = "(input clk, input a, output b);"
SAMPLES = 3 * ENOUGH
# The counting is written as every published testbench writes it.
TESTBENCH = f"""\
module tb;
  typedef struct packed {{ int errors; int errortime; int clocks; }} stats;
  stats stats1;
  reg clk = 0, a = 0;
  wire b_ref, b_dut;
  wire tb_match = b_ref === b_dut;
  initial forever #5 clk = ~clk;
  initial begin repeat ({SAMPLES}) @(posedge clk) a <= $random; #1 $finish; end
  RefModule good1 (.clk, .a, .b(b_ref));
  TopModule top_module1 (.clk, .a, .b(b_dut));
  always @(posedge clk) begin
    stats1.clocks++;
    if (!tb_match) begin
      if (stats1.errors == 0) stats1.errortime = $time;
      stats1.errors++;
    end
  end
  final $display("Mismatches: %1d in %1d samples", stats1.errors, stats1.clocks);
endmodule
"""
SLOW = "Prob082_lfsr32"


@pytest.fixture(scope="module")
def isolation() -> Isolation:
    return open_isolation()


def problem(name: str) -> Problem:
    reference = (Source("ref.sv", f"module RefModule {PORTS} assign b = ~a; endmodule\n"),)
    spec = TestbenchSpec((Source("test.sv", TESTBENCH),), reference, "tb")
    return Problem(name, "Invert a.", top="TopModule", harness=spec, reference=())


def answer(body: str) -> Candidate:
    return Candidate((Source("answer.sv", f"module TopModule {PORTS}\n{body}\nendmodule\n"),))


def test_a_wrong_answer_to_a_slow_problem_ends_early_and_says_so(isolation: Isolation) -> None:
    rules = HardenedRules.on(isolation, slow={SLOW})
    verdict = rules.check(problem(SLOW), answer("assign b = a;"))
    assert verdict.failure_class is FailureClass.MISMATCH
    assert (verdict.mismatches, verdict.checks) == (ENOUGH, ENOUGH)
    notes = [d.message for d in verdict.diagnostics if d.code == "ended-early"]
    assert notes == [f"ended at mismatch {ENOUGH}, after {ENOUGH} samples"]


def test_other_problems_are_counted_to_the_end(isolation: Isolation) -> None:
    rules = HardenedRules.on(isolation, slow={SLOW})
    verdict = rules.check(problem("Prob001_zero"), answer("assign b = a;"))
    assert (verdict.mismatches, verdict.checks) == (SAMPLES, SAMPLES)
    assert verdict.diagnostics == ()


def test_few_mismatches_are_counted_to_the_end(isolation: Isolation) -> None:
    body = "reg [9:0] n = 0; always @(posedge clk) n <= n + 1;\nassign b = n < 5 ? a : ~a;"
    verdict = HardenedRules.on(isolation, slow={SLOW}).check(problem(SLOW), answer(body))
    assert verdict.failure_class is FailureClass.MISMATCH
    assert verdict.checks == SAMPLES
    assert 0 < (verdict.mismatches or 0) < 10
    assert verdict.diagnostics == ()


def test_a_pass_still_needs_every_sample(isolation: Isolation) -> None:
    rules = HardenedRules.on(isolation, slow={SLOW})
    right = rules.check(problem(SLOW), answer("assign b = ~a;"))
    assert right.passed
    assert (right.mismatches, right.checks) == (0, SAMPLES)
    ended = rules.check(problem(SLOW), answer("assign b = ~a; initial #100 $finish;"))
    assert ended.failure_class is FailureClass.UNSAFE


def test_the_suite_says_which_problems_are_slow(isolation: Isolation) -> None:
    suite = VerilogEval(Task.SPEC_TO_RTL, lambda: isolation)
    verdict = suite.harness("hardened").check(problem(SLOW), answer("assign b = a;"))
    assert verdict.checks == ENOUGH
    other = replace(problem(SLOW), id="Prob001_zero")
    assert suite.harness("hardened").check(other, answer("assign b = a;")).checks == SAMPLES
