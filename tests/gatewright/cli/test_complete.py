"""complete, as a shell calls it."""

from __future__ import annotations

import json
import os

import pytest

TOP = """\
module top;
  wire clk, rst;
  leaf u_a (
    .clk(clk),
    .rst(rst)
  );
  leaf u_b (
    .clk(clk),
    secret_line_of_the_file
"""
LEAF = "module leaf(input clk, input rst);\nendmodule\n"


@pytest.fixture
def repo(tmp_path, monkeypatch):
    monkeypatch.setenv("GATEWRIGHT_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "repo"
    folder.mkdir()
    (folder / "top.v").write_text(TOP)
    (folder / "leaf.v").write_text(LEAF)
    (folder / "latin.v").write_bytes(b"// \xe9\r\nmodule latin;\r\n")
    return folder


def test_a_line_is_suggested_and_what_follows_is_not_read(gatewright, repo):
    ran = gatewright("complete", repo, "top.v:9")
    assert ran.status == 0
    assert ran.out.splitlines()[0] == "    .rst(rst)"
    assert "secret" not in ran.out
    told = gatewright("complete", repo, "top.v:9", "-k", "2", "--json").json
    assert told["line"] == "    .rst(rst)" == told["candidates"][0]["text"]
    assert set(told["candidates"][0]) == {"text", "score", "source"}
    assert len(told["candidates"]) == 2


def test_a_begun_line_is_gone_on_with(gatewright, repo):
    ran = gatewright("complete", repo, f"{repo}/top.v:5:7")
    assert all(line.startswith("    .r") for line in ran.out.splitlines())
    assert ran.out.splitlines()[0] == "    .rst(rst)"


def test_all_missing_ports_come_at_once_with_what_is_known_of_them(gatewright, repo):
    ran = gatewright("complete", repo, "top.v:4", "--ports")
    assert ran.status == 0
    assert ran.out.splitlines() == ["    .clk(clk),"]  # the other stands below
    told = gatewright("complete", repo, "top.v:9", "--ports", "--json").json
    assert (told["module"], told["instance"]) == ("leaf", "u_b")
    assert told["lines"] == ["    .rst(rst)"]
    assert told["connections"] == [
        {"name": "rst", "direction": "input", "type": "", "expression": "rst", "known": True}
    ]
    ran = gatewright("complete", repo, "top.v:2", "--ports")
    assert (ran.status, ran.out) == (1, "")
    assert "no list of ports" in ran.err


def answering(tmp_path, text):
    file = tmp_path / "answers.jsonl"
    file.write_text(json.dumps({"response": text}) + "\n")
    return f"replay:{file}"


def test_a_model_picks_or_writes_and_its_usage_is_told(gatewright, repo, tmp_path):
    told = gatewright(
        "complete", repo, "top.v:9", "-m", answering(tmp_path, "```\n.rst(~rst)\n```"), "--json"
    ).json
    assert (told["line"], told["source"]) == ("    .rst(~rst)", "model")
    assert told["candidates"][1]["text"] == "    .rst(rst)"
    broken = answering(tmp_path, "```\n  always = ;\n```")
    ran = gatewright("complete", repo, "top.v:9", "-m", broken)
    assert (ran.status, ran.out.splitlines()[0]) == (0, "    .rst(rst)")
    assert "model: replay:" in ran.err
    block = answering(tmp_path, "```\n    .rst(rst)\n  );\n```")
    ran = gatewright("complete", repo, "top.v:9", "--block", "5", "-m", block)
    assert ran.out.splitlines() == ["    .rst(rst)", "  );"]


@pytest.mark.parametrize(
    ("flags", "what"),
    [
        (("--base-url", "http://127.0.0.1:9/v1"), "no model is named"),
        (("-m", "symbolic"), "completes no code"),
        (("-m", "openai:x", "--base-url", "http://127.0.0.1:9/v1", "--fim", "so"), "no way 'so'"),
        (("--block", "2", "--ports"), "exclude each other"),
    ],
)
def test_flags_that_do_not_fit(gatewright, repo, flags, what):
    ran = gatewright("complete", repo, "top.v:9", *flags)
    assert (ran.status, ran.out) == (2, "")
    assert what in ran.err


def test_what_is_excluded_is_not_copied_from(gatewright, repo):
    (repo / "answer.v").write_text(TOP.replace("secret_line_of_the_file", "  .rst(rst), .odd(1)"))
    seen = gatewright("complete", repo, "top.v:9", "-k", "50").out
    assert "odd" in seen
    assert (
        "odd"
        not in gatewright("complete", repo, "top.v:9", "-k", "50", "--exclude", "answer.v").out
    )
    ran = gatewright("complete", repo, "top.v:9", "--exclude", "anwser.v")
    assert ran.status == 0 and "--exclude anwser.v: fits no file" in ran.err


def test_a_pipe_is_not_waited_for(gatewright, repo):
    os.mkfifo(repo / "pipe.v")
    ran = gatewright("complete", repo, "pipe.v:1")
    assert ran.status == 2 and "is no file" in ran.err


def test_a_block_is_suggested_line_by_line(gatewright, repo):
    ran = gatewright("complete", repo, "top.v:8", "--block", "2", "--json").json
    assert ran["lines"][0] == "    .clk(clk),"
    assert len(ran["lines"]) <= 2


def test_the_line_after_the_last_and_latin_text(gatewright, repo):
    assert gatewright("complete", repo, "latin.v:3").status == 0


@pytest.mark.parametrize(
    ("place", "what"),
    [
        ("top.v", "is no FILE:LINE"),
        ("top.v:x", "is no FILE:LINE"),
        ("top.v:" + "9" * 5000, "is no FILE:LINE"),
        ("top.v:0", "count from 1"),
        ("top.v:99", "has no line 99"),
        ("top.v:1:99", "line 1 has no column 99"),
        ("gone.v:1", "cannot be read: no such file"),
        ("../out.v:1", "is not in the repository"),
    ],
)
def test_a_place_that_is_none(gatewright, repo, place, what):
    (repo.parent / "out.v").write_text("\n")
    ran = gatewright("complete", repo, place)
    assert (ran.status, ran.out) == (2, "")
    assert what in ran.err


def test_nothing_found_is_said_and_lines_are_counted_as_editors_do(gatewright, repo):
    (repo / "notes.txt").write_text("Nothing else begins so.\n")
    ran = gatewright("complete", repo, "notes.txt:1:24")
    assert (ran.status, ran.out) == (1, "")
    assert "nothing is likely there" in ran.err
    assert "it has 2 lines" in gatewright("complete", repo, "leaf.v:9").err


def test_an_empty_repository_still_has_suggestions(gatewright, tmp_path):
    (tmp_path / "new.v").write_text("")
    assert "`timescale 1ns / 1ps" in gatewright("complete", tmp_path, "new.v:1", "-k", "20").out


def test_the_offline_completer_is_no_model_for_other_work(gatewright, repo):
    ran = gatewright("generate", "an inverter", "-m", "offline")
    assert ran.status == 2
    assert "completes lines" in ran.err
