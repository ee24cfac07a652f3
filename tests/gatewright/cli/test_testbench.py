"""`testbench`: what needs no model, and bad input."""

from __future__ import annotations

import json

import pytest

TABLE = """\
module and2
- input a
- input b
- output y

| a | b | y |
|---|---|---|
| 0 | 0 | 0 |
| 0 | 1 | 0 |
| 1 | 0 | 0 |
| 1 | 1 | 1 |
"""
GOOD = "module and2(input a, input b, output y); assign y = a & b; endmodule\n"
BAD = GOOD.replace("&", "|")


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "spec.md"
    path.write_text(TABLE)
    return path


def test_a_table_becomes_a_testbench_that_rejects_what_is_wrong(gatewright, table, tmp_path):
    bench, good, bad = (tmp_path / name for name in ("tb.sv", "good.sv", "bad.sv"))
    good.write_text(GOOD)
    bad.write_text(BAD)
    ran = gatewright(
        "testbench", table, "-r", good, "-o", bench, "-m", "symbolic", "--no-formal", "--json"
    )
    assert ran.status == 0
    document = ran.json
    assert document["verified"] is True
    assert document["strength"]["score"] == 1.0
    assert document["output"] == str(bench)
    assert gatewright("verify", good, "--testbench", bench).status == 0
    assert gatewright("verify", bad, "--testbench", bench).status == 1


def test_a_reference_that_the_specification_contradicts(gatewright, table, tmp_path):
    bad = tmp_path / "bad.sv"
    bad.write_text(BAD)
    ran = gatewright("testbench", table, "-r", bad, "-m", "symbolic", "--no-formal")
    assert ran.status == 1
    assert "module tb" in ran.out
    assert "refuses the reference" in ran.err


def test_prose_needs_a_model(gatewright):
    ran = gatewright("testbench", "a module named inv that is clever", "-m", "symbolic")
    assert ran.status == 1
    assert ran.out == ""
    assert "gatewright testbench" in ran.err


def test_cocotb_needs_a_model(gatewright, table):
    ran = gatewright("testbench", table, "--style", "cocotb", "-m", "symbolic", "--no-formal")
    assert ran.status == 1
    assert "without a model only Verilog" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--style", "uvm"), "no style 'uvm'"),
        (("-r", "nowhere.sv"), "no such file"),
        (("-o", "nowhere/tb.sv"), "no such folder"),
    ],
)
def test_bad_input(gatewright, table, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    ran = gatewright("testbench", table, *arguments, "-m", "symbolic")
    assert ran.status == 2
    assert said in ran.err


BENCH = """\
module tb;
  reg clk = 0, d = 0;
  wire q;
  integer mismatches = 0, samples = 0;
  reg [1:0] past = 0;
  pair dut (.clk(clk), .d(d), .q(q));
  always #5 clk = ~clk;
  initial begin
    repeat (40) begin
      d = $random;
      @(posedge clk);
      past = {past[0], d};
      #1;
      if (samples > 2 && q !== past[1]) mismatches = mismatches + 1;
      samples = samples + 1;
    end
    $display("Mismatches: %0d in %0d samples", mismatches, samples);
    $finish;
  end
endmodule
"""
STAGE = (
    "module stage (input clk, input d, output reg q);\n  always @(posedge clk) q <= d;\nendmodule\n"
)
PAIR = """\
module pair (input clk, input d, output q);
  wire m;
  stage u0 (.clk(clk), .d(d), .q(m));
  stage u1 (.clk(clk), .d(m), .q(q));
endmodule
"""


def test_a_design_that_uses_its_repository_is_compiled_with_it(gatewright, tmp_path, monkeypatch):
    monkeypatch.setenv("GATEWRIGHT_CACHE_DIR", str(tmp_path / "cache"))
    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / "stage.v").write_text(STAGE)
    (repo / "pair.v").write_text(PAIR)
    answers = tmp_path / "answers.jsonl"
    answers.write_text(json.dumps({"response": f"```\n{BENCH}```"}) + "\n")
    spec = "Module `pair` puts two `stage` instances in a row. Ports clk, d, q."
    call = ("testbench", spec, "-r", repo / "pair.v", "-m", f"replay:{answers}", "--rounds", "0")
    call = (*call, "--mutants", "4", "--no-formal", "--json")
    ran = gatewright(*call, "--repo", repo)
    assert (ran.status, ran.json["verified"]) == (0, True)
    assert gatewright(*call).status != 0
    ran = gatewright("testbench", spec, "--exclude", "x.v", "-m", f"replay:{answers}")
    assert ran.status == 2 and "--repo" in ran.err
