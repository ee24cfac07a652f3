from __future__ import annotations

import pytest

from gatewright.sandbox.tools.slang_sensitivity import Unwatched, unwatched

HEAD = "module m(input a, b, c, input [3:0] v, output reg y, z);\n"
TAIL = """
function f(input x); f = x & c; endfunction
function automatic g(input [3:0] x); g = 0; for (int i = 0; i < 4; i++) g ^= x[i]; endfunction
function h(input [3:0] x); integer k; begin h = 0; for (k = 0; k < 4; k = k + 1) h = h ^ x[k]; end
endfunction
endmodule
"""


@pytest.mark.parametrize(
    ("process", "names"),
    [
        ("always @(a) y = a & b;", ("b",)),
        ("always @(a or b) y = a & b;", ()),
        ("always @(a, b) begin : k reg t; t = a; y = t | b; end", ()),
        ("always @(a) if (b) z = a;", ("b",)),
        ("always @(a) case (v) 0: y = a; default: y = c; endcase", ("c", "v")),
        ("always @(v[0]) y = v[0];", ("v",)),
        ("always @* y = a & b;", ()),
        ("always @* y = f(a);", ("c",)),
        ("always @* y = f(a) | c;", ()),
        ("always_comb y = f(a);", ()),
        ("assign y = f(a);", ("c",)),
        ("assign y = a & b;", ()),
        ("always @* y = g(v);", ()),
        ("always @* y = h(v);", ()),
        ("always @(v) begin y = 0; for (int i = 0; i < 4; i++) y ^= v[i]; end", ()),
        ("always @(posedge a) y <= b & c;", ()),
        ("always @(posedge a or negedge b) if (!b) y <= 0; else y <= c;", ()),
        ("initial y = a;", ()),
        ("always @(a) begin {y, z} = {a, a}; end", ()),
    ],
)
def test_names_what_a_process_does_not_wait_for(process: str, names: tuple[str, ...]) -> None:
    found = unwatched(HEAD + process + TAIL, "m")
    assert found == ((Unwatched(2, names),) if names else ())


def test_looks_into_what_the_top_is_made_of() -> None:
    part = "module part(input a, b, output reg y);\nalways @(a) y = a & b;\nendmodule\n"
    text = part + "module top(input a, b, output y);\npart p(a, b, y);\nendmodule\n"
    assert unwatched(text, "top") == (Unwatched(2, ("b",)),)


def test_is_silent_about_what_is_no_design() -> None:
    assert unwatched("module (", "m") == ()
