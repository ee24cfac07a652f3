from __future__ import annotations

from gatewright.core import Source
from gatewright.retrieval.source_design import SourceDesign

TOP = "module top(input a, output y); leaf u(.a(a), .y(y)); leaf v(.a(a)); endmodule\n"
LEAF = "module leaf(input a, output y); assign y = ~a; endmodule\n"


def test_modules_are_found_with_their_ports_and_uses() -> None:
    design = SourceDesign([Source("top.v", TOP), Source("leaf.v", LEAF)])
    leaf = design.definition("leaf")
    assert leaf is not None
    assert (leaf.path, leaf.line, leaf.direction("y")) == ("leaf.v", 1, "output")
    assert design.module(leaf).blocks[0].drives == ("y",)
    assert [use.instance.name for use in design.uses("leaf", leaf)] == ["u", "v"]
    assert design.count_uses("leaf") == 2


def test_of_several_with_one_name_the_first_counts() -> None:
    other = LEAF.replace("~a", "a")
    design = SourceDesign([Source("a.v", LEAF), Source("b.v", other), Source("top.v", TOP)])
    first, second = (d for d in design.definitions if d.name == "leaf")
    assert design.definition("leaf", near="b.v") == first
    assert design.count_uses("leaf", second) == 0


def test_the_root_is_the_one_asked_for_or_what_nothing_uses() -> None:
    design = SourceDesign([Source("leaf.v", LEAF), Source("top.v", TOP)])
    named = [design.root(name) for name in ("leaf", "top", "", "elsewhere")]
    assert [d.name if d else "" for d in named] == ["leaf", "top", "top", "top"]
    assert SourceDesign([]).root("top") is None
