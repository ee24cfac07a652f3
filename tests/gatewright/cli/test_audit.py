"""`audit`: testbenches of files and of a benchmark."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gatewright.core import ToolMissing
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools import verilator

REFERENCE = """\
module RefModule(input clk, input d, output reg q, output n);
  always @(posedge clk) q <= d;
  assign n = ~q;
endmodule
"""
BESIDE = """\
module tb;
  reg clk = 0, d = 0; wire q_ref, n_ref, q_dut, n_dut;
  integer errors = 0, samples = 0;
  RefModule good(clk, d, q_ref, n_ref);
  TopModule dut(.clk(clk), .d(d), .q(q_dut), .n(n_dut));
  always #5 clk = ~clk;
  always @(negedge clk) begin
    samples = samples + 1;
    if ({q_ref, n_ref} !== ({q_ref, n_ref} ^ {q_dut, n_dut} ^ {q_ref, n_ref})) errors = errors + 1;
    d <= $random;
  end
  initial begin
    #403 $display("Mismatches: %0d in %0d samples", errors, samples); $finish;
  end
endmodule
"""
SYSTEMVERILOG = """\
module tb;
  class Stimulus;
    rand bit [3:0] value;
  endclass
  logic [3:0] a; wire [3:0] y;
  add dut (.a(a), .y(y));
  initial begin
    Stimulus each = new;
    for (int i = 0; i < 64; i++) begin
      void'(each.randomize());
      a = i < 32 ? each.value : i[3:0];
      #1 assert (y == 4'(a + 1)) else $error("wrong");
    end
    $display("PASSED");
    $finish;
  end
endmodule
"""
COCOTB = """\
import cocotb
from cocotb.triggers import FallingEdge, Timer

@cocotb.test()
async def follows(dut):
    for value in (0, 1, 1, 0):
        dut.d.value = value
        dut.clk.value = 0
        await Timer(1)
        dut.clk.value = 1
        await Timer(1)
        assert dut.q.value == value
