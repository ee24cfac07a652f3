"""The cone of a signal: through statements, functions and the hierarchy, within limits."""

from __future__ import annotations

import pytest

from gatewright.core import UsageError
from gatewright.retrieval.dataflow import Cone, cone
from gatewright.retrieval.repository import Repository


def steps(found: Cone) -> list[tuple[int, str, int, str]]:
    return [(s.depth, s.file, s.line, s.path) for s in found.steps]


def test_down_into_an_instance_and_up_again(chip: Repository) -> None:
    found = cone(chip, "top.gnt_o", depth=20)
    assert steps(found)[:3] == [
        (1, "rtl/top.sv", 21, ""),
        (2, "rtl/arbiter.sv", 11, "u_arb"),
        (3, "rtl/top.sv", 21, ""),
    ]
    places = {(s.file, s.line) for s in found.steps}
    assert ("rtl/arbiter.sv", 9) in places  # what the function returns
    assert ("rtl/arbiter.sv", 12) in places
    assert {("rtl/top.sv", n) for n in (15, 17, 20)} <= places
    assert ("sim/tb.sv", 4) in places  # up, into what uses the module
    assert not found.cut


def test_depth_and_number_are_limits(chip: Repository) -> None:
    shallow = cone(chip, "top.gnt_o", depth=2)
    assert max(s.depth for s in shallow.steps) == 2
    assert shallow.cut
    few = cone(chip, "top.gnt_o", depth=20, most=3)
    assert len(few.steps) == 3
    assert few.cut


def test_modules_used_everywhere_are_not_left_upwards(chip: Repository) -> None:
    uses = "\n".join(f"pad u{i}(a{i}, b{i});" for i in range(5))
    (chip.root / "rtl" / "many.v").write_text(f"module many; {uses} endmodule\n")
    chip.refresh()
    found = cone(chip, "pad.y")
    assert {s.file for s in found.steps} == {"rtl/pad.v"}
    assert found.cut


def test_the_way_up_leads_through_the_file_that_holds_the_instance(chip: Repository) -> None:
    text = "module twin(input i);\n  leaf u (i);\nendmodule\n"
    (chip.root / "rtl" / "a_twin.sv").write_text("// none here\nmodule twin(input i); endmodule\n")
    (chip.root / "rtl" / "b_twin.sv").write_text(text)
    (chip.root / "rtl" / "leaf.sv").write_text("module leaf(input a);\nendmodule\n")
    chip.refresh()
    assert steps(cone(chip, "leaf.a"))[0] == (1, "rtl/b_twin.sv", 2, "^twin")


def test_statements_of_one_line_are_told_apart_by_their_conditions(chip: Repository) -> None:
    text = (
        "module one(input a, b, output reg q);\n  always @* if (a) q = b; else q = 0;\nendmodule\n"
    )
    (chip.root / "one.v").write_text(text)
    chip.refresh()
    assert {step.condition for step in cone(chip, "one.q").steps} == {"a", "!(a)"}


def test_a_loop_ends(chip: Repository) -> None:
    (chip.root / "loop.v").write_text("module l; assign a = b; assign b = a; endmodule\n")
    chip.refresh()
    assert len(cone(chip, "l.a", depth=50).steps) == 2


def test_unknown_signals_are_told(chip: Repository) -> None:
    with pytest.raises(UsageError, match="no signal"):
        cone(chip, "top.nothing")
