from __future__ import annotations

import pytest

from gatewright.core import Source
from gatewright.retrieval.blackboxes import unknown_drivers
from gatewright.retrieval.places import Place
from gatewright.retrieval.source_design import SourceDesign

DESIGN = """
module m(input a, output reg q);
  wire [1:0] whole, bits; wire both, other, alone;
  assign whole = {2{a}};
  assign bits[0] = a;
  always @* q = a;
  leaf u (.a(a), .y(both));
  box one (a, q, whole, bits, both, alone);
  box two (.p(alone));
endmodule
module leaf(input a, output y); assign y = a; endmodule
"""


@pytest.mark.parametrize(
    ("signal", "boxes"),
    [
        ("a", []),
        ("q", []),
        ("whole", []),
        ("bits", ["one"]),
        ("both", []),
        ("alone", ["one", "two"]),
        ("other", []),
    ],
)
def test_only_what_is_not_driven_otherwise_may_come_from_them(
    signal: str, boxes: list[str]
) -> None:
    design = SourceDesign([Source("m.v", DESIGN)])
    top = design.definition("m")
    assert top is not None
    found = unknown_drivers(design, Place(top, design.module(top)), signal)
    assert [instance.name for instance in found] == boxes
