from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.core import Source
from gatewright.sandbox.integrity import Kind, preprocess


def expanded(text: str) -> str:
    return " ".join(token.text for token in preprocess([Source("t.v", text)]).tokens)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`define W 8\n[`W-1:0]", "[ 8 - 1 : 0 ]"),
        ("`define ADD(a, b) (a + b)\n`ADD(x, (y, z))", "( x + ( y , z ) )"),
        ("`define D(a = 3) a\n`D() `D(4)", "3 4"),
        ("`define J(a, b) a``b\n`J(fo, o)", "foo"),
        ('`define S(a) `"<a>`"\n`S(x y)', '"<x y>"'),
        ("`define TWO one \\\n  two // gone\n`TWO", "one two"),
        ("`ifdef A\n1\n`else\n2\n`endif", "2"),
        ("`define A\n`ifdef A\n1\n`elsif B\n2\n`endif", "1"),
        ("`ifndef A\n`ifdef B\n1\n`else\n3\n`endif\n`endif", "3"),
        ("`define A 1\n`undef A\n`ifdef A\nx\n`endif", ""),
        ("`define A `B\n`define B 7\n`A", "7"),
        ("`timescale 1ns / 1ps\nx", "`timescale 1ns / 1ps x"),
        ("`default_nettype none module", "`default_nettype none module"),
        ("`__LINE__\n`__LINE__", "1 2"),
    ],
)
def test_expands_as_the_language_does(text: str, expected: str) -> None:
    assert expanded(text) == expected


def test_includes_only_what_was_given() -> None:
    done = preprocess([Source("a.v", '`include "b.vh"\nx')], includes=[Source("b.vh", "y")])
    assert [(t.text, done.files[t.file]) for t in done.tokens] == [("y", "b.vh"), ("x", "a.v")]
    refused = preprocess([Source("a.v", '`include "/etc/passwd"')])
    assert [d.code for d in refused.diagnostics] == ["include"]


def test_macros_reach_the_next_file() -> None:
    done = preprocess([Source("a.v", "`define N 3"), Source("b.v", "`N")])
    assert [t.text for t in done.tokens] == ["3"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("`ifdef A", "open-conditional"),
        ("`endif", "stray-conditional"),
        ("x = `NOPE;", "undefined-macro"),
        ("`define F(a) a\n`F", "macro-arguments"),
        ("`define F(a) a\n`F(1, 2)", "macro-arguments"),
        ("`define R `R x\n`R", "macro-budget"),
        ('`include "t.v"', "macro-budget"),
    ],
)
def test_says_what_is_wrong_and_where(text: str, code: str) -> None:
    done = preprocess([Source("t.v", text)])
    assert code in [d.code for d in done.diagnostics]
    assert done.diagnostics[0].line >= 1


def test_a_bomb_costs_little() -> None:
    twenty = {name: " ".join([f"`{name}"] * 20) for name in "ABCDEFGHI"}
    defines = "".join(f"`define {chr(ord(name) + 1)} {body}\n" for name, body in twenty.items())
    began = time.process_time()
    done = preprocess([Source("t.v", f"`define A x x\n{defines}`J")])
    assert [d.code for d in done.diagnostics] == ["macro-budget"]
    assert time.process_time() - began < 5


@given(st.text(alphabet='`defineifls \n()abA,\\"', max_size=120))
def test_never_fails(text: str) -> None:
    preprocess([Source("t.v", text)])


@pytest.mark.parametrize(
    "body", ["` ``define A 1", "`" + "``define A 1", "` ``undef X", "` ``timescale 1ns/1ps"]
)
def test_no_directive_is_pasted_together(body: str) -> None:
    done = preprocess([Source("t.v", f"`define M {body}\nx `M y")])
    assert done.diagnostics
    assert not [t for t in done.tokens if t.text.startswith("`")]


def test_a_comment_in_a_macro_ends_where_it_ends() -> None:
    done = preprocess([Source("t.v", '`define A "/* \\" // " // b /* c\n`A')])
    assert [t.text for t in done.tokens] == ['"/* \\" // "']
    done = preprocess([Source("t.v", "`define B 1 /* // */ + 2 /* b\n*/ + 3\n`B")])
    assert [t.text for t in done.tokens] == ["1", "+", "2", "+", "3"]


def test_a_comment_that_is_never_closed_is_told_even_in_a_macro() -> None:
    done = preprocess([Source("t.v", "`define A /* x\nmodule m; endmodule")])
    assert [(t.kind, t.text) for t in done.tokens] == [(Kind.BAD, "/*")]


def test_a_file_s_name_stays_within_its_string() -> None:
    done = preprocess([Source('a/b c"; $finish; \\\n".v', "x = `__FILE__ ;")])
    assert [t.text for t in done.tokens] == ["x", "=", '"a/b c?; $finish; ???.v"', ";"]
