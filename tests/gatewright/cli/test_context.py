"""`gatewright context`, as a shell calls it."""

from __future__ import annotations

import pytest

CHILD = "module child (input a, output y);\n  assign y = ~a;\nendmodule\n"
TOP = "module top (input a, output y);\n  child u_child (\n    .a(a),\n    .y(y)\n  );\nendmodule\n"


@pytest.fixture
def repo(tmp_path, monkeypatch):
    monkeypatch.setenv("GATEWRIGHT_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "repo"
    (folder / "rtl").mkdir(parents=True)
    (folder / "rtl" / "child.v").write_text(CHILD)
    (folder / "top.v").write_text(TOP)
    return folder


def test_parts_with_their_lines(gatewright, repo):
    ran = gatewright("context", repo, "top.v:3")
    assert ran.status == 0
    assert ran.out.startswith("// top.v:1-6: the place asked about, line 3\nmodule top (")
    assert "// rtl/child.v:1: module child, instantiated as u_child\nmodule child (" in ran.out
    assert "parts, about" in ran.err and "had no room" not in ran.err


def test_for_scripts(gatewright, repo):
    found = gatewright("context", repo, "top.v:3", "--json", "--tokens", "64").json
    assert found["tokens"] <= found["budget"] == 64
    assert (found["file"], found["line"]) == ("top.v", 3)
    first = found["parts"][0]
    assert (first["kind"], first["file"], first["cut"]) == ("place", "top.v", False)
    keys = ("kind", "name", "file", "line", "end_line", "lines", "why", "cut", "text")
    assert set(first) == set(keys)


def test_a_file_is_named_from_here_too(gatewright, repo, monkeypatch):
    monkeypatch.chdir(repo / "rtl")
    assert "// rtl/child.v:1-3: the place" in gatewright("context", "..", "child.v:2").out


def test_a_column_is_let_be(gatewright, repo):
    with_column, without = (gatewright("context", repo, at) for at in ("top.v:3:7", "top.v:3"))
    assert with_column.status == 0 and with_column.out == without.out


def test_excluded(gatewright, repo):
    found = gatewright("context", repo, "top.v:3", "--exclude", "child.*", "--json").json
    assert {part["file"] for part in found["parts"]} == {"top.v"}


def test_an_exclusion_that_fits_nothing_is_told(gatewright, repo):
    ran = gatewright("context", repo, "top.v:3", "--exclude", "chidl.v", "--exclude", "./rtl/")
    assert "--exclude chidl.v: fits no file" in ran.err
    assert "./rtl/" not in ran.err and "module child" not in ran.out


@pytest.mark.parametrize(
    ("place", "more", "said"),
    [
        ("top.v", (), "is no FILE:LINE"),
        ("top.v:" + "9" * 5000, (), "is no FILE:LINE"),
        ("top.v:" + "9" * 20, (), "has no line 9"),
        ("top.v:9", (), "has no line 9"),
        ("lost.v:1", (), "is no source file of the repository"),
        ("../x.v:1", (), "is not in the repository"),
        ("top.v:1", ("--tokens", "3"), "give it 64 or more"),
    ],
)
def test_errors(gatewright, repo, place, more, said):
    ran = gatewright("context", repo, place, *more)
    assert ran.status == 2 and said in ran.err


def test_an_empty_repository(gatewright, tmp_path):
    ran = gatewright("context", tmp_path, "a.v:1")
    assert ran.status == 2 and "holds no Verilog" in ran.err
