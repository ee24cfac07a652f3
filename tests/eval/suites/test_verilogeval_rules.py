from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from gatewright.core import (
    Candidate,
    FailureClass,
    Origin,
    Problem,
    Source,
    TestbenchSpec,
    Verdict,
)
from gatewright.datasets.verilogeval import Task
from gatewright.eval.suites.verilogeval import VerilogEval, spec_to_rtl
from gatewright.eval.suites.verilogeval_flow import SIMULATE_CPU_S
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.isolation import Isolation, open_isolation

PORTS = "(input clk, input a, output b);"
TESTBENCH = """\
module tb;
  reg clk = 0, a = 0;
  wire b_ref, b_dut;
  int errors = 0, clocks = 0;
  initial forever #5 clk = ~clk;
  initial begin
    $dumpfile("wave.vcd");
    $dumpvars(1, clk);
  end
  initial begin repeat (STEPS) @(posedge clk) a <= $random; #1 $finish; end
  RefModule good1 (.clk, .a, .b(b_ref));
  TopModule top_module1 (.clk, .a, .b(b_dut));
  always @(posedge clk) begin
    clocks++;
    if (b_ref !== b_dut) errors++;
  end
  final $display("Mismatches: %1d in %1d samples", errors, clocks);
  initial begin #1000000 $display("TIMEOUT"); $finish(); end
endmodule
"""


def problem(steps: int = 20, **about: str) -> Problem:
    reference = (
        Source("Prob001_a_ref.sv", f"module RefModule {PORTS} assign b = ~a; endmodule\n"),
    )
    testbench = Source("Prob001_a_test.sv", TESTBENCH.replace("STEPS", str(steps)))
    return Problem(
        "Prob001_a",
        "Invert a.",
        top="TopModule",
        header=about.get("header", ""),
        harness=TestbenchSpec((testbench,), reference, "tb"),
        reference=reference,
        origin=Origin("verilogeval", sha256=str(steps)),
    )


def answer(body: str) -> Candidate:
    return Candidate((Source("answer.sv", f"module TopModule {PORTS}\n{body}\nendmodule\n"),))


RIGHT = "assign b = ~a;"


@pytest.fixture(scope="module")
def isolation() -> Isolation:
    return open_isolation()


@pytest.fixture
def harnesses(isolation: Isolation) -> Mapping[str, Harness]:
    suite = VerilogEval(Task.SPEC_TO_RTL, lambda: isolation)
    return {rules: suite.harness(rules) for rules in ("official", "errata")}


@pytest.fixture
def official(harnesses: Mapping[str, Harness]) -> Harness:
    return harnesses["official"]


def test_a_right_answer_passes_with_every_sample_counted(official: Harness) -> None:
    verdict = official.check(problem(), answer(RIGHT))
    assert verdict.passed
    assert (verdict.code, verdict.checks, verdict.mismatches) == (".", 20, 0)
    assert (verdict.score, verdict.rules) == (1.0, "official")
    assert verdict.failure_class is None
    assert verdict.cpu_s > 0
    assert verdict.tools["iverilog"].split(".")[0].isdigit()


def test_a_wrong_answer_counts_its_mismatches(official: Harness) -> None:
    verdict = official.check(problem(), answer("assign b = a;"))
    assert (verdict.code, verdict.checks, verdict.mismatches) == ("R", 20, 20)
    assert verdict.failure_class is FailureClass.MISMATCH
    assert verdict.score == 0.0


@pytest.mark.parametrize(
    ("body", "code", "failure"),
    [
        ("assign b = ;", "S", FailureClass.SYNTAX),
        ("reg q; always @(posedge clk) b <= ~a;", "w", FailureClass.ELABORATION),
        ("assign b = invert(a);", "C", FailureClass.ELABORATION),
        ("assign b = ~missing;", "p", FailureClass.ELABORATION),
        ("Other o (b);", "m", FailureClass.ELABORATION),
        ("initial $finish;", ".", None),
        ('assign b = ~a; initial $display("no error so far");', "C", FailureClass.ELABORATION),
        ("assign b = a; wire reset; always @(posedge reset) ;", "r", FailureClass.MISMATCH),
    ],
)
def test_letters_and_failure_classes(
    official: Harness, body: str, code: str, failure: FailureClass | None
) -> None:
    verdict = official.check(problem(), answer(body))
    assert (verdict.code, verdict.failure_class) == (code, failure)


