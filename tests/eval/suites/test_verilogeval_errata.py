from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.core import Origin, Problem, Source, TestbenchSpec
from gatewright.eval.suites.verilogeval_errata import (
    ERRATA,
    corrected,
    golden_answer,
    only_eases,
)

DOCUMENT = Path(__file__).parents[3] / "docs" / "errata.md"
TESTBENCH = """\
module tb;
  initial begin
    $dumpfile("wave.vcd");
    $dumpvars(1, clk,
      tb_mismatch );
  end
  RefModule good1 (.Y2(Y2_ref), .Y4(Y4_ref));
  TopModule top_module1 (.Y2(Y2_dut), .Y4(Y4_dut));
  initial begin #1000000 $display("TIMEOUT"); $finish(); end
  initial #10000001 ;
endmodule
"""
REFERENCE = """\
module RefModule (output q);
  typedef enum logic[3:0] { S, Wait } States;
  States state, next;
  always_comb next = States'(state ? S : Wait);
endmodule
"""


def problem(name: str, suite: str = "verilogeval") -> Problem:
    reference = (Source(f"{name}_ref.sv", REFERENCE),)
    testbench = (Source(f"{name}_test.sv", TESTBENCH),)
    return Problem(
        name,
        "The spec names Y2.",
        harness=TestbenchSpec(testbench, reference, "tb"),
        reference=reference,
        origin=Origin(suite),
    )


def testbench_text(name: str, suite: str = "verilogeval") -> str:
    spec = corrected(problem(name, suite)).harness
    assert isinstance(spec, TestbenchSpec)
    return spec.testbench[0].text


testbench_text.__test__ = False  # type: ignore[attr-defined]


def test_every_testbench_gets_a_later_limit_and_no_dump() -> None:
    text = testbench_text("Prob001_zero")
    assert "#100000000 $display" in text
    assert "#10000001 ;" in text
    assert "$dump" not in text
    assert ".Y2(Y2_dut)" in text


def test_099_is_connected_as_specified_in_spec_to_rtl_only() -> None:
    text = testbench_text("Prob099_m2014_q6c")
    assert ".Y1(Y2_ref), .Y3(Y4_ref)" in text
    assert ".Y1(Y2_dut), .Y3(Y4_dut)" in text
    assert ".Y2(Y2_dut)" in testbench_text("Prob099_m2014_q6c", "verilogeval-complete")


@pytest.mark.parametrize("name", ["Prob151_review2015_fsm", "Prob156_review2015_fancytimer"])
def test_references_with_enumeration_casts_lose_them(name: str) -> None:
    fixed = corrected(problem(name))
    assert isinstance(fixed.harness, TestbenchSpec)
    assert fixed.harness.reference == fixed.reference
    assert "logic [3:0] state, next;" in fixed.reference[0].text
    assert "next = (state ? S : Wait);" in fixed.reference[0].text
    assert corrected(problem("Prob001_zero")).reference[0].text == REFERENCE


def test_the_specification_stays() -> None:
    before = problem("Prob099_m2014_q6c")
    after = corrected(before)
    assert replace(after, harness=before.harness, reference=before.reference) == before


def test_correcting_twice_changes_nothing_more() -> None:
    for name in ("Prob001_zero", "Prob099_m2014_q6c", "Prob156_review2015_fancytimer"):
        once = corrected(problem(name))
        assert corrected(once) == once


def test_only_the_limit_and_the_dump_leave_finished_runs_alone() -> None:
    assert only_eases(problem("Prob001_zero"))
    assert not only_eases(problem("Prob099_m2014_q6c"))
    assert only_eases(problem("Prob099_m2014_q6c", "verilogeval-complete"))
    assert not only_eases(problem("Prob151_review2015_fsm"))


def test_the_golden_answer_bears_the_answers_name() -> None:
    text = golden_answer(problem("Prob151_review2015_fsm")).text
    assert "module TopModule (output q);" in text
    assert "RefModule" not in text
    assert "States'(" not in text


def test_every_erratum_is_documented_with_its_source() -> None:
    document = DOCUMENT.read_text()
    for erratum in ERRATA:
        row = next(
            line for line in document.splitlines() if line.startswith(f"| `{erratum.key}` |")
        )
        for name in erratum.problems:
            assert name[4:7] in row
        reported = erratum.source.startswith("NVlabs")
        assert erratum.source in row if reported else "measured" in row