"""


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_testbench_that_holds_the_reference_beside_the_design(gatewright, tmp_path):
    bench, reference = put(tmp_path, "tb.sv", BESIDE), put(tmp_path, "ref.sv", REFERENCE)
    ran = gatewright("audit", bench, "--reference", reference, "--json")
    assert ran.status == 0
    document = ran.json
    row = document["problems"][0]
    assert document["proofs"] is True
    assert row["sound"] is True
    assert row["checks"] == 40
    assert row["score"] >= 0.8  # the input never changes between the edges
    assert row["blind_to"] == []
    assert row["unwatched"] == []
    assert row["masked"] == 0


def test_a_demand_that_is_not_met(gatewright, debounce):
    # The testbench never lets the reset rise between two edges.
    flags = ("audit", debounce / "testbench.sv", "-r", debounce / "good.sv", "--mutants", "30")
    ran = gatewright(*flags, "--at-least", "100", "--no-formal")
    assert ran.status == 1
    assert "reset-kind" in ran.out
    assert gatewright(*flags, "--at-least", "50", "--no-formal").status == 0


def test_cocotb_tests_are_audited_too(gatewright, tmp_path):
    tests = put(tmp_path, "test_ff.py", COCOTB)
    reference = put(tmp_path, "ff.sv", REFERENCE.replace("RefModule", "ff"))
    ran = gatewright("audit", tests, "-r", reference, "--mutants", "6", "--json")
    assert ran.status == 0
    row = ran.json["problems"][0]
    assert row["coverage"] is None
    assert row["uncovered"] == "coverage is measured under a Verilog testbench"
    assert row["unwatched"] == ["n"]
    assert 0 < row["score"] < 1
    assert any(s["before"].startswith(("~", "assign n")) for s in row["survivors"])


def test_one_problem_of_the_bundled_suite(gatewright):
    ran = gatewright("audit", "starter", "--problems", "truth_majority", "--mutants", "5")
    assert ran.status == 0
    assert "truth_majority" in ran.out
    assert "100.0 %" in ran.out


@pytest.fixture
def with_verilator():
    try:
        verilator.open_verilator(open_isolation())
    except ToolMissing as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("with_verilator")
def test_what_a_testbench_never_reaches_is_listed(gatewright, tmp_path):
    still = BESIDE.replace("d <= $random", "d <= 0")
    bench, reference = put(tmp_path, "tb.sv", still), put(tmp_path, "ref.sv", REFERENCE)
    flags = ("audit", bench, "-r", reference, "--mutants", "1", "--no-formal")
    ran = gatewright(*flags)
    assert "  ref.sv:1: d never changes" in ran.out
    row = gatewright(*flags, "--json").json["problems"][0]
    assert row["uncovered"] == ""
    assert row["coverage"]["passed"] is True
    assert row["coverage"]["toggles"]["hit"] < row["coverage"]["toggles"]["total"]
    assert {missed["file"] for missed in row["coverage"]["missed"]} == {"ref.sv"}


@pytest.mark.skipif(not os.environ.get("GATEWRIGHT_THOROUGH"), reason="GATEWRIGHT_THOROUGH=1")
@pytest.mark.usefixtures("with_verilator")
def test_a_testbench_that_icarus_cannot_read_is_audited_on_verilator(gatewright, tmp_path):
    bench = put(tmp_path, "tb.sv", SYSTEMVERILOG)
    reference = put(
        tmp_path,
        "add.sv",
        "module add(input [3:0] a, output [3:0] y);\n  assign y = a + 1;\nendmodule\n",
    )
    flags = ("--mutants", "2", "--no-formal", "--json")
    row = gatewright("audit", bench, "-r", reference, *flags).json["problems"][0]
    assert row["sound"] is True
    assert row["score"] == 1.0
    assert row["coverage"]["toggles"] == {"hit": 16, "total": 16}


def test_a_testbench_that_refuses_the_reference_is_not_covered(gatewright, tmp_path):
    bench = put(tmp_path, "tb.sv", BESIDE.replace("!==", "==="))
    ran = gatewright("audit", bench, "-r", put(tmp_path, "ref.sv", REFERENCE), "--json")
    assert ran.status == 1
    row = ran.json["problems"][0]
    assert row["fault"].startswith("the reference is refused: mismatch")
    assert "coverage" not in row


def test_without_verilator_an_audit_goes_on_and_says_so(gatewright, monkeypatch):
    monkeypatch.setattr(verilator, "installed", lambda: "")
    flags = ("audit", "starter", "--problems", "kmap_*", "--mutants", "2", "--no-formal")
    ran = gatewright(*flags)
    assert ran.status == 0
    assert ran.err.count("no coverage of") == 1
    assert "kmap_alarm, kmap_dont_care: Verilator is not installed" in ran.err
    assert "gatewright doctor --install verilator" in ran.err
    assert [line.split()[-3:] for line in ran.out.splitlines() if "kmap" in line] == [["–"] * 3] * 2
    ran = gatewright(*flags, "--no-coverage", "--json")
    assert "no coverage" not in ran.err
    assert ran.json["coverage"] is None
    assert all("uncovered" not in row for row in ran.json["problems"])


@pytest.mark.usefixtures("with_verilator")
def test_without_a_cache_an_audit_goes_on_and_says_so(gatewright, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(put(tmp_path, "no_folder", "")))
    flags = ("--problems", "mux4", "--mutants", "1", "--no-formal")
    ran = gatewright("audit", "starter", *flags)
    assert ran.status == 0
    assert "no coverage of mux4: Verilator's runtime cannot be kept" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nosuch",), "neither a benchmark nor a file"),
        (("starter", "-r", "x.sv"), "has its own"),
        (("tb.sv",), "--reference FILE"),
        (("tb.sv", "-r", "other.sv"), "instantiates RefModule, TopModule"),
    ],
)
def test_what_makes_no_sense_is_an_error(gatewright, tmp_path, monkeypatch, arguments, said):
    put(tmp_path, "tb.sv", BESIDE)
    put(tmp_path, "other.sv", "module a; endmodule\nmodule b; endmodule\n")
    monkeypatch.chdir(tmp_path)
    ran = gatewright("audit", *arguments)
    assert ran.status == 2
    assert said in ran.err
