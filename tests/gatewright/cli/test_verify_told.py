"""`verify`: what a reader is told, and what a file that cannot be written does not cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import Diagnostic, FailureClass, Outcome, Severity, Verdict
from gatewright.sandbox.harness.log_excerpt import log_excerpt

ADDER = (
    "module add4(input [3:0] a, input [3:0] b, output [4:0] s);\n  assign s = a + b;\nendmodule\n"
)
WRONG = ADDER.replace("a + b", "{1'b0, a ^ b}")
ASSERTING = """
module tb;
  logic [3:0] a, b; logic [4:0] s;
  add4 dut(.a, .b, .s);
  initial for (int i = 0; i < 256; i++) begin
    {a, b} = i[7:0]; #1;
    assert (s === a + b) else $error("s=%0d for a=%0d b=%0d", s, a, b);
  end
endmodule
"""
READING = """
module tb;
  reg [12:0] v [0:0]; wire [4:0] s;
  add4 dut(v[0][12:9], v[0][8:5], s);
  initial begin
    $readmemh("PLACE", v); #1;
    if (s !== v[0][4:0]) $display("FAIL: %0d", s); else $display("PASS");
    $finish;
  end
endmodule
"""


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_a_file_that_cannot_be_written_costs_no_verdict(gatewright, tmp_path):
    bench = put(tmp_path, "tb.sv", ASSERTING)
    bad = put(tmp_path, "bad.sv", WRONG)
    ran = gatewright("verify", bad, "-t", bench, "--wave", "/dev/full")
    assert ran.status == 1
    assert ran.out.startswith("FAIL (mismatch)")
    assert "waveform: " not in ran.out
    assert "could not be written: /dev/full" in ran.err
    ran = gatewright("verify", put(tmp_path, "ok.sv", ADDER), "-t", bench, "--html", "/dev/full")
    assert ran.status == 0
    assert ran.out.startswith("PASS")
    assert "the page could not be written" in ran.err


def test_the_first_complaints_are_shown_and_what_was_left_out(gatewright, tmp_path):
    bench = put(tmp_path, "tb.sv", ASSERTING)
    ran = gatewright("verify", put(tmp_path, "bad.sv", WRONG), "-t", bench)
    assert "| ERROR: s=0 for a=1 b=1\n" in ran.out
    assert "| ERROR: s=0 for a=15 b=15\n" in ran.out
    assert "lines left out" in ran.out
    assert "Scope" not in ran.out
    assert "failures reported by the testbench" in ran.out


def verdict(log: str, *said: str, kind: FailureClass = FailureClass.MISMATCH) -> Verdict:
    notes = tuple(Diagnostic(Severity.WARNING, text) for text in said)
    return Verdict(Outcome.FAIL, kind, diagnostics=notes, log=log, rules="hardened")


def test_the_log_stands_beside_a_note():
    assert log_excerpt(verdict("s is 3\n", "a note")) == ["  | s is 3"]


def test_compilers_messages_are_not_shown_twice():
    assert log_excerpt(verdict("a.sv:1: error\n", "error", kind=FailureClass.SYNTAX)) == []


def test_the_excerpt_starts_where_the_log_begins_to_fail():
    log = "\n".join([f"ok {n}" for n in range(50)] + [f"ERROR {n}" for n in range(50)])
    lines = log_excerpt(verdict(log))
    assert lines[0] == "  … 50 lines before"
    assert lines[1] == "  | ERROR 0"
    assert "  … 38 lines left out; --json has the log" in lines
    assert lines[-1] == "  | ERROR 49"


def test_a_testbench_without_a_count_is_one_testbench(gatewright, tmp_path):
    bench = put(tmp_path, "tb.sv", ASSERTING)
    ran = gatewright("verify", put(tmp_path, "ok.sv", ADDER), "-t", bench)
    assert ran.out.startswith("PASS: 1 testbench\n")


def test_a_comparison_shows_no_notes_of_the_harness(gatewright, tmp_path):
    design, golden = put(tmp_path, "bad.sv", WRONG), put(tmp_path, "golden.sv", ADDER)
    ran = gatewright("verify", design, "-r", golden)
    assert ran.status == 1
    assert "known" not in ran.out
    assert "Hint" not in ran.out
    assert "(in units of 1ps)" in ran.out


def test_a_file_below_the_testbench_is_found(gatewright, tmp_path):
    design = put(tmp_path, "ok.sv", ADDER)
    bench = put(tmp_path, "tb.sv", READING.replace("PLACE", "data/v.hex"))
    put(tmp_path, "data/v.hex", "0444\n")
    assert gatewright("verify", design, "-t", bench).status == 0
    (tmp_path / "data" / "v.hex").rename(tmp_path / "v.real")
    (tmp_path / "data" / "v.hex").symlink_to(tmp_path / "v.real")
    assert gatewright("verify", design, "-t", bench).status == 2


@pytest.mark.parametrize("place", ["../v.hex", "data/../v.hex"])
def test_no_file_is_fetched_by_way_of_its_parent(gatewright, tmp_path, place):
    inner = tmp_path / "inner"
    design = put(tmp_path, "ok.sv", ADDER)
    bench = put(inner, "tb.sv", READING.replace("PLACE", place))
    put(tmp_path, "v.hex", "0444\n")
    put(inner, "v.hex", "0444\n")
    (inner / "data").mkdir()
    ran = gatewright("verify", design, "-t", bench)
    assert ran.status == 2
    assert "v.hex" in ran.err


def test_two_files_of_one_name_are_refused(gatewright, tmp_path):
    text = READING.replace("PLACE", "a/v.hex") + '// $readmemh("b/v.hex", v)\n'
    bench = put(tmp_path, "tb.sv", text)
    put(tmp_path, "a/v.hex", "0444\n")
    put(tmp_path, "b/v.hex", "0000\n")
    ran = gatewright("verify", put(tmp_path, "ok.sv", ADDER), "-t", bench)
    assert ran.status == 2
    assert "two files called v.hex" in ran.err


@pytest.mark.parametrize("how", [(), ("--formal",)])
def test_top_chooses_in_the_reference(gatewright, tmp_path, how):
    design = put(tmp_path, "d.sv", ADDER)
    two = ADDER.replace("add4", "alpha") + WRONG.replace("add4", "beta")
    golden = put(tmp_path, "two.sv", two)
    ran = gatewright("verify", design, "-r", golden, *how)
    assert ran.status == 2
    assert "alpha, beta" in ran.err
    assert "--top NAME" in ran.err
    assert gatewright("verify", design, "-r", golden, "--top", "alpha", *how).status == 0
    assert gatewright("verify", design, "-r", golden, "--top", "beta", *how).status == 1
    named = put(tmp_path, "named.sv", ADDER + WRONG.replace("add4", "beta"))
    assert gatewright("verify", design, "-r", named, *how).status == 0


def test_a_design_of_several_tops_is_told_of_top(gatewright, tmp_path):
    design = put(tmp_path, "d.sv", ADDER + ADDER.replace("add4", "other"))
    tests = put(tmp_path, "test_d.py", "import cocotb\n@cocotb.test()\nasync def t(dut): pass\n")
    assert "--top NAME (add4, other)" in gatewright("verify", design, "--cocotb", tests).err


def test_a_reference_that_is_the_design_under_test_is_named(gatewright, tmp_path):
    design, bench = put(tmp_path, "d.sv", ADDER), put(tmp_path, "tb.sv", ASSERTING)
    ran = gatewright("verify", design, "-t", bench, "-r", design)
    assert ran.status == 2
    assert "--reference defines add4" in ran.err


@pytest.mark.parametrize("limit", ["abc", "0", "nan", "1e999"])
def test_a_time_limit_is_a_number_of_seconds(gatewright, tmp_path, limit):
    design, bench = put(tmp_path, "d.sv", ADDER), put(tmp_path, "tb.sv", ASSERTING)
    ran = gatewright("verify", design, "-t", bench, "--time-limit", limit)
    assert ran.status == 2
    assert "is no number of seconds" in ran.err


def test_utf_16_is_told_with_its_remedy(gatewright, tmp_path):
    design = tmp_path / "d.sv"
    design.write_bytes(ADDER.encode("utf-16"))
    ran = gatewright("verify", design, "-r", design)
    assert "UTF-16" in ran.err
    assert "iconv -f utf-16" in ran.err


@pytest.mark.parametrize("name", ["a b", "module", "1x"])
def test_a_module_cannot_have_every_name(gatewright, name):
    ran = gatewright("generate", "a module with input a and output y", "--top", name)
    assert ran.status == 2
    assert "cannot be a module's name" in ran.err
