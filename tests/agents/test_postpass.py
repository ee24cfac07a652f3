"""The register post-pass, with Icarus as the judge of what it may not change."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewright.agents.postpass import initialise_registers
from gatewright.core import Source
from gatewright.sandbox.isolation import Command, Isolation, Limits, scratch


def done(text: str) -> tuple[str, tuple[str, ...]]:
    found = initialise_registers([Source("top.sv", text)])
    return found.sources[0].text, found.registers


def icarus(isolation: Isolation, *texts: str) -> str:
    """Compiles and simulates; what was printed."""
    with scratch("postpass") as folder:
        (folder / "all.sv").write_text("\n".join(texts))
        for argv in (["iverilog", "-g2012", "-o", "all.vvp", "all.sv"], ["vvp", "-n", "all.vvp"]):
            ended = isolation.run(Command(argv, folder), Limits())
            assert ended.ok, ended.output
        return ended.output


EVERY_WAY = """module top (
    input clk, // clock — not a reset
    input [3:0] d,
    output reg [3:0] a, b,
    output logic [3:0] c,
    output e,
    output reg signed [3:0] f
);
    reg e;
    logic [3:0] g, h = 4'd9, k;
    reg [3:0] memory [0:3];
    integer i;
    always @(posedge clk) begin
        a <= d; b <= a; c <= b; e <= d[0]; f <= c; h <= d;
        for (i = 0; i < 4; i = i + 1) memory[i] <= d;
    end
    always_ff @(negedge clk) g <= d;
    always @(posedge clk) k = memory[d[1:0]];