def test_a_compiler_message_has_its_place(official: Harness) -> None:
    verdict = official.check(problem(), answer("assign b = ;"))
    assert any(d.line == 2 and d.file.endswith("_sample01.sv") for d in verdict.diagnostics)


def test_an_answer_without_code_is_compiled_as_published(official: Harness) -> None:
    nothing = Candidate(())
    verdict = official.check(problem(), nothing)
    assert (verdict.code, verdict.failure_class) == ("m", FailureClass.NO_CODE)
    headed = problem(header=f"module TopModule {PORTS}\n")
    assert official.check(headed, nothing).code == "S"


def test_the_testbenchs_early_limit_fails_official_only(harnesses: Mapping[str, Harness]) -> None:
    late = problem(steps=100_100)
    official = harnesses["official"].check(late, answer(RIGHT))
    assert (official.code, official.failure_class) == ("T", FailureClass.TIMEOUT)
    assert official.mismatches == 0
    errata = harnesses["errata"].check(late, answer(RIGHT))
    assert (errata.code, errata.checks, errata.rules) == (".", 100_100, "errata")


def test_errata_takes_over_a_run_that_it_would_repeat(harnesses: Mapping[str, Harness]) -> None:
    official = harnesses["official"].check(problem(), answer(RIGHT))
    errata = harnesses["errata"].check(problem(), answer(RIGHT))
    assert errata == replace(official, rules="errata", cpu_s=0.0, wall_s=0.0)


def test_another_layout_of_the_same_tokens_is_not_run_again(official: Harness) -> None:
    assert official.check(problem(), answer("assign b = a;")).cpu_s > 0
    commented = official.check(problem(), answer("assign b=a; // posedge reset"))
    assert (commented.code, commented.cpu_s) == ("r", 0.0)


@pytest.mark.parametrize(
    "body",
    [
        'assign b = ~a; initial $display("hello");',
        "`define INVERT ~a\nassign b = `INVERT;",
        "wire unused; assign b = ~a; Nothing n ();",
    ],
)
def test_a_design_that_can_print_is_run_for_itself(
    harnesses: Mapping[str, Harness], body: str
) -> None:
    assert harnesses["official"].check(problem(), answer(body)).cpu_s > 0
    assert harnesses["errata"].check(problem(), answer(body)).cpu_s > 0


def test_a_hang_is_a_timeout_in_cpu_seconds(
    official: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gatewright.eval.suites import verilogeval_flow

    short = verilogeval_flow._SCRIPT.replace(f"-t {SIMULATE_CPU_S}", "-t 1")
    monkeypatch.setattr(verilogeval_flow, "_SCRIPT", short)
    body = "reg p = 0, q; always @(p) q <= ~p; always @(q) p <= q; initial #1 p = 1;"
    verdict = official.check(problem(), answer(body))
    assert (verdict.code, verdict.failure_class) == ("T", FailureClass.TIMEOUT)


def test_the_published_table_of_a_run(official: Harness) -> None:
    right = official.check(problem(), answer(RIGHT))
    wrong = official.check(problem(), answer("assign b = a;"))
    empty = Verdict(wrong.outcome, FailureClass.NO_CODE, rules="official")
    suite = spec_to_rtl()
    rows = {"Prob001_a": [right, wrong, empty, None], "Prob002_b": [right]}
    assert "Prob001_a [01/04]( 25%)  0.00 .Rm?" in suite.official_table(rows)
    assert "pass_rate             =      62.50" in suite.official_table(rows)
