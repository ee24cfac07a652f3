"""A module in its repository."""

from __future__ import annotations

from gatewright.retrieval.outline import outlines
from gatewright.retrieval.repository import Repository


def test_children_parents_and_packages(chip: Repository) -> None:
    (top,) = outlines(chip, "top")
    assert top.module.doc == "The chip."
    assert [
        (c.instance.name, c.definition.path if c.definition else None) for c in top.children
    ] == [
        ("bus", "rtl/bus_if.sv"),
        ("u_arb", "rtl/arbiter.sv"),
        ("u_pad", "rtl/pad.v"),
        ("u_box", None),
        ("u_wild", "rtl/wild.sv"),
    ]
    assert [(p.file, p.line, p.module, p.instance) for p in top.parents] == [
        ("sim/tb.sv", 4, "tb", "dut")
    ]
    assert [p.path for p in top.packages] == ["rtl/top_pkg.sv"]


def test_every_definition_is_told(chip: Repository) -> None:
    assert [(o.file, o.uses) for o in outlines(chip, "pad")] == [("rtl/pad.v", 1), ("sim/pad.v", 0)]
    assert [o.file for o in outlines(chip, "pad", near="sim/tb.sv")] == ["sim/pad.v"]
