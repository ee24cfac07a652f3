from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.agents.extract import extract_verilog
from gatewright.agents.extract_modules import blank_comments, modules_in

TOP = """module top (
    input a,
    output b
);
    assign b = ~a; // endmodule in a comment, and "a string"
endmodule"""
HELPER = "module helper (input x, output y);\n    assign y = x;\nendmodule"
USER = "module top (input a, output b);\n    helper u1 (.x(a), .y(b));\nendmodule"
BENCH = (
    "module tb;\n    reg a; wire b;\n    top dut (.a(a), .b(b));\n    initial $finish;\nendmodule"
)
HEADER = "module top (\n    input a,\n    output b\n);"


def code_of(answer: str, header: str = "") -> str:
    return extract_verilog(answer, "top", header).code.strip()


@pytest.mark.parametrize("tag", ["", "verilog", "systemverilog", "v", "text", "SystemVerilog 2012"])
@pytest.mark.parametrize("fence", ["```", "~~~", "````"])
def test_fences_of_any_tag(fence: str, tag: str) -> None:
    assert code_of(f"Here it is.\n\n{fence}{tag}\n{TOP}\n{fence}\n\nThat module inverts.") == TOP


@pytest.mark.parametrize(
    "answer",
    [
        TOP,
        f"[BEGIN]\n{TOP}\n[DONE]",
        f"<answer>\n{TOP}\n</answer>",
        f"[CODE]{TOP}[/CODE]",
        f"Sure, the module top (as asked) inverts:\n\n{TOP}\n\nThe module top is done.",
        f"<think>module top (input z); endmodule ```\n{HELPER}\n```</think>\n```v\n{TOP}\n```",
        f"it may be module top;\n</think>\n{TOP}",
        f"```verilog\n{TOP}\n",  # the closing fence is missing
        f"```\r\n{TOP}\r\n```".replace("\n", "\r\n"),
        f"A first try:\n```verilog\nmodule top(input a, output b);\nendmodule\n```\nBetter:\n"
        f"```verilog\n{TOP}\n```",
        f"```verilog\n{TOP}\n```\nUse it so:\n```verilog\n{BENCH}\n```",
        f"```verilog\n{TOP}\n\n{BENCH}\n```",
        f"```verilog\n{TOP}\n```\nand the same cut short:\n```verilog\nmodule top(input a,\n```",
    ],
)
def test_every_wrapping_gives_the_module(answer: str) -> None:
    assert code_of(answer).replace("\r\n", "\n") == TOP


def test_helpers_come_along_from_the_same_or_another_block() -> None:
    assert code_of(f"```\n{HELPER}\n\n{USER}\n```") == f"{HELPER}\n{USER}"
    apart = code_of(f"```\n{HELPER}\n```\nand the top:\n```\n{USER}\n```")
    assert {module.name for module in modules_in(apart)} == {"helper", "top"}


def test_unused_definitions_in_other_blocks_stay_out() -> None:
    assert code_of(f"```\n{HELPER}\n```\n```\n{TOP}\n```") == TOP


def test_directives_and_declarations_around_the_module_stay() -> None:
    code = f"`timescale 1ns/1ps\n`define W 3\ntypedef logic [1:0] pair_t;\n\n{TOP}"
    assert code_of(f"Answer:\n```\n{code}\n```").startswith("`timescale 1ns/1ps\n`define W 3")
    assert "pair_t" in code_of(code)


def test_a_body_alone_is_put_under_the_given_header() -> None:
    body = "    assign b = ~a;\nendmodule"
    for answer in (
        body,
        f"```\n{body}\n```",
        "    assign b = ~a;\n",
        f"The body:\n\n{body}\nDone.",
    ):
        assert code_of(answer, HEADER) == f"{HEADER}\n    assign b = ~a;\nendmodule"
    assert code_of(body) == ""


def test_another_name_is_kept_for_the_check_to_reject() -> None:
    other = TOP.replace("module top", "module inverter")
    assert code_of(f"```\n{other}\n```") == other


@pytest.mark.parametrize("answer", ["", "I cannot do that.", "The module is hard.", "```\n```"])
def test_no_code(answer: str) -> None:
    assert extract_verilog(answer, "top").code == ""


def test_truncation_is_noticed() -> None:
    cut = extract_verilog(f"```verilog\n{TOP.rsplit('endmodule', 1)[0]}", "top")
    assert cut.truncated
    assert "assign b = ~a;" in cut.code
    assert extract_verilog("<think>hmm, let me see, the module", "top").truncated
    assert not extract_verilog(TOP, "top").truncated


def test_blanking_keeps_offsets() -> None:
    text = 'a /* b\nc */ "d" // e\nf'
    assert len(blank_comments(text)) == len(text)
    assert blank_comments(text).count("\n") == text.count("\n")
    assert "e" not in blank_comments(text)


IDENTIFIERS = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True).filter(
    lambda name: name not in {"module", "begin", "end", "else", "import", "top", "tb"}
)
PROSE = st.text(
    st.characters(codec="utf-8", exclude_characters="`~<[", exclude_categories=("Cs", "Cc")),
    max_size=60,
).filter(lambda text: "module" not in text and "/*" not in text and '"' not in text)


@given(before=PROSE, after=PROSE, name=IDENTIFIERS, fenced=st.booleans())
def test_what_was_wrapped_comes_out(before: str, after: str, name: str, fenced: bool) -> None:
    code = f"module {name} (input a, output b);\n  assign b = a;\nendmodule"
    middle = f"```verilog\n{code}\n```" if fenced else code
    assert extract_verilog(f"{before}\n{middle}\n{after}", name).code.strip() == code


@given(st.text(max_size=300), st.booleans())
def test_never_raises(answer: str, header: bool) -> None:
    extract_verilog(answer, "top", HEADER if header else "")


PIECES = st.sampled_from(
    ["```", "~~~", "module top (", "module tb;", "endmodule", "[BEGIN]", "[DONE]", "<think>",
     "</think>", "\n", ";", "/*", "*/", '"', "//", "assign b = a;", "`define X", "helper u("]
)  # fmt: skip


@given(st.lists(PIECES, max_size=25))
def test_never_raises_on_broken_markup(pieces: list[str]) -> None:
    extract_verilog(" ".join(pieces), "top", HEADER)
    extract_verilog("\n".join(pieces), "top", HEADER)


@pytest.mark.parametrize(
    "text",
    [
        "a < b\n" * 20_000,
        "<think>" * 20_000,
        "module m; " + "a b (\n" * 20_000,
        "module m;" + "\n" * 100_000,
        "module m;\n" * 10_000,
        "// x\n" * 20_000 + "prose\nmodule m; endmodule",
        "/*" * 50_000,
        "```\n" * 25_000,
    ],
)
def test_no_answer_takes_long(text: str) -> None:
    start = time.process_time()
    extract_verilog(text, "m", "module m(input a);")
    assert time.process_time() - start < 2
