from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import Candidate, DataError, FailureClass, Source, UsageError
from gatewright.datasets.verilogeval import Task
from gatewright.eval.suites.registry import open_suite
from gatewright.eval.suites.verilogeval import VerilogEval, spec_to_rtl
from gatewright.models import Role

PORTS = "(input clk, input a, output b);"
REFERENCE = f"module RefModule {PORTS} assign b = ~a; endmodule\n"
TESTBENCH = """\
`timescale 1 ps/1 ps
module stimulus_gen(input clk, output logic a);
  initial begin repeat (20) @(posedge clk) a <= $random; #1 $finish; end
endmodule
module tb();
  struct packed { int errors; int clocks; } stats1;
  reg clk = 0;
  initial forever #5 clk = ~clk;
  logic a, b_ref, b_dut;
  wire tb_match;
  initial begin $dumpfile("wave.vcd"); $dumpvars(1, stim1.clk, a, b_ref, b_dut); end
  stimulus_gen stim1 (.clk, .a);
  RefModule good1 (.clk, .a, .b(b_ref));
  TopModule top_module1 (.clk, .a, .b(b_dut));
  final $display("Mismatches: %1d in %1d samples", stats1.errors, stats1.clocks);
  assign tb_match = ({b_ref} === ({b_ref} ^ {b_dut} ^ {b_ref}));
  always @(posedge clk, negedge clk) begin
    stats1.clocks++;
    if (!tb_match) stats1.errors++;
  end
  initial begin #1000000 $display("TIMEOUT"); $finish(); end
endmodule
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "dataset_spec-to-rtl"
    folder.mkdir()
    (folder / "Prob001_a_prompt.txt").write_text("Invert a.\n")
    (folder / "Prob001_a_ref.sv").write_text(REFERENCE)
    (folder / "Prob001_a_test.sv").write_text(TESTBENCH)
    return tmp_path


@pytest.fixture(scope="module")
def suite() -> VerilogEval:
    return spec_to_rtl()


def test_both_tasks_are_suites_of_the_command_line() -> None:
    for name in ("verilogeval", "verilogeval-complete"):
        assert open_suite(name).name == name


def test_data_is_asked_for_where_none_is_given(suite: VerilogEval) -> None:
    with pytest.raises(DataError, match="--data DIR"):
        suite.load(None)


def test_an_unknown_rule_set_is_a_usage_error(suite: VerilogEval) -> None:
    with pytest.raises(UsageError, match="choose of official, errata, hardened"):
        suite.harness("lenient")


@pytest.mark.parametrize("rules", ["official", "errata", "hardened"])
def test_the_golden_answer_passes_and_a_wrong_one_does_not(
    suite: VerilogEval, data: Path, rules: str
) -> None:
    problem = suite.load(data).problems[0]
    harness = suite.harness(rules)
    assert harness.rules == rules
    golden = harness.check(problem, suite.references(problem))
    assert golden.passed
    assert (golden.rules, golden.mismatches, golden.checks) == (rules, 0, 39)
    wrong = harness.check(problem, design("assign b = a;"))
    assert wrong.failure_class is FailureClass.MISMATCH
    assert (wrong.rules, wrong.checks) == (rules, 39)


def design(body: str) -> Candidate:
    return Candidate((Source("answer.sv", f"module TopModule {PORTS}\n{body}\nendmodule\n"),))


@pytest.mark.parametrize(
    "body",
    [
        "initial $finish;",
        'initial begin $display("Mismatches: 0 in 39 samples"); $finish; end',
        "RefModule r (.*);",
        "assign b = tb.b_ref;",
    ],
)
def test_hardened_refuses_what_official_lets_pass(
    suite: VerilogEval, data: Path, body: str
) -> None:
    problem = suite.load(data).problems[0]
    assert suite.harness("official").check(problem, design(body)).code == "."
    assert not suite.harness("hardened").check(problem, design(body)).passed


def test_prompt_and_extraction_are_the_tasks_own(suite: VerilogEval, data: Path) -> None:
    problem = suite.load(data).problems[0]
    assert [m.role for m in suite.messages(problem)] == [Role.SYSTEM, Role.USER]
    assert suite.extract(problem, "[BEGIN]\nx\n[DONE]").text == "\nx\n\n"
    assert "endmodule not found" in VerilogEval(Task.CODE_COMPLETE).extract(problem, "x").text


def test_known_faults_are_those_of_official_alone(suite: VerilogEval) -> None:
    assert "Prob099_m2014_q6c" in suite.known_faults("official")
    assert suite.known_faults("errata") == suite.known_faults("hardened") == {}
