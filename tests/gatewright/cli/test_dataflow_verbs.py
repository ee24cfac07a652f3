"""cone --dataflow, cone --slice and show --dataflow, as a shell calls them."""

from __future__ import annotations

import pytest

TOP = """\
module top(input clk_i, input d_i, output q_o, output other_o);
  reg q;
  always @(posedge clk_i) if (d_i) q <= 1'b1; else q <= 1'b0;
  leaf u_leaf (.x(q), .y(q_o));
  assign other_o = d_i;
endmodule
"""
LEAF = "module leaf(input x, output y);\n  assign y = ~x;\nendmodule\n"


@pytest.fixture
def repo(tmp_path, monkeypatch):
    monkeypatch.setenv("GATEWRIGHT_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "repo"
    folder.mkdir()
    (folder / "top.v").write_text(TOP)
    (folder / "leaf.v").write_text(LEAF)
    return folder


def test_bindings(gatewright, repo):
    ran = gatewright("cone", repo, "top.q_o", "--dataflow")
    assert ran.status == 0
    assert set(ran.out.splitlines()) == {
        "u_leaf.x = q",
        "q_o = u_leaf.y",
        "u_leaf.y = (~u_leaf.x)",
        "q = (d_i ? 1'b1 : 1'b0)  @posedge clk_i",
    }
    told = gatewright("show", repo, "top", "--dataflow", "--json").json
    assert told["by"] == "pyverilog"
    (other,) = (row for row in told["bindings"] if row["signal"] == "other_o")
    assert other["tree"] == {"kind": "signal", "text": "d_i", "of": []}


def test_a_slice_is_a_design_of_its_own(gatewright, repo, tmp_path):
    ran = gatewright("cone", repo, "top.q_o", "--slice")
    assert "other_o" not in ran.out
    (tmp_path / "slice.v").write_text(ran.out)
    (tmp_path / "whole.v").write_text(
        TOP.replace(", output other_o", "").replace("  assign other_o = d_i;\n", "") + LEAF
    )
    checked = gatewright(
        "verify",
        tmp_path / "slice.v",
        "--top",
        "top",
        "--reference",
        tmp_path / "whole.v",
        "--json",
    )
    assert checked.json["outcome"] == "pass"


def test_what_is_beyond_pyverilog_is_told_from_the_facts(gatewright, repo):
    (repo / "new.sv").write_text(
        "module m(input int unsigned a, output logic y);\n  assign y = a == '1;\nendmodule\n"
    )
    ran = gatewright("cone", repo, "m.y", "--slice")
    assert (ran.status, ran.out) == (0, (repo / "new.sv").read_text())
    assert ran.err.startswith("note: pyverilog ")
    assert gatewright("cone", repo, "m.y", "--dataflow", "--json").json["by"] == "facts"


def test_one_answer_at_a_time(gatewright, repo):
    assert gatewright("cone", repo, "top.q_o", "--slice", "--dataflow").status == 2
    assert gatewright("cone", repo, "top.none", "--slice").status == 2
