"""`gatewright generate --repo`: a module that lives in a repository and uses what is there."""

from __future__ import annotations

import json

import pytest

SPEC = "Write a module `pair` that puts two `stage` instances in a row. Ports clk, d, q."
STAGE = """\
module stage (input clk, input d, output reg q);
  always @(posedge clk) q <= d;
endmodule
"""
PAIR = """\
module pair (input clk, input d, output q);
  wire m;
  stage u0 (.clk(clk), .d(d), .q(m));
  stage u1 (.clk(clk), .d(m), .q(q));
endmodule
"""
REFERENCE = """\
module pair (input clk, input d, output reg q);
  reg m;
  always @(posedge clk) begin
    m <= d;
    q <= m;
  end
endmodule
"""


@pytest.fixture
def repo(tmp_path, monkeypatch):
    monkeypatch.setenv("GATEWRIGHT_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "repo"
    (folder / "sim").mkdir(parents=True)
    (folder / "stage.v").write_text(STAGE)
    (folder / "sim" / "golden.v").write_text(REFERENCE)
    return folder


@pytest.fixture
def model(tmp_path):
    file = tmp_path / "answers.jsonl"
    file.write_text(json.dumps({"response": f"```\n{PAIR}```"}) + "\n")
    return f"replay:{file}"


def test_what_the_repository_has_is_compiled_with_it(gatewright, repo, model):
    call = ("generate", SPEC, "-m", model, "-r", repo / "sim" / "golden.v", "--rounds", "0")
    ran = gatewright(*call, "--repo", repo, "--json")
    assert ran.status == 0 and ran.json["verdict"]["outcome"] == "pass"
    assert gatewright(*call).status == 1


def test_what_is_excluded_is_not(gatewright, repo, model):
    call = ("generate", SPEC, "-m", model, "-r", repo / "sim" / "golden.v", "--rounds", "0")
    assert gatewright(*call, "--repo", repo, "--exclude", "stage.v").status == 1


def test_the_golden_design_is_no_part_of_the_repository(gatewright, repo, tmp_path):
    cheat = "module pair (input clk, input d, output q);\n  golden g (clk, d, q);\nendmodule\n"
    golden = repo / "sim" / "golden.v"
    golden.write_text(REFERENCE.replace("module pair", "module golden"))
    file = tmp_path / "cheat.jsonl"
    file.write_text(json.dumps({"response": f"```\n{cheat}```"}) + "\n")
    call = ("generate", SPEC, "-m", f"replay:{file}", "--repo", repo, "--rounds", "0")
    assert gatewright(*call, "-r", golden, "--top", "pair").status == 1


def test_a_copy_of_the_golden_design_is_none_either(gatewright, repo, tmp_path):
    cheat = "module pair (input clk, input d, output q);\n  golden g (clk, d, q);\nendmodule\n"
    golden = tmp_path / "golden.v"
    golden.write_text(REFERENCE.replace("module pair", "module golden"))
    (repo / "sim" / "golden.v").unlink()
    (repo / "copy.sv").write_text(golden.read_text())
    file = tmp_path / "cheat.jsonl"
    file.write_text(json.dumps({"response": f"```\n{cheat}```"}) + "\n")
    call = ("generate", SPEC, "-m", f"replay:{file}", "--repo", repo, "--rounds", "0")
    assert gatewright(*call, "-r", golden, "--top", "pair").status == 1


def test_errors(gatewright, repo, tmp_path, model):
    ran = gatewright("generate", SPEC, "-m", model, "--repo", tmp_path / "lost")
    assert ran.status == 2 and "no such folder" in ran.err
    ran = gatewright("generate", SPEC, "-m", model, "--exclude", "x")
    assert ran.status == 2 and "name it by --repo" in ran.err
