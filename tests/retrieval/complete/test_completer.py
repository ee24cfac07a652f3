"""The completer as a whole: what it must do in any repository, on any text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.retrieval.complete import Completer
from gatewright.retrieval.complete.files import nearby_texts, nearest
from gatewright.retrieval.complete.indent import continued

FILES = {
    "rtl/fifo.v": "module fifo (\n    input clk,\n    input rst,\n    output full\n);\nendmodule\n",
    "rtl/top.v": (
        "module top;\n    wire clk, rst, full;\n    fifo u_a (\n        .clk(clk),\n"
        "        .rst(rst),\n        .full(full)\n    );\nendmodule\n"
    ),
    "rtl/regs.v": (
        "module regs (input clk);\n\treg [7:0] a0, a1, a2;\n\talways @(posedge clk) begin\n"
        "\t\ta0 <= 8'd0;\n\t\ta1 <= 8'd1;\n\t\ta2 <= 8'd2;\n\tend\nendmodule\n"
    ),
}
CODE = st.text(alphabet="ab1 \t\n()[];<=.,+'h/*\"`é\r", max_size=120)


@pytest.fixture(scope="module")
def completer() -> Completer:
    return Completer(FILES)


def test_an_instance_is_connected_as_elsewhere_with_its_indentation(completer: Completer) -> None:
    before = "module soc;\n  wire clk, rst, full;\n  fifo u_b (\n    .clk(clk),\n"
    best = completer.complete("rtl/soc.v", before)[0]
    assert best.text == "    .rst(rst),"


def test_the_files_own_text_on_disk_is_not_looked_at(completer: Completer) -> None:
    before = FILES["rtl/regs.v"].split("\t\ta0")[0]
    found = completer.complete("rtl/regs.v", before, k=50)
    assert not any("a1 <= 8'd1" in suggestion.text for suggestion in found)
    elsewhere = completer.complete("rtl/copy.v", before, k=50)
    assert elsewhere[0].text == "\t\ta0 <= 8'd0;"


@given(CODE, CODE)
@settings(max_examples=60, deadline=None)
def test_any_text_is_completed_by_lines_that_begin_with_what_is_typed(before, typed) -> None:
    typed = typed.replace("\n", "").replace("\r", "")
    found = Completer({"a.v": before}).complete("b.v", before + "\n", typed)
    assert all(suggestion.text.startswith(typed) for suggestion in found)
    assert all("\n" not in suggestion.text for suggestion in found)
    assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)
    assert all(0 <= suggestion.right <= 1 for suggestion in found)


def test_nothing_is_told_of_how_a_comment_goes_on(completer: Completer) -> None:
    before = "module soc;\n  wire clk, rst, full;\n"
    assert completer.complete("rtl/soc.v", before, "  // fifo") == ()
    assert completer.complete("rtl/soc.v", before + "  /* fifo\n") == ()
    assert completer.complete("rtl/soc.v", before + "  // rtl/*\n")
    assert completer.block("rtl/soc.v", before + "  /* fifo\n") == ()


def test_no_line_is_suggested_twice() -> None:
    spelled = ("a=b", "a = b", "a =b")
    files = {f"{n}.v": f"module m;\n  assign {text};\n" for n, text in enumerate(spelled)}
    found = Completer(files).complete("b.v", "module m;\n", "  assign a = ", k=9)
    assert [suggestion.text for suggestion in found] == ["  assign a = b;"]


def test_the_same_question_has_the_same_answer(completer: Completer) -> None:
    before = "module m;\n  wire a;\n  always @(*) begin\n"
    first = completer.complete("x.v", before, k=20)
    assert first == Completer(dict(reversed(FILES.items()))).complete("x.v", before, k=20)


@pytest.mark.parametrize("files", [{}, {"a.v": ""}, {"a.v": "\n\n"}, {"a.v": "// only\n"}])
def test_an_empty_repository_and_an_empty_file(files: dict[str, str]) -> None:
    assert Completer(files).complete("b.v", "")
    assert Completer(files).complete("b.v", "module b;\n")


def test_a_huge_file_and_endless_lines_are_cut_short(completer: Completer) -> None:
    before = "x" * 100_000 + "\n" + "  assign a = b;\n" * 60_000
    assert completer.complete("huge.v", before, k=1)


def test_a_block_goes_on_while_it_is_sure(completer: Completer) -> None:
    before = FILES["rtl/regs.v"].split("\t\ta0")[0]
    lines = [line.text for line in completer.block("rtl/copy.v", before, 10)]
    assert lines[:3] == ["\t\ta0 <= 8'd0;", "\t\ta1 <= 8'd1;", "\t\ta2 <= 8'd2;"]
    assert len(completer.block("rtl/copy.v", before, 2)) == 2


@pytest.mark.parametrize(
    ("typed", "code", "line"),
    [
        ("  assign a", "assign abc = d;", "  assign abc = d;"),
        ("  assign  a =", "assign a = b;", "  assign  a = b;"),
        ("end ", "end else", "end else"),
        ("xyz", "assign a;", "xyz"),
        ("a = b;", "a=b;", "a = b;"),
    ],
)
def test_what_is_typed_stays_as_it_is(typed: str, code: str, line: str) -> None:
    assert continued(typed, code) == line


def test_the_nearest_files_come_first_and_large_ones_not_at_all(tmp_path: Path) -> None:
    for name in ("a/b/near.v", "a/far.v", "c/other.v", "a/b/me.v"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"// {name}\n")
    (tmp_path / "a" / "b" / "rom.v").write_text("x" * 500_000)
    (tmp_path / "c" / "latin.v").write_bytes(b"// \xe9\n")
    found = nearby_texts(tmp_path, "a/b/me.v")
    assert list(found) == ["a/b/near.v", "a/far.v", "c/latin.v", "c/other.v"]
    assert found["c/latin.v"] == "// é\n"
    assert list(nearby_texts(tmp_path, "a/b/me.v", most=14)) == ["a/b/near.v"]
    assert nearest("a/b/x.v", ["z.v", "a/y.v", "a/b/c/w.v"]) == ["a/b/c/w.v", "a/y.v", "z.v"]
