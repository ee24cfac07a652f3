from __future__ import annotations

import pytest

from gatewright.core import Source
from gatewright.retrieval.source_design import SourceDesign
from gatewright.retrieval.text_slice import TextSlice, text_slice
from gatewright.sandbox.tools.slang import syntax_diagnostics

FILES = {
    "top.sv": """\
`define WIDE 8
`define HALF (`WIDE / 2)
`define OTHER 1
module top import p::*; #(parameter bit FAST = 1) (
  input logic clk, input [`WIDE-1:0] d, output logic [`HALF-1:0] q, output word_t r, output z
);
  logic [3:0] t, u = 1;
  assign t = d[3:0];
  assign r = '0;
  always_ff @(posedge clk) q <= t;
  if (FAST) assign z = d[0]; else assign z = d[1];
  leaf one (.a(d[0]), .y());
  leaf two (.a(t[0]), .y(u[0])), three (.a(t[1]), .y());
  black box (.o(u[1]));
  final $display("end");
endmodule
""",
    "leaf.sv": """\
module leaf(input a, output y, output w);
  assign y = ~a;
  assign w = a;
endmodule
""",
    "p.sv": "package p;\n  typedef q::nibble word_t;\nendpackage\n",
    "q.sv": "package q;\n  typedef logic [3:0] nibble;\nendpackage\n",
}


def cut(*signals: str) -> TextSlice:
    design = SourceDesign([Source(name, text) for name, text in FILES.items()])
    top = design.definition("top")
    assert top is not None
    found = text_slice(design, top, signals, FILES.__getitem__)
    assert not syntax_diagnostics([Source("slice.sv", found.text)]), found.text
    return found


def test_only_what_decides_the_signal_stays() -> None:
    text = cut("q").text
    for line in ("always_ff @(posedge clk) q <= t;", "assign t = d[3:0];", "logic [3:0] t, u = 1;"):
        assert line in text
    for gone in ("assign r", "leaf one", "black", "final", "module leaf"):
        assert gone not in text


def test_packages_and_macros_come_along() -> None:
    text = cut("q").text
    assert text.index("package q;") < text.index("package p;") < text.index("module top")
    assert "`define HALF (`WIDE / 2)" in text
    assert "OTHER" not in text


def test_a_branch_that_loses_its_only_statement_keeps_an_empty_one() -> None:
    assert "if (FAST) ; else ;" in cut("q").text
    assert "if (FAST) assign z = d[0]; else assign z = d[1];" in cut("z").text


def test_modules_below_are_cut_too_and_missing_ones_are_told() -> None:
    found = cut("u")
    assert "assign y = ~a;" in found.text
    assert "assign w" not in found.text
    assert found.missing == ("black",)  # it may drive the bit that nothing else does
    assert cut("q").missing == ()


@pytest.mark.parametrize("name", ["nothing", "clk"])
def test_what_nothing_drives_leaves_the_declarations(name: str) -> None:
    text = cut(name).text
    assert "assign" not in text
    assert "module top" in text


def test_a_black_box_is_missing_where_nothing_else_drives() -> None:
    text = "module m(output y); black b(.o(y)); black c(.o()); endmodule\n"
    design = SourceDesign([Source("m.v", text)])
    top = design.definition("m")
    assert top is not None
    found = text_slice(design, top, ["y"], lambda _: text)
    assert found.missing == ("black",)
    assert "black b(.o(y));" in found.text
    assert "black c" not in found.text
