from __future__ import annotations

import pytest

from gatewright.retrieval.headings import Headings

TEXT = """\
module m #(parameter W = 2) (input clk, input [3:0] a, output reg [3:0] y);
  generate
    if (W > 1) begin
      always @(posedge clk
               or negedge a[0])
        for (int i = 0; i < 4; i++)
          if (a[i] &&
              !a[0])
            y[i] <= 1;
          else
            case (a)
              1: y[i] <= 0;
              default: y <= a;
            endcase
    end
  endgenerate
  function f(input x);
    f = x;
  endfunction
`ifdef OTHER
  initial y = 0;
`else
  initial
    y = 1;
`endif
endmodule
"""


@pytest.mark.parametrize(
    ("line", "over"),
    [
        (9, (3, 4, 5, 6, 7, 8)),
        (12, (3, 4, 5, 6, 7, 8, 10, 11, 12)),
        (13, (3, 4, 5, 6, 7, 8, 10, 11, 13)),
        (18, (17,)),
        (21, (21,)),
        (24, (23,)),
        (1, ()),
    ],
)
def test_what_stands_over_a_line(line: int, over: tuple[int, ...]) -> None:
    assert Headings(TEXT).around(line, line) == over


def test_the_nearest_declaration_above_counts() -> None:
    headings = Headings("module m;\n reg a;\n task t; reg a; a = 1; endtask\n reg b;\nendmodule\n")
    assert headings.declared("a", 2) == 2
    assert headings.declared("a", 3) == 3
    assert headings.declared("b", 3) == 0


@pytest.mark.parametrize("text", ["", "endmodule", "module", "`ifdef X", "always if ("])
def test_broken_text_has_what_can_be_read(text: str) -> None:
    assert isinstance(Headings(text).around(1, 1), tuple)
