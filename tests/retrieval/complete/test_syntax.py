"""Which lines fit what stands before them."""

from __future__ import annotations

import pytest

from gatewright.retrieval.complete.syntax import breaks

MODULE = "module m (input a, output reg y);\n  reg [3:0] n;\n"
INSTANCE = MODULE + "  leaf u (\n    .a(a),\n"


@pytest.mark.parametrize(
    ("before", "line"),
    [
        (MODULE, "  always @(posedge a) begin"),
        (MODULE, "  assign y = n[0]"),
        (MODULE, "endmodule // m"),
        (INSTANCE, "    .b(n)"),
        (MODULE + "  always @* begin\n    if (a)\n", "      y = 1;"),
        (MODULE + "  wire w  // half a line\n", "  ;"),
        ("", "`timescale 1ns/1ps"),
        (MODULE, "  `UNKNOWN(macro)"),
        (MODULE + '`include "gone.vh"\n', "  wire w;"),
        (MODULE, ""),
        ("}{" * 50, "  wire w;"),
    ],
)
def test_what_may_stand_there(before: str, line: str) -> None:
    assert not breaks(before, line)


@pytest.mark.parametrize(
    ("before", "line"),
    [
        (MODULE, "  assign = y;"),
        (MODULE, "  end"),
        (MODULE, "  y <= = a;"),
        (INSTANCE, "  assign y = a;"),
        (INSTANCE.rstrip(",\n") + "\n", "    .b(n)"),
        (MODULE + "  always @* begin\n    y = a;\n", "endmodule"),
    ],
)
def test_what_may_not(before: str, line: str) -> None:
    assert breaks(before, line)


def test_deep_nesting_is_left_alone() -> None:
    deep = MODULE + "  assign y = " + "(" * 5000
    assert not breaks(deep, "  )))")
