from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import (
    Candidate,
    DataError,
    FailureClass,
    Outcome,
    Problem,
    Source,
    TestbenchSpec,
    UsageError,
    Verdict,
)
from gatewright.datasets.chipbench import Task
from gatewright.eval.suites.chipbench import (
    ChipBench,
    debugging,
    debugging_one_shot,
    generation,
)
from gatewright.sandbox.isolation import Isolation, open_isolation

# Two modules, the lower one given in the specification; the testbench as the published ones are.
PORTS = "(input clk, input [3:0] a, output [3:0] y);"
PART = "module part(input [3:0] a, output [3:0] y);\n  assign y = ~a;\nendmodule\n"
SPEC = f"Use this module in TopModule.\n```\n{PART}```\n"
TESTBENCH = """\
`define WIDTH 4
module tb;
  int errors = 0, clocks = 0;
  reg clk = 0; reg [`WIDTH-1:0] a = 0;
  wire [`WIDTH-1:0] y_ref, y_dut;
  wire tb_match;
  initial forever #5 clk = ~clk;
  initial begin repeat (20) @(posedge clk) a <= $random; #1 $finish; end
  RefModule good1 (.clk, .a, .y(y_ref));
  TopModule top_module1 (.clk, .a, .y(y_dut));
  assign tb_match = ( { y_ref } === ( { y_ref } ^ { y_dut } ^ { y_ref } ) );
  always @(posedge clk, negedge clk) begin clocks++; if (!tb_match) errors++; end
  final $display("Mismatches: %1d in %1d samples", errors, clocks);
endmodule
"""
TOP = f"module TopModule {PORTS}\n  part p(.a(a), .y(y));\nendmodule\n"
SHARED = TOP.replace("TopModule", "RefModule")


@pytest.fixture(scope="module")
def suite() -> ChipBench:
    isolation: Isolation = open_isolation()
    return ChipBench(Task.GENERATION, lambda: isolation)


def problem(reference: str, name: str = "self_contain-Prob001_part") -> Problem:
    golden = (Source(f"{name}_ref.sv", reference),)
    spec = TestbenchSpec((Source(f"{name}_test.sv", TESTBENCH),), golden, "tb")
    return Problem(name, SPEC, top="TopModule", harness=spec, reference=golden)


def answer(*texts: str) -> Candidate:
    return Candidate((Source("answer.sv", "\n".join(texts)),))


@pytest.mark.parametrize("rules", ["official", "errata", "hardened"])
def test_a_right_answer_passes_and_a_wrong_one_does_not(suite: ChipBench, rules: str) -> None:
    task = problem(f"module RefModule {PORTS} assign y = ~a; endmodule\n")
    harness = suite.harness(rules)
    assert harness.rules == rules
    assert harness.check(task, answer(TOP, PART)).passed
    assert harness.check(task, suite.references(task)).passed
    wrong = harness.check(task, answer(TOP, PART.replace("~a", "a")))
    assert wrong.failure_class is FailureClass.MISMATCH


def test_a_submodule_of_the_references_name_only_fails_as_published(suite: ChipBench) -> None:
    task = problem(SHARED + PART, "not_self_contain-Prob001_part")
    right = answer(TOP, PART)
    assert suite.harness("official").check(task, right).code == "C"
    assert suite.harness("errata").check(task, right).passed
    assert suite.harness("hardened").check(task, right).passed


def test_a_wrong_submodule_only_passes_as_published(suite: ChipBench) -> None:
    task = problem(SHARED, "not_self_contain-Prob002_part")
    wrong = answer(TOP, PART.replace("~a", "a"))
    assert suite.harness("official").check(task, wrong).passed
    for rules in ("errata", "hardened"):
        assert suite.harness(rules).check(task, wrong).failure_class is FailureClass.MISMATCH
        assert suite.harness(rules).check(task, answer(TOP, PART)).passed
        assert suite.harness(rules).check(task, suite.references(task)).passed


def test_macros_of_the_testbench_are_lent_to_the_reference(suite: ChipBench) -> None:
    reference = "module RefModule (input clk, input [`WIDTH-1:0] a, output [3:0] y);"
    task = problem(f"{reference}\n  assign y = ~a;\nendmodule\n", "cpu_ip-Prob006_part")
    for rules in suite.rule_sets:
        assert suite.harness(rules).check(task, suite.references(task)).passed


def test_the_prompt_and_the_extraction_are_the_published_ones(suite: ChipBench) -> None:
    task = problem(SHARED)
    system, user = suite.messages(task)
    assert "Verilog RTL designer" in system.text
    assert user.text.startswith("\nQuestion:\nUse this module")
    assert "[BEGIN]" in user.text
    assert suite.extract(task, f"[BEGIN]\n{TOP}[DONE]").text.strip() == TOP.strip()


def test_the_suites_are_called_as_their_tasks() -> None:
    names = [make().name for make in (generation, debugging, debugging_one_shot)]
    assert names == ["chipbench", "chipbench-debug", "chipbench-debug-1shot"]


def test_what_cannot_be_had_is_said(suite: ChipBench) -> None:
    with pytest.raises(DataError, match="datasets get chipbench"):
        suite.load(None)
    with pytest.raises(UsageError, match="no rule set 'strict'"):
        suite.harness("strict")


def test_known_faults_are_those_of_the_problems_loaded(suite: ChipBench, tmp_path: Path) -> None:
    folder = tmp_path / "Verilog Gen/dataset_self_contain"
    folder.mkdir(parents=True)
    for stem in ("Prob012_x", "Prob013_least_common_multiple"):
        for suffix in ("_prompt.txt", "_ref.sv", "_test.sv"):
            (folder / f"{stem}{suffix}").write_text("")
    suite.load(tmp_path)
    known = suite.known_faults("official")
    assert set(known) == {"self_contain-Prob013_least_common_multiple"}
    assert suite.known_faults("errata") == {}


def test_the_published_table_counts_what_is_missing(suite: ChipBench) -> None:
    passed = Verdict(Outcome.PASS, code=".")
    nothing = Verdict(Outcome.FAIL, FailureClass.NO_CODE)
    text = suite.official_table({"cpu_ip-Prob001_a": [passed, nothing, None, None]})
    assert "[01/04]( 25%)" in text
    assert ".m??" in text
