from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from gatewright.agents.distinct import fingerprint
from gatewright.core import Source

DESIGN = """module top (input clk, input [3:0] d, output reg [3:0] q);
    // hold one cycle
    reg [3:0] held;
    wire odd = ^d;
    always @(posedge clk) begin
        held <= odd ? d : 4'hF;
        q <= held;
    end
    helper u1 (.x(held[0]), .y());
endmodule
module helper (input x, output y);
    assign y = ~x;
endmodule
"""


def mark(text: str) -> str:
    return fingerprint([Source("top.sv", text)], "top")


def test_comments_layout_and_directives_do_not_count() -> None:
    squeezed = "`timescale 1ns/1ps\n" + re.sub(r"\s+", " ", re.sub(r"//.*", "", DESIGN))
    assert mark(squeezed) == mark(DESIGN)
    assert mark(DESIGN.replace("4'hF", "4'hf")) == mark(DESIGN)


@given(
    st.lists(st.from_regex(r"[a-z]{2,7}_z", fullmatch=True), min_size=4, max_size=4, unique=True)
)
def test_local_names_do_not_count(names: list[str]) -> None:
    renamed = DESIGN
    for old, new in zip(("held", "odd", "helper", "u1"), names, strict=True):
        renamed = re.sub(rf"\b{old}\b", new, renamed)
    assert mark(renamed) == mark(DESIGN)


def test_what_the_outside_sees_counts() -> None:
    for old, new in (("odd", "clk"), ("~x", "x"), ("4'hF", "4'hE"), ("posedge", "negedge")):
        assert mark(DESIGN.replace(old, new)) != mark(DESIGN)
    swapped = DESIGN.replace("q", "Q")
    assert mark(swapped) != mark(DESIGN)


def test_confusing_two_names_counts() -> None:
    assert mark(DESIGN.replace("q <= held", "q <= odd")) != mark(DESIGN)


def test_names_from_elsewhere_count() -> None:
    """Which library module is used, and by which of its ports, is no matter of taste."""
    text = "module top (input a, output b); wire k, m; lib u (.i(k), .j(m)); endmodule"
    assert mark(text.replace("lib", "other")) != mark(text)
    assert mark(text.replace(".i", ".k").replace(".j", ".m")) != mark(text)
    renamed = text.replace("wire k, m", "wire x, y").replace("(k), .j(m)", "(x), .j(y)")
    assert mark(renamed) == mark(text)


def test_every_kind_of_declaration_can_be_renamed() -> None:
    text = """module top #(parameter W = 2) (a, b);
        input [W-1:0] a; output b; localparam L = 1; genvar i; typedef logic [1:0] pair_t;
        pair_t p; function f1(input x1); f1 = x1 & L; endfunction
        generate for (i = 0; i < W; i = i + 1) begin : blk wire w = f1(a[i]); end endgenerate
        assign b = blk[0].w ^ p[0];
    endmodule"""
    renamed = text
    for old in ("W", "L", "i", "pair_t", "p", "f1", "x1", "blk", "w"):
        renamed = re.sub(rf"\b{old}\b", f"{old}_new", renamed)
    assert mark(renamed) == mark(text)
    assert mark(re.sub(r"\ba\b", "a_new", text)) != mark(text)


def test_code_that_does_not_parse_has_a_mark_of_its_own() -> None:
    broken = DESIGN.replace("endmodule", "", 1)
    assert mark(broken) != mark(DESIGN)
    assert mark(broken) == mark(broken.replace("\n", "\n\n"))
    assert mark(broken + "x") != mark(broken)


def test_deep_expressions() -> None:
    deep = "~(" * 400 + "d[0]" + ")" * 400
    text = f"module top (input [3:0] d, output q); assign q = {deep}; endmodule"
    assert mark(text) == mark(text.replace("(", "( "))
