from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.core import (
    Candidate,
    DataError,
    FailureClass,
    Language,
    Outcome,
    Problem,
    Source,
    TestbenchSpec,
    UsageError,
    Verdict,
)
from gatewright.eval.suites.rtllm import Rtllm
from gatewright.eval.suites.rtllm_flow import FlowRun
from gatewright.eval.suites.rtllm_rules import LATE, PASS, SILENT, UNBUILT, letter
from gatewright.models import Role
from gatewright.sandbox.isolation import Ending, Finished, Isolation, open_isolation

TESTBENCH = """\
module tb;
  reg [7:0] a; wire [7:0] y; reg [7:0] wanted [0:3]; integer i, error;
  halver uut (.a(a), .y(y));
  initial begin
    $readmemh("expected.dat", wanted);
    error = 0;
    for (i = 0; i < 4; i = i + 1) begin
      a = 8'h40 * i; #5;
      if (y !== wanted[i]) error = error + 1;
    end
    if (error == 0) $display("===========Your Design Passed===========");
    else $display("===========Failed===========", error);
    $finish;
  end
endmodule
"""
RIGHT = "module halver(input [7:0] a, output [7:0] y); assign y = a >> 1; endmodule\n"


@pytest.fixture(scope="module")
def suite() -> Rtllm:
    isolation: Isolation = open_isolation()
    return Rtllm(lambda: isolation)


def problem(bench: str = TESTBENCH) -> Problem:
    spec = TestbenchSpec(
        (Source("testbench.v", bench, Language.VERILOG),),
        data=(Source("expected.dat", "00\n20\n40\n60\n"),),
    )
    golden = Source("verified_halver.v", RIGHT.replace("halver", "verified_halver"))
    return Problem(
        "halver", "Halve a.", Language.VERILOG, "halver", harness=spec, reference=(golden,)
    )


def answer(text: str) -> Candidate:
    return Candidate((Source("halver.v", text, Language.VERILOG),))


@pytest.mark.parametrize("rules", ["official", "errata", "hardened"])
def test_right_answers_pass_and_wrong_ones_do_not(suite: Rtllm, rules: str) -> None:
    harness = suite.harness(rules)
    assert harness.rules == rules
    assert harness.check(problem(), answer(RIGHT)).passed
    assert harness.check(problem(), suite.references(problem())).passed
    wrong = harness.check(problem(), answer(RIGHT.replace(">> 1", ">> 2")))
    assert wrong.failure_class is FailureClass.MISMATCH


def test_the_letters_of_the_published_flow(suite: Rtllm) -> None:
    harness = suite.harness("official")
    found = {
        name: harness.check(problem(), answer(text)).code
        for name, text in {
            "right": RIGHT,
            "wrong": RIGHT.replace(">>", "<<"),
            "broken": "module halver(",
            "other": RIGHT.replace("halver", "doubler"),
        }.items()
    }
    assert found == {"right": PASS, "wrong": SILENT, "broken": UNBUILT, "other": UNBUILT}


def test_a_simulation_over_its_time_is_late_whatever_it_printed() -> None:
    late = Finished(Ending.CPU, -24, "Pass", 8.0, 8.0)
    assert letter(FlowRun("", "Pass", True, late)) == LATE
    assert letter(FlowRun("", "Pass", False, late)) == UNBUILT


def test_a_word_that_the_design_prints_is_a_pass_where_a_word_decides(suite: Rtllm) -> None:
    forged = answer(
        'module halver(input [7:0] a, output [7:0] y); initial $display("Pass"); endmodule\n'
    )
    assert suite.harness("official").check(problem(), forged).passed
    verdict = suite.harness("hardened").check(problem(), forged)
    assert verdict.outcome is Outcome.FAIL


def test_the_prompt_is_the_description(suite: Rtllm) -> None:
    (message,) = suite.messages(problem())
    assert (message.role, message.text) == (Role.USER, "Halve a.")


def test_code_is_found_in_an_answer(suite: Rtllm) -> None:
    found = suite.extract(problem(), f"Here it is:\n```verilog\n{RIGHT}```\nIt halves.")
    assert found.text.strip() == RIGHT.strip()
    assert suite.extract(problem(), "I cannot.").sources == ()


def test_what_cannot_be_had_is_said(suite: Rtllm, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="datasets get rtllm"):
        suite.load(None)
    with pytest.raises(UsageError, match="no rule set 'strict'"):
        suite.harness("strict")
    with pytest.raises(DataError, match="no testbench"):
        suite.harness("official").check(replace(problem(), harness=None), answer(RIGHT))


def test_the_published_table_of_a_run(suite: Rtllm) -> None:
    def verdict(code: str) -> Verdict:
        return Verdict(Outcome.PASS if code == PASS else Outcome.FAIL, code=code)

    rows = {
        "halver": [verdict(PASS), verdict(UNBUILT), None],
        "freq_divbyfrac": [verdict(PASS), verdict(SILENT), verdict(LATE)],
    }
    text = suite.official_table(rows)
    assert "halver          syntax  1/3   func  1/3" in text
    assert "freq_divbyfrac  syntax  3/3   func  1/3" in text
    published, plain = text.split("without these slips")
    assert f"func pass@1: {(1 / 3) / 3}" in published
    assert "total_func_success: 1/2" in published
    assert "pass@1: syntax 66.67 %, func 33.33 %" in plain
    assert "total_func_success: 2/2" in plain
