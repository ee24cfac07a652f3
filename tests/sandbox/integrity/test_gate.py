from __future__ import annotations

import pytest

from gatewright.core import Diagnostic, Source
from gatewright.sandbox.integrity import GatePolicy, check, has_delays, preprocess


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


@pytest.mark.parametrize(
    ("body", "waits"),
    [
        ("initial #5 a = 1;", True),
        ("always begin #(P/2) clk2 = ~clk2; end", True),
        ("always @(posedge clk) #1 q = d;", True),
        ("always @(posedge clk) q <= #1 d;", False),
        ("assign #2 y = a;", False),
        ("and #(1, 2) g(y, a, b);", False),
        ("sub #(.N(3)) s(clk);", False),
        ("assign (strong0, weak1) #1 y = a;", False),
    ],
)
def test_tells_statement_delays_from_other_uses_of_the_sign(body: str, waits: bool) -> None:
    tokens = preprocess([Source("m.sv", f"module m;\n{body}\nendmodule")]).tokens
    assert has_delays(tokens) is waits
    assert bool(findings(body, GatePolicy(delays=False))) is waits


def test_refuses_brackets_beyond_reason() -> None:
    assert findings("wire x = " + "(" * 5000 + "1" + ")" * 5000 + ";")[0].code == "nesting"