endmodule
"""


def test_every_kind_of_declaration(isolation: Isolation) -> None:
    text, registers = done(EVERY_WAY)
    names = {name.removeprefix("top.") for name in registers}
    assert names == {"a", "b", "c", "e", "f", "g", "k"}
    assert "output reg [3:0] a = 0, output reg [3:0] b = 0," in text
    assert "output logic [3:0] c = 0," in text
    assert "reg e = 0;" in text
    assert "logic [3:0] g = 0, h = 4'd9, k = 0;" in text
    assert "reg [3:0] memory [0:3];" in text
    assert "// clock — not a reset" in text
    bench = """module tb;
        wire [3:0] a, b, c, f; wire e;
        top t (.clk(1'b0), .d(4'd0), .a(a), .b(b), .c(c), .e(e), .f(f));
        initial #1 $display("%b %b %b %b %b %b", a, b, c, e, f, t.g);
    endmodule"""
    assert icarus(isolation, text, bench).strip() == "0000 0000 0000 0 0000 0000"


def test_ports_declared_in_the_body(isolation: Isolation) -> None:
    text, registers = done(
        "module top (clk, q, r); input clk; output reg [3:0] q; output [3:0] r; reg [3:0] r;\n"
        "always @(posedge clk) begin q <= q + 1; r <= q; end endmodule\n"
    )
    assert registers == ("top.q", "top.r")
    assert "output reg [3:0] q = 0;" in text
    assert "output [3:0] r; reg [3:0] r = 0;" in text
    icarus(isolation, text)


@pytest.mark.parametrize(
    "block",
    [
        "always @(posedge clk) if (rst) q <= 0; else q <= d;",
        "always @(posedge clk or posedge rst) if (rst) q <= 5; else q <= d;",
        "always @(posedge clk, negedge x) if (!x) q <= d; else q <= ~d;",
        "always @(posedge clk) if (!x) q <= 4'd3; else q <= d;",
        "always @(posedge clk) if (x == 1'b1) begin q <= 4'd3; end else q <= d;",
        "always @(posedge clk) begin q <= d; if (rst) q <= 0; end",
        "always @(posedge clk) q <= rst ? 4'd0 : d;",
        "always @(posedge clk) q <= d & {4{~rst}};",
        "wire [3:0] n = rst ? 4'd0 : d; always @(posedge clk) q <= n;",
        "reg [3:0] n; always @(*) if (rst) n = 0; else n = d; always @(posedge clk) q <= n;",
        "always @(posedge clk) if (x) begin if (sclr) q <= 0; else q <= d; end",
        "always @(posedge clk) q <= d; initial q = 4'd7;",
        "always @(*) q = d;",
        "always @(*) if (x) q = d;",
        "initial begin q = 0; end",
    ],
)
def test_a_register_with_reset_or_initial_value_is_left_alone(block: str) -> None:
    text = (
        "module top (input clk, rst, sclr, x, input [3:0] d, output reg [3:0] q);\n"
        f"{block}\nendmodule\n"
    )
    assert done(text) == (text, ())


def test_a_state_machine_without_reset_gets_one_value() -> None:
    text, registers = done(
        "module top (input clk, in, output out);\nreg [1:0] state, next;\n"
        "always @(*) case (state) 0: next = in ? 1 : 0; default: next = 0; endcase\n"
        "always @(posedge clk) state <= next;\nassign out = state == 1;\nendmodule\n"
    )
    assert registers == ("top.state",)
    assert "reg [1:0] state = 0, next;" in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "module top (input clk, output reg q); always @(posedge clk) q <= ",
        "module top (input clk); typedef enum logic {A, B} s_t; s_t s;"
        " always @(posedge clk) s <= B; endmodule",
        "module top (input clk); struct packed {logic a;} s;"
        " always @(posedge clk) s.a <= 1; endmodule",
        "module top (input clk); bit q; int n; always @(posedge clk) begin q <= 1; n <= 2; end"
        " endmodule",
        "class c; endclass",
    ],
)
def test_what_is_not_understood_is_left_alone(text: str) -> None:
    assert done(text) == (text, ())


def test_a_second_pass_changes_nothing() -> None:
    once, _ = done(EVERY_WAY)
    assert done(once) == (once, ())


NAMES = st.sampled_from(["p", "q", "r"])
BLOCKS = st.sampled_from(
    [
        "always @(posedge clk) {t} <= {s} + d;",
        "always @(posedge clk) if (en) {t} <= d;",
        "always @(posedge clk) if (rst) {t} <= 0; else {t} <= {s} ^ d;",
        "always @(posedge clk or posedge rst) if (rst) {t} <= 1; else {t} <= {s};",
        "always @(posedge clk) case (d) 0: {t} <= {s}; default: {t} <= {t} + 1; endcase",
    ]
)
BENCH = """module tb;
    reg clk = 0, rst = 1, en = 1; reg [3:0] d = 0; wire [3:0] p, q, r;
    top t (clk, rst, en, d, p, q, r);
    integer i;
    initial begin
        for (i = 0; i < 40; i = i + 1) begin
            #1 clk = ~clk;
            if (i == 6) rst = 0;
            d = d * 5 + 3; en = d[2];
            #1 if (i > 1) $display("%b %b %b", p, q, r);
        end
    end
endmodule"""


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    blocks=st.lists(BLOCKS, min_size=3, max_size=3), sources=st.lists(NAMES, min_size=3, max_size=3)
)
def test_known_bits_stay_as_they_were(
    isolation: Isolation, blocks: list[str], sources: list[str]
) -> None:
    """Simulated side by side, the pass only ever turns an x into a value."""
    body = "\n".join(
        block.format(t=t, s=s) for block, t, s in zip(blocks, "pqr", sources, strict=True)
    )
    text = (
        "module top (input clk, rst, en, input [3:0] d, output reg [3:0] p, q, r);\n"
        f"{body}\nendmodule\n"
    )
    changed, registers = done(text)
    before, after = icarus(isolation, text, BENCH), icarus(isolation, changed, BENCH)
    assert len(before) == len(after)
    assert all(b in ("x", a) for b, a in zip(before, after, strict=True))
    for name in registers:
        assert not re.search(rf"if \(rst\) {name[-1]} <=", text)
