"""What drives and reads a signal, in its module, through instances and from outside."""

from __future__ import annotations

import pytest

from gatewright.core import UsageError
from gatewright.retrieval.drivers import Access, drivers, loads
from gatewright.retrieval.repository import Repository

Told = tuple[str, int, str]


def told(accesses: tuple[Access, ...]) -> list[Told]:
    return [(a.file, a.line, a.kind) for a in accesses]


def test_statements_with_their_conditions_and_clocks(chip: Repository) -> None:
    first, second = drivers(chip, "top.pending").found
    assert (first.file, first.line, first.kind) == ("rtl/top.sv", 15, "always_ff")
    assert (first.clock, first.reset, first.condition) == ("clk_i", "rst_ni", "!rst_ni")
    assert second.condition == "!(!rst_ni) && |req_i"
    assert (second.block_line, second.block_end_line) == (13, 19)


def test_outputs_of_instances_drive(chip: Repository) -> None:
    (access,) = drivers(chip, "top.gnt_o").found
    assert (access.kind, access.line, access.target) == ("instance", 21, "gnt_o[3:0]")
    assert access.via == "u_arb.gnt_o (arbiter, rtl/arbiter.sv:1)"


def test_ports_by_position_and_old_style_directions(chip: Repository) -> None:
    (access,) = drivers(chip, "top.state").found
    assert (access.kind, access.line, access.scope) == ("instance", 23, "gen_pad")
    assert access.via.startswith("u_pad.y (pad, rtl/pad.v:1)")


def test_dot_star_connects_by_name(chip: Repository) -> None:
    answer = drivers(chip, "top.stray")
    assert [(a.line, a.via) for a in answer.found] == [(26, "u_wild.stray (wild, rtl/wild.sv:1)")]
    assert (26, "instance") in [(a.line, a.kind) for a in loads(chip, "top.clk_i").found]


def test_an_input_is_driven_from_outside(chip: Repository) -> None:
    assert told(drivers(chip, "arbiter.req_i").found) == [("rtl/top.sv", 21, "port")]
    (access,) = drivers(chip, "top.rst_ni").found
    assert (access.file, access.module, access.target) == ("sim/tb.sv", "tb", "rst_n")


def test_interfaces_go_both_ways(chip: Repository) -> None:
    assert told(drivers(chip, "top.bus").found) == [
        ("rtl/top.sv", 27, "always_comb"),
        ("rtl/top.sv", 21, "instance"),
    ]
    assert told(drivers(chip, "arbiter.bus").found) == [("rtl/top.sv", 21, "port")]


def test_unknown_modules_are_asked_only_where_nothing_else_drives(chip: Repository) -> None:
    (chip.root / "rtl" / "wild.sv").unlink()
    chip.refresh()
    answer = drivers(chip, "top.stray")
    assert [a.via for a in answer.found] == ["u_box.a (blackbox, not in the repository)"]
    assert answer.notes == ("the direction of u_box.a is not known",)
    assert "instance" not in [a.kind for a in drivers(chip, "top.pending").found]


def test_what_may_read_a_signal_is_told_with_its_doubt(chip: Repository) -> None:
    (chip.root / "rtl" / "wild.sv").unlink()
    chip.refresh()
    answer = loads(chip, "top.stray")
    assert [a.via for a in answer.found] == ["u_box.a (blackbox, not in the repository)"]
    assert answer.notes == ("the direction of u_box.a is not known",)


def test_loads_are_told_with_their_roles(chip: Repository) -> None:
    found = loads(chip, "top.req_i").found
    assert [(a.line, a.kind, a.role) for a in found] == [
        (17, "always_ff", "data"),
        (16, "always_ff", "control"),
    ]
    clock = loads(chip, "arbiter.clk_i").found
    assert [(a.line, a.role) for a in clock] == [(12, "clock")]
    reset = [a.role for a in loads(chip, "top.rst_ni").found if a.kind == "always_ff"]
    assert reset == ["reset"]


def test_an_output_is_read_outside(chip: Repository) -> None:
    found = loads(chip, "arbiter.gnt_o").found
    assert told(found) == [("rtl/arbiter.sv", 12, "always_ff"), ("rtl/top.sv", 21, "port")]
    assert ("sim/tb.sv", 4, "port") in told(loads(chip, "top.gnt_o").found)


def test_an_index_of_an_output_is_read_not_driven(chip: Repository) -> None:
    text = "module m; wire [3:0] q; wire [1:0] s; pad u (.a(1'b0), .y(q[s])); endmodule\n"
    (chip.root / "m.sv").write_text(text)
    chip.refresh()
    assert drivers(chip, "m.s").found == ()
    assert [a.kind for a in loads(chip, "m.s").found] == ["instance"]
    assert [a.kind for a in drivers(chip, "m.q").found] == ["instance"]


def test_paths_go_through_instances(chip: Repository) -> None:
    assert told(drivers(chip, "tb.dut.u_arb.last_q[0]").found) == [
        ("rtl/arbiter.sv", 12, "always_ff")
    ]


def test_escaped_names_are_found_as_written_and_as_shown(chip: Repository) -> None:
    text = "module m(input \\a.b , output \\q[0] , output r);\n"
    (chip.root / "m.v").write_text(text + "  assign \\q[0] = \\a.b ;\n  assign r = 1;\nendmodule\n")
    chip.refresh()
    for asked in (r"m.\q[0]", "m.q[0]", r"m.\q[0] "):
        assert told(drivers(chip, asked).found) == [("m.v", 2, "assign")]
    assert told(loads(chip, "m.a.b").found) == [("m.v", 2, "assign")]
    assert told(drivers(chip, "m.r[0]").found) == [("m.v", 3, "assign")]


def test_paths_go_through_labels_of_generate_blocks(chip: Repository) -> None:
    inside = drivers(chip, "top.gen_pad[0].u_pad.y")
    assert inside == drivers(chip, "top.u_pad.y") and inside.found
    assert drivers(chip, "top.gen_pad.state") == drivers(chip, "top.state")


def test_modules_of_one_name_are_all_asked_or_the_nearest(chip: Repository) -> None:
    answer = drivers(chip, "pad.y")
    assert told(answer.found) == [("rtl/pad.v", 4, "gate"), ("sim/pad.v", 2, "assign")]
    assert answer.notes == ("pad is defined 2 times: rtl/pad.v:1, sim/pad.v:1",)
    near = drivers(chip, "pad.y", near="sim/tb.sv")
    assert told(near.found) == [("sim/pad.v", 2, "assign")]
    assert near.notes == ()
    assert [a.file for a in drivers(chip, "pad.a").found] == ["rtl/top.sv"]


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ("top", "asked for as MODULE.SIGNAL"),
        ("top.", "asked for as MODULE.SIGNAL"),
        (".x", "asked for as MODULE.SIGNAL"),
        ("tip.x", "no module, package or class is called tip.*did you mean top"),
        ("top.pendng", "top has no signal pendng.*did you mean pending"),
        ("top.u_arp.x", "top has no instance u_arp.*did you mean u_arb"),
        ("top.u_box.x", "u_box of a module in the repository.*what it instantiates is not here"),
        ("top.state.x", "state is a signal: ask for top.state"),
    ],
)
def test_what_is_not_there_is_told(chip: Repository, asked: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        drivers(chip, asked)
