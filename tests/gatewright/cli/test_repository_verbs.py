"""index, show, drivers, loads and cone, as a shell calls them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

TOP = """\
module top(input clk_i, input d_i, output q_o);
  reg q;
  // The register.
  always @(posedge clk_i) if (d_i) q <= 1'b1;
  leaf u_leaf (.x(q), .y(q_o));
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


def test_index_tells_what_there_is(gatewright, repo, tmp_path):
    ran = gatewright("index", repo)
    assert (ran.status, ran.out, ran.err) == (0, "2 files, 9 lines, 2 modules, 1 instance\n", "")
    told = gatewright("index", repo, "--json").json
    assert told["definitions"] == {"module": 2}
    assert (told["files"], told["instances"], told["notes"]) == (2, 1, [])
    assert list((tmp_path / "cache" / "retrieval").glob("repo-*.sqlite"))


def test_drivers_and_loads(gatewright, repo):
    ran = gatewright("drivers", repo, "top.q")
    assert ran.out == (
        "top.v:4  always  always @(posedge clk_i) if (d_i) q <= 1'b1;  when d_i  @clk_i\n"
    )
    (driver,) = gatewright("drivers", repo, "top.q", "--json").json["drivers"]
    assert {k: driver[k] for k in ("file", "line", "end_line", "kind", "clock", "condition")} == {
        "file": "top.v",
        "line": 4,
        "end_line": 4,
        "kind": "always",
        "clock": "clk_i",
        "condition": "d_i",
    }
    (load,) = gatewright("loads", repo, "top.q", "--json").json["loads"]
    assert (load["kind"], load["line"]) == ("instance", 5)
    assert load["via"] == "u_leaf.x (leaf, leaf.v:1)"
    nothing = gatewright("drivers", repo, "top.clk_i")
    assert (nothing.status, nothing.out, nothing.err) == (0, "", "nothing drives it\n")


def test_cone(gatewright, repo):
    ran = gatewright("cone", repo, "top.q_o")
    assert ran.out.splitlines() == [
        "1 top.v:5  leaf u_leaf (.x(q), .y(q_o));",
        "2 leaf.v:2  (u_leaf)  assign y = ~x;",
        "3 top.v:5  leaf u_leaf (.x(q), .y(q_o));",
        "4 top.v:4  always @(posedge clk_i) if (d_i) q <= 1'b1;",
    ]
    none = gatewright("cone", repo, "top.clk_i")
    assert (none.status, none.out) == (0, "") and "nothing found that decides it" in none.err
    short = gatewright("cone", repo, "top.q_o", "--depth", "1", "--json").json
    assert [step["depth"] for step in short["cone"]] == [1]
    assert short["cut"] is True


def test_show(gatewright, repo):
    ran = gatewright("show", repo, "leaf")
    assert ran.out.splitlines() == [
        "module leaf  leaf.v:1-3",
        "  input x",
        "  output y",
        "  2: assign  drives y",
        "  used 1 time:",
        "    top.u_leaf  top.v:5",
    ]
    (top,) = gatewright("show", repo, "top", "--json").json["modules"]
    assert top["instances"][0]["connections"] == {"x": "q", "y": "q_o"}
    assert top["blocks"][0]["doc"] == "The register."


def test_what_is_wrong_is_one_line(gatewright, repo, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "notes.txt").write_text("")
    for arguments, complaint in (
        (("index", empty), "holds no Verilog, SystemVerilog, Chisel or CUDA file"),
        (("show", tmp_path / "none", "m"), "no such folder"),
        (("drivers", repo / "top.v", "top.q"), "is a file, not a folder"),
        (("drivers", repo, "top"), "asked for as MODULE.SIGNAL"),
        (("loads", repo, "top.r"), "top has no signal r"),
        (("show", repo, "tap"), "did you mean top?"),
    ):
        ran = gatewright(*arguments)
        assert ran.status == 2
        assert complaint in ran.err
        assert ran.err.count("\n") == 1


def test_files_left_out_are_remarked_on(gatewright, repo):
    (repo / "blob.v").write_bytes(b"\0")
    ran = gatewright("index", repo)
    assert ran.err == "note: blob.v: binary, not read\n"


def test_control_characters_in_sources_do_nothing(gatewright, repo):
    (repo / "evil.v").write_text("module evil(output y);\n assign y = 1; // \x1b[2J\nendmodule\n")
    assert "\x1b" not in gatewright("drivers", repo, "evil.y").out
    assert "\x1b" not in gatewright("show", repo, "evil").out


def test_a_warm_question_imports_nothing_heavy(gatewright, repo):
    gatewright("index", repo)
    heavy = ("pyslang", "networkx", "chromadb", "rich", "langchain", "numpy")
    code = (
        "import sys, atexit\n"
        f"atexit.register(lambda: print('HEAVY', [m for m in {heavy!r} if m in sys.modules]))\n"
        f"sys.argv = ['gatewright', 'drivers', {str(repo)!r}, 'top.q']\n"
        "from gatewright.cli import main\n"
        "main()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ)
    )
    assert "HEAVY []" in ran.stdout, ran.stdout + ran.stderr


def test_bits_by_elaboration_in_the_sandbox(gatewright, repo):
    (row,) = gatewright("drivers", repo, "top.q", "--elaborated", "--json").json["drivers"]
    assert (row["line"], row["kind"], row["bits"], row["signal"]) == (4, "always", [0, 0], "top.q")
    ran = gatewright("loads", repo, "top.u_leaf.x", "--elaborated")
    assert ran.out == "top.u_leaf.x[0:0]  leaf.v:2  assign  assign y = ~x;\n"
