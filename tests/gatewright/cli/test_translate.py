"""`translate`: into Chisel by a model and a proof, into Verilog by Chisel itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gatewright.core import ToolMissing
from gatewright.sandbox.chisel.toolchain import open_toolchain

VERILOG = """module accumulate #(parameter W = 8) (input clk, input rst_n, input [3:0] step,
  output reg [W-1:0] q);
  always @(posedge clk) if (!rst_n) q <= 5; else q <= q + step;
endmodule
"""
CHISEL = """import chisel3._
class accumulate(width: Int = 8) extends RawModule {
  val clk = IO(Input(Clock()))
  val rst_n = IO(Input(Bool()))
  val step = IO(Input(UInt(4.W)))
  val q = IO(Output(UInt(width.W)))
  withClockAndReset(clk, !rst_n) {
    val sum = RegInit(5.U(width.W))
    sum := sum + step
    q := sum
  }
}
"""
JUDGEMENT = json.dumps(
    {
        "fault": "design",
        "location": "line 9",
        "issue": "subtracts",
        "why": "q falls",
        "fix": "add step",
    }
)


@pytest.fixture(scope="module", autouse=True)
def _chisel() -> None:
    try:
        open_toolchain()
    except ToolMissing as error:
        pytest.skip(str(error))


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def replay(folder: Path, *answers: str) -> str:
    rows = [json.dumps({"response": answer}) for answer in answers]
    return f"replay:{put(folder, 'answers.jsonl', chr(10).join(rows))}"


def test_verilog_becomes_chisel_once_a_proof_says_so(gatewright, tmp_path):
    source = put(tmp_path, "accumulate.v", VERILOG)
    wrong = CHISEL.replace("sum + step", "sum - step")
    model = replay(tmp_path, f"```scala\n{wrong}```", JUDGEMENT, f"```scala\n{CHISEL}```")
    out = tmp_path / "accumulate.scala"
    ran = gatewright("translate", source, "--to", "chisel", "-m", model, "-o", out, "--json")
    assert ran.status == 0, ran.err
    assert out.read_text().strip() == CHISEL.strip()
    document = json.loads(ran.out)
    assert document["verdict"]["outcome"] == "pass"
    assert document["verdict"]["rules"] == "formal"


def test_a_difference_is_shown_by_a_counterexample(gatewright, tmp_path):
    source = put(tmp_path, "accumulate.v", VERILOG)
    model = replay(tmp_path, f"```scala\n{CHISEL.replace('sum + step', 'sum + 1.U')}```")
    ran = gatewright("translate", source, "--to", "chisel", "-m", model, "--rounds", "0", "--json")
    assert ran.status == 1
    verdict = json.loads(ran.out)["verdict"]
    assert verdict["failure_class"] in ("nonequivalent", "mismatch")
    assert verdict["first_mismatch"]["signals"] == ["q"]


def test_chisel_becomes_verilog_with_the_parameters_asked_for(gatewright, tmp_path):
    source = put(tmp_path, "accumulate.scala", CHISEL)
    ran = gatewright("translate", source, "--to", "verilog")
    assert ran.status == 0, ran.err
    assert "module accumulate(" in ran.out
    assert "[7:0] q" in ran.out
    ran = gatewright("translate", source, "--to", "verilog", "--parameters", "width=13")
    assert "[12:0] q" in ran.out


def test_a_parameterised_design_is_verified_at_other_parameters(gatewright, tmp_path):
    source = put(tmp_path, "accumulate.scala", CHISEL)
    wide = put(tmp_path, "wide.v", VERILOG.replace("W = 8", "W = 16"))
    check = ("verify", source, "--reference", wide, "--formal", "--top", "accumulate")
    assert gatewright(*check, "--parameters", "width=16").status == 0
    ran = gatewright(*check, "--json")
    assert ran.status == 1
    assert ran.json["failure_class"] == "interface"
    ran = gatewright("verify", wide, "--reference", wide, "--parameters", "W=16")
    assert ran.status == 2
    assert "designs in Chisel" in ran.err


def test_chisel_that_does_not_build_is_told_line_by_line(gatewright, tmp_path):
    source = put(tmp_path, "accumulate.scala", CHISEL.replace("sum + step", "sum + stap"))
    ran = gatewright("translate", source, "--to", "verilog")
    assert ran.status == 1
    assert "accumulate.scala:9: error: not found: value stap" in ran.err


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        (VERILOG, ("--to", "vhdl"), "cannot translate to 'vhdl'"),
        (VERILOG, ("--to", "chisel", "--top", "other"), "there is no module other"),
        (VERILOG * 2, ("--to", "chisel", "-m", "symbolic"), "needs a model"),
        ("// nothing\n", ("--to", "chisel"), "no module to translate"),
        ("module a; endmodule module b; endmodule", ("--to", "chisel"), "--top a, b"),
        (VERILOG, ("--to", "verilog", "--parameters", "w=a(b)"), "no constructor argument"),
    ],
)
def test_what_cannot_be_translated_is_said(text, options, words, gatewright, tmp_path):
    ran = gatewright("translate", put(tmp_path, "in.v", text), *options)
    assert ran.status == 2
    assert words in ran.err


RATING = json.dumps({"score": 8, "reason": "the width is an argument"})


def test_a_translation_is_rated_and_proved_at_other_values(gatewright, tmp_path):
    source = put(tmp_path, "accumulate.v", VERILOG)
    model = replay(tmp_path, f"```scala\n{CHISEL}```", RATING)
    asked = ("--variability", "--parameters", "W=12", "--json")
    ran = gatewright("translate", source, "--to", "chisel", "-m", model, *asked)
    assert ran.status == 0, ran.err
    found = json.loads(ran.out)["variability"]
    assert found["rating"] == {"score": 8, "reason": "the width is an argument"}
    assert [(t["setting"], t["outcome"]) for t in found["trials"]] == [("W=12", "pass")]


def test_what_only_holds_at_the_default_is_found_out(gatewright, tmp_path):
    source = put(tmp_path, "accumulate.v", VERILOG)
    fixed = CHISEL.replace("5.U(width.W)", "5.U(8.W)")
    model = replay(tmp_path, f"```scala\n{fixed}```", RATING)
    asked = ("--variability", "--parameters", "W=12")
    ran = gatewright("translate", source, "--to", "chisel", "-m", model, *asked)
    assert ran.status == 0, ran.err
    assert "variability: 8 of 10 (the width is an argument); W=12: fail" in ran.err


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--parameters", "W=12"), "with --variability"),
        (("--variability", "--parameters", "X=12"), "no parameter X"),
        (("--variability", "--parameters", "W=a;b"), "no constructor argument"),
    ],
)
def test_parameters_that_cannot_be_tried(gatewright, tmp_path, asked, said):
    source = put(tmp_path, "accumulate.v", VERILOG)
    ran = gatewright("translate", source, "--to", "chisel", "-m", replay(tmp_path, CHISEL), *asked)
    assert ran.status == 2
    assert said in ran.err
