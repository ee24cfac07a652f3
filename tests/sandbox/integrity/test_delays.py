from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.core import Source
from gatewright.sandbox.integrity import (
    GatePolicy,
    check,
    has_delays,
    lay_out,
    leave_out,
    preprocess,
    tokenize,
)
from gatewright.sandbox.integrity.delays import Use, uses
from gatewright.sandbox.integrity.lexer import words

UNTIMED = GatePolicy(delays=False)
PRIMITIVE = "primitive inv(o, i); output o; input i; table 0 : 1; 1 : 0; endtable endprimitive\n"

KINDS = [
    ("initial #5 a = 1;", Use.STATEMENT),
    ("always begin #(P/2) clk2 = ~clk2; end", Use.STATEMENT),
    ("always @(posedge clk) #1 q = d;", Use.STATEMENT),
    ("always @e #5 q = d;", Use.STATEMENT),
    ("always @e #5 tick(1);", Use.STATEMENT),
    ("always @u.e #5 tick(1);", Use.STATEMENT),
    ("always @ (* keep *) e #5 tick(1);", Use.STATEMENT),
    ("initial begin : b #5 tick(1); end", Use.STATEMENT),
    ("always @e begin end : b #5 tick(1);", Use.STATEMENT),
    ("always @e begin : b end #5 tick(1);", Use.STATEMENT),
    ("initial ->> #5 e;", Use.STATEMENT),
    ("initial #0.6 a = 1;", Use.STATEMENT),
    ("initial #0\n'd5 a = 1;", Use.STATEMENT),
    ("initial # 0 a = 1;", Use.ZERO),
    ("initial begin #0; end", Use.ZERO),
    ("assign #0 y = a;", Use.ZERO),
    ("always @(posedge clk) q <= #1 d;", Use.VALUE),
    ("initial k = #10 0;", Use.VALUE),
    ("always @(o) o <= #(D) ~o;", Use.VALUE),
    ("assign #2 y = a;", Use.NET),
    ("wire #2 y = a;", Use.NET),
    ("wire [3:0] #(2, 3) y = a;", Use.NET),
    ("wire t #5 y = a;", Use.NET),
    ("and #(1, 2) g(y, a, b);", Use.NET),
    ("assign (strong0, weak1) #1 y = a;", Use.NET),
    ("trireg (small) #(0, 0, 50) c;", Use.NET),
    ("inv #5 (o, o);", Use.NET),
    ("inv #5 i1 (o, o);", Use.NET),
    ("\\inv #5 i1 (o, o);", Use.NET),
    ("sub #(.N(3)) s(clk);", Use.PARAMETERS),
    ("sub #(3) s [1:0] (clk), t(clk);", Use.PARAMETERS),
    ("(* keep *) (* a = 1 *) sub #(3) s(clk);", Use.PARAMETERS),
    ("if (P) begin : g sub #(3) s(clk); end", Use.PARAMETERS),
    ("if (P) begin : g end : g sub #(3) s(clk);", Use.PARAMETERS),
    ("case (P) 1: sub #(3) s(clk); endcase", Use.PARAMETERS),
    ("endmodule module n #(parameter N = 1) (input a);", Use.PARAMETERS),
    ("endmodule module n import p::*; #(parameter N = 1) (input a);", Use.PARAMETERS),
]


@pytest.mark.parametrize(("body", "use"), KINDS)
def test_tells_what_the_sign_is_for(body: str, use: Use) -> None:
    tokens = tokenize(f"{PRIMITIVE}module m(input clk);\n{body}\nendmodule\n")
    assert [u for _, u in uses(tokens)] == [use]
    assert has_delays(tokens) is (use not in (Use.PARAMETERS, Use.ZERO))


@pytest.mark.parametrize(("body", "use"), KINDS)
def test_nothing_that_takes_time_is_compiled(body: str, use: Use) -> None:
    done = preprocess([Source("m.sv", f"{PRIMITIVE}module m(input clk);\n{body}\nendmodule\n")])
    assert bool(check(done.tokens, done.files, UNTIMED)) is (use not in (Use.PARAMETERS, Use.ZERO))
    left = leave_out(done.tokens, done.files, UNTIMED)
    assert bool(check(left.tokens, done.files, UNTIMED)) is (use is Use.STATEMENT)
    assert bool(left.notes) is (use in (Use.VALUE, Use.NET))
    assert leave_out(done.tokens, done.files).tokens == done.tokens


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("q <= #1 d;", "q <= d ;"),
        ("q <= #(`T + f(1)) d;", "q <= d ;"),
        ("q <= #D d;", "q <= d ;"),
        ("q <= #u.D d;", "q <= d ;"),
        ("q <= #p::D d;", "q <= d ;"),
        ("q <= #1.5ns d;", "q <= d ;"),
        ("and #(1, #(2)) g(y, a);", "and g ( y , a ) ;"),
    ],
)
def test_leaves_out_the_delay_and_no_more(body: str, left: str) -> None:
    done = preprocess([Source("m.sv", f"`define T 2\n{body}")])
    assert lay_out(leave_out(done.tokens, done.files, UNTIMED).tokens, done.files).text.split() == (
        left.split()
    )


@given(
    st.lists(
        st.sampled_from(
            sorted(words("# 5 0 ( ) [ ] a b = <= ; : @ begin end and inv wire . :: 'd5 #0 #5"))
        ),
        max_size=14,
    )
)
def test_what_is_left_out_leaves_nothing_to_leave_out(parts: list[str]) -> None:
    done = preprocess([Source("m.sv", PRIMITIVE + " ".join(parts))])
    once = leave_out(done.tokens, done.files, UNTIMED).tokens
    twice = leave_out(once, done.files, UNTIMED).tokens
    delays = [d for d in check(once, done.files, UNTIMED) if d.code == "delay"]
    assert delays or once == twice
