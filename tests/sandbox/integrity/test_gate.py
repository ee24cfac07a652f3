from __future__ import annotations

import pytest

from gatewright.core import Diagnostic, Source
from gatewright.sandbox.integrity import GatePolicy, check, preprocess
from gatewright.sandbox.integrity.gate import MAX_FINDINGS


def findings(body: str, policy: GatePolicy | None = None) -> tuple[Diagnostic, ...]:
    done = preprocess([Source("m.sv", f"module m(input clk);\n{body}\nendmodule\n")])
    return check(done.tokens, done.files, policy)


@pytest.mark.parametrize(
    ("body", "code", "column"),
    [
        ("initial $finish;", "system-task", 9),
        ("integer r = $random;", "system-task", 13),
        ("wire t = $time > 5;", "system-task", 10),
        ("initial force m.x = 1;", "keyword", 9),
        ("final x = 1;", "keyword", 1),
        ("assign a = tb.out;", "reference", 12),
        ("assign a = up[3].out;", "reference", 12),
        ('import "DPI-C" function int f();', "foreign", 1),
        ('initial $readmemh("/etc/passwd", mem);', "file", 9),
        ("initial $readmemh(name, mem);", "file", 9),
        ("`pragma protect begin", "directive", 1),
        ('initial $display("%d", $urandom);', "system-task", 24),
    ],
)
def test_refuses_with_the_exact_place(body: str, code: str, column: int) -> None:
    first = findings(body)[0]
    assert (first.code, first.file, first.line, first.column) == (code, "m.sv", 2, column)


@pytest.mark.parametrize(
    "body",
    [
        "// $finish; force x;\n/* final */",
        'initial $display("$finish at %0t", $time);',
        "reg force_en, final_state, bind_q, program_counter;",
        "sub s(.clk(clk)); wire q = s.inner.q;",
        "genvar i; for (i = 0; i < 2; i = i + 1) begin : g wire w; end wire x = g[1].w;",
        'initial $readmemh("table.hex", mem);',
        "pair_t p; assign p.a = p.b;",
        'always @* assert (clk) else $error("no clock at %t", $time);',
        "(* full_case *) always @(*) x = y;",
        "always @(posedge clk) q <= #1 d;",
    ],
)
def test_lets_hardware_pass(body: str) -> None:
    assert findings(body) == ()


def test_time_may_be_printed_but_not_kept() -> None:
    assert findings('initial $display("%t", $signed($time / 1000), $sformatf("%t", $time));') == ()
    for call in ("keep($time)", "keep(1, (2), $time)", "$cast(q, $time)", "keep({a, [$time]})"):
        assert [d.code for d in findings(f'initial $display("%d", {call});')] == ["system-task"]
    assert findings("initial $display(f(1), $time);") == ()
    assert findings("initial begin $display; q = $time; end")[0].code == "system-task"


def test_a_path_is_one_however_long_its_index() -> None:
    index = " + ".join(["0"] * 500)
    assert findings(f"assign a = tb[{index}][1].out;")[0].code == "reference"


@pytest.mark.parametrize(
    "text",
    [
        '`timescale 1ns / 1ps `include "x"\n',
        "`timescale 1ns / 1ps ; initial $finish ;\n",
        '`line 1 "x" 0 `include "x"\n',
        "`timescale 3ns / 1ps\n",
    ],
)
def test_a_directive_says_nothing_else(text: str) -> None:
    done = preprocess([Source("m.sv", text)])
    assert "directive" in [d.code for d in check(done.tokens, done.files)]


@pytest.mark.parametrize("text", ["`timescale 1ns/1ps", "`timescale 100 us / 10 ns // so"])
def test_takes_a_time_scale(text: str) -> None:
    done = preprocess([Source("m.sv", text)])
    assert check(done.tokens, done.files) == ()


def test_lists_the_first_of_many_findings() -> None:
    assert len(findings("initial $finish;" * 1000)) == MAX_FINDINGS


def test_refuses_brackets_beyond_reason() -> None:
    assert findings("wire x = " + "(" * 5000 + "1" + ")" * 5000 + ";")[0].code == "nesting"


@pytest.mark.parametrize(
    ("text", "said"), [("/* x", "comment"), ('x = "y', "string"), ("(* keep", "attribute")]
)
def test_says_what_is_never_closed(text: str, said: str) -> None:
    assert findings(text)[0].message == f"this {said} is never closed"
