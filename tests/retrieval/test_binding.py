from __future__ import annotations

from gatewright.core import Source
from gatewright.retrieval.binding import Binding, bindings
from gatewright.retrieval.places import Place
from gatewright.retrieval.source_design import SourceDesign

TEXT = """
module top(input clk, rst, input [3:0] d, output [1:0] y, output logic [3:0] r);
  wire [3:0] n = d ^ 4'b1;
  inner u (.clk, .a(n[0] & d[1]), .b(y[1]));
  assign y[0] = n[2];
  always_ff @(posedge clk) if (rst) r <= 0; else if (d[0]) r <= n;
endmodule
module inner(input clk, a, output logic b);
  logic c;
  always @(negedge clk) c <= a;
  assign b = c | inv(a);
  function inv(input x); return ~x; endfunction
endmodule
"""


def found(*signals: str) -> set[Binding]:
    design = SourceDesign([Source("t.sv", TEXT)])
    top = design.definition("top")
    assert top is not None
    return set(bindings(design, Place(top, design.module(top)), signals, lambda _: TEXT))


def test_each_assignment_with_its_clock_and_condition() -> None:
    told = found("r")
    assert Binding("r", "", "posedge clk", "rst", "0") in told
    assert Binding("r", "", "posedge clk", "!(rst) && d[0]", "n") in told
    assert Binding("n", "", "", "", "d ^ 4'b1") in told
    assert not any(binding.signal.startswith("u.") for binding in told)


def test_names_below_are_those_from_the_top() -> None:
    told = found("y")
    assert Binding("y", "[0]", "", "", "n[2]") in told
    assert Binding("y", "", "", "", "u.b") in told
    assert Binding("u.b", "", "", "", "u.c | inv(u.a)") in told
    assert Binding("u.c", "", "negedge u.clk", "", "u.a") in told
    assert Binding("u.a", "", "", "", "n[0] & d[1]") in told
    assert Binding("u.clk", "", "", "", "clk") in told


def test_nothing_drives_an_input() -> None:
    assert found("d") == set()
