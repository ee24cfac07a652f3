from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.core import Source
from gatewright.retrieval.cone import cone, cone_signals

DESIGN = """module top (
    input clk, input rst, input [7:0] d, input en,
    output reg [7:0] q,
    output logic z,
    output p, output alone, output g
);
    reg [7:0] s;
    wire [7:0] t = d + 8'd1;
    function [7:0] mix(input [7:0] x);
        mix = x ^ s;
    endfunction
    always @(posedge clk) begin
        if (rst)
            s <= 0;
        else if (en)
            s <= t;
    end
    always @(posedge clk)
        case (d[1:0])
            2'd1: q <= s;
            default: q[d[2:0]] <= z;
        endcase
    assign z = mix(d) == 0;
    sub u1 (.a(s), .y(p), .clk);
    assign alone = 1'b1;
    genvar i;
    wire [3:0] w;
    generate
        for (i = 0; i < 4; i = i + 1) begin : bits
            assign w[i] = d[i];
        end
    endgenerate
    and (g, w[0], w[1]);
endmodule
module sub (a, y, clk);
    input [7:0] a;
    input clk;
    output y;
    wire low = a[0];
    assign y = ~low & unrelated;
    wire unrelated = clk;
    wire far = a[1];
endmodule
"""
SOURCES = [Source("top.sv", DESIGN)]


def texts(*signals: str, depth: int = 6, lines: int = 60) -> list[str]:
    return [line.text.strip() for line in cone(SOURCES, "top", signals, depth, lines)]


def test_a_constant_needs_only_itself() -> None:
    found = texts("alone")
    assert "assign alone = 1'b1;" in found
    assert not any("s <=" in text for text in found)


def test_conditions_around_an_assignment_belong_to_it() -> None:
    found = texts("s")
    for line in ("always @(posedge clk) begin", "if (rst)", "s <= 0;", "else if (en)", "s <= t;"):
        assert line in found
    assert "wire [7:0] t = d + 8'd1;" in found
    assert not any(text.startswith("case") for text in found)


def test_case_items_and_indices() -> None:
    found = texts("q")
    for line in ("case (d[1:0])", "2'd1: q <= s;", "default: q[d[2:0]] <= z;"):
        assert line in found
    assert "s <= t;" in found


def test_functions_are_entered() -> None:
    assert "mix = x ^ s;" in texts("z")


def test_down_into_an_instance_and_up_again() -> None:
    found = texts("p")
    for line in ("sub u1 (.a(s), .y(p), .clk);", "assign y = ~low & unrelated;", "s <= t;"):
        assert line in found
    assert "wire far = a[1];" not in found


def test_generate_and_gates() -> None:
    found = texts("g")
    for line in ("and (g, w[0], w[1]);", "assign w[i] = d[i];"):
        assert line in found


def test_depth_counts_hops() -> None:
    assert "mix = x ^ s;" in texts("z", depth=1)
    assert "s <= t;" not in texts("z", depth=1)
    assert "s <= t;" in texts("z", depth=2)
    depths = {line.text.strip(): line.depth for line in cone(SOURCES, "top", ["z"])}
    assert depths["assign z = mix(d) == 0;"] == 0
    assert depths["s <= t;"] == 2


def test_lines_are_bounded_nearest_first_and_in_order() -> None:
    found = cone(SOURCES, "top", ["q"], depth=6, lines=5)
    assert len(found) <= 5
    assert "2'd1: q <= s;" in [line.text.strip() for line in found]
    numbers = [line.line for line in cone(SOURCES, "top", ["q"])]
    assert numbers == sorted(numbers)
    assert all(DESIGN.splitlines()[line.line - 1].rstrip() == line.text for line in found)


def test_several_files_and_hierarchical_names() -> None:
    top, sub = DESIGN.split("module sub")
    files = [Source("top.sv", top), Source("sub.sv", "module sub" + sub)]
    found = cone(files, "top", ["tb.top1.p"], depth=6)
    assert {line.file for line in found} == {"top.sv", "sub.sv"}


def test_unknown_modules_connect_everything() -> None:
    text = "module m (input a, output b);\n wire k = a;\n black box (.i(k), .o(b));\nendmodule"
    found = [line.text for line in cone([Source("m.v", text)], "m", ["b"])]
    assert " black box (.i(k), .o(b));" in found
    assert " wire k = a;" in found


@pytest.mark.parametrize("signals", [["nothing"], []])
def test_nothing_known_nothing_shown(signals: list[str]) -> None:
    assert cone(SOURCES, "top", signals) == ()
    assert cone([], "top", ["q"]) == ()


def test_without_a_top_the_root_of_the_hierarchy_counts() -> None:
    top, sub = DESIGN.split("module sub")
    helper_first = [Source("all.sv", "module sub" + sub + top)]
    for name in ("", "elsewhere"):
        found = [line.text.strip() for line in cone(helper_first, name, ["p"])]
        assert "sub u1 (.a(s), .y(p), .clk);" in found


def test_the_registers_and_wires_behind_a_signal() -> None:
    found = cone_signals(SOURCES, "top", ["p"], depth=5)
    assert found.internal == ("s", "t")
    assert found.ports[:3] == ("clk", "rst", "d")
    assert found.clocked
    combinational = [Source("m.v", "module m (input a, output b); assign b = a; endmodule")]
    assert not cone_signals(combinational, "m", ["b"]).clocked
    assert cone_signals([], "m", ["b"]).ports == ()


def test_variables_of_a_process_show_where_they_are_declared() -> None:
    text = """module m (input [3:0] a, output reg y);
  always @* begin
    reg [1:0] few;
    few = a;
    y = few == 3;
  end
endmodule
"""
    found = {line.line: line.depth for line in cone([Source("m.v", text)], "m", ["y"])}
    assert found == {1: 0, 2: 0, 3: 1, 4: 1, 5: 0}
    assert cone_signals([Source("m.v", text)], "m", ["y"]).internal == ()


def test_a_clock_made_inside_belongs_to_what_it_clocks() -> None:
    text = """module m (input clk, d, output reg q);
  reg half = 0;
  always @(posedge clk) half <= ~half;
  always @(posedge half) q <= d;
endmodule
"""
    assert 3 in [line.line for line in cone([Source("m.v", text)], "m", ["q"])]


def test_both_sides_of_a_conditional_count() -> None:
    text = """module m (input a, b, output y);
`ifdef FAST
  assign y = a;
`else
  assign y = b;
`endif
endmodule
"""
    found = [line.line for line in cone([Source("m.v", text)], "m", ["y"])]
    assert {3, 5} <= set(found)


def test_half_written_code_still_answers() -> None:
    half = DESIGN.split("    assign z = mix")[0] + "    assign z = mix(d"
    assert "s <= t;" in [
        line.text.strip() for line in cone([Source("top.sv", half)], "top", ["z", "q"])
    ]


@settings(max_examples=60)
@given(st.integers(0, len(DESIGN)), st.integers(0, 40), st.text("();@=<[]{}`'\"\n x", max_size=4))
def test_damaged_code_never_raises(start: int, length: int, junk: str) -> None:
    damaged = DESIGN[:start] + junk + DESIGN[start + length :]
    cone([Source("top.sv", damaged)], "top", ["q", "z", "p", "g"])
