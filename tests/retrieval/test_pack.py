"""Context packs: what a place needs, nearest first, within a budget, the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.core import UsageError
from gatewright.retrieval.pack import FEWEST_TOKENS, Exclusion, Pack, pack
from gatewright.retrieval.pack_parts import Part, PartKind, tokens_of
from gatewright.retrieval.repository import Repository

FILES = {
    "rtl/ctl.sv": """\
`include "defs.svh"
module ctl import ctl_pkg::*; (
  input  logic clk_i, rst_ni,
  input  op_e op_i,
  output logic busy_o
);
  state_e state_q, state_d;
  logic [`CTL_WIDTH-1:0] count;
  logic done;
  always_ff @(posedge clk_i or negedge rst_ni)
    if (!rst_ni) state_q <= IDLE;
    else state_q <= state_d;
  always_comb begin
    state_d = state_q;
    if (op_i == OP_GO && state_q == IDLE) state_d = RUN;
    if (done) state_d = IDLE;
  end
  assign busy_o = state_q != IDLE;
  counter #(.WIDTH(`CTL_WIDTH)) u_count (
    .clk_i(clk_i),
    .run_i(busy_o),
    .count_o(count),
    .done_o(done)
  );
endmodule
""",
    "rtl/counter.v": """\
// Counts.
module counter(clk_i, run_i, count_o, done_o);
  parameter WIDTH = 4; // bits
  localparam LAST = (1 << WIDTH) - 1;
  input clk_i;
  input run_i;
  output [WIDTH-1:0] count_o;
  output done_o;
  reg [WIDTH-1:0] count_o;
  always @(posedge clk_i) if (run_i) count_o <= count_o + 1;
  assign done_o = count_o == LAST;
endmodule
""",
    "rtl/ctl_pkg.sv": """\
package ctl_pkg;
  typedef enum logic [1:0] {
    IDLE,
    RUN
  } state_e;
  typedef logic [3:0] unused_t;
  localparam int OpBits = 2;
  typedef enum logic [OpBits-1:0] {OP_NOP, OP_GO} op_e;
endpackage
""",
    "rtl/defs.svh": "`define OTHER 1\n`define CTL_WIDTH \\\n  4\n",
    "rtl/timer.sv": """\
module timer (input logic clk_i, input logic enable_i, output logic done_o);
  logic [7:0] count;
  counter #(.WIDTH(8)) u_counter (clk_i, enable_i, count, done_o);
endmodule
""",
    "sim/tb.sv": """\
module tb;
  logic clk = 0, rst_n, busy;
  ctl dut (.clk_i(clk), .rst_ni(rst_n), .op_i(ctl_pkg::OP_GO), .busy_o(busy));
  initial $display("%b", busy);
endmodule
""",
}


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Repository]:
    root = tmp_path / "unit"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    with Repository.open(root, tmp_path / "cache") as repository:
        yield repository


def of(found: Pack, kind: PartKind) -> list[Part]:
    return [part for part in found.parts if part.kind is kind]


def test_the_place_then_the_header_of_what_is_instantiated_there(unit: Repository) -> None:
    found = pack(unit, "rtl/ctl.sv", 21)
    place, header = found.parts[:2]
    assert (place.kind, place.file, place.spans[0].line) == (PartKind.PLACE, "rtl/ctl.sv", 9)
    assert (header.kind, header.name, header.file) == (
        PartKind.HEADER,
        "counter",
        "rtl/counter.v",
    )
    assert header.text.splitlines()[0] == "module counter(clk_i, run_i, count_o, done_o);"
    assert "  output done_o;" in header.text and "parameter WIDTH = 4" in header.text
    assert "always" not in header.text
    assert "instantiated as u_count" in header.why


def test_every_part_is_lines_of_its_file_and_no_line_comes_twice(unit: Repository) -> None:
    found = pack(unit, "rtl/ctl.sv", 21)
    seen: set[tuple[str, int]] = set()
    for part in found.parts:
        lines = FILES[part.file].split("\n")
        told = [n for span in part.spans for n in range(span.line, span.end_line + 1)]
        assert [lines[n - 1].rstrip() for n in told] == [
            line for line in part.text.split("\n") if line != "..."
        ]
        assert seen.isdisjoint((part.file, n) for n in told)
        seen.update((part.file, n) for n in told)
        assert part.why


def test_types_values_and_macros_that_are_in_view(unit: Repository) -> None:
    found = {part.name: part for part in of(pack(unit, "rtl/ctl.sv", 15), PartKind.DEFINITION)}
    assert found.keys() == {"state_e", "op_e", "OpBits", "CTL_WIDTH"}
    files = {part.file for part in found.values()}
    assert files == {"rtl/ctl_pkg.sv", "rtl/defs.svh"}
    text = "\n".join(part.text for part in found.values())
    assert "RUN" in text and "OP_GO" in text and "unused_t" not in text
    assert "OpBits = 2" in text  # what a type that is shown needs
    assert found["CTL_WIDTH"].text == "`define CTL_WIDTH \\\n  4"


def test_of_a_macro_that_is_defined_several_times_the_fullest_is_shown(unit: Repository) -> None:
    lint = "`define CHECK(x)\n"
    (unit.root / "rtl" / "lint.svh").write_text(lint)
    real = '`define CHECK(x) \\\n  assert property (@(posedge clk) x) else $error("x");\n'
    (unit.root / "rtl" / "real.svh").write_text(real)
    user = (
        '`include "lint.svh"\n`include "real.svh"\nmodule u(input clk);\n  `CHECK(clk)\nendmodule\n'
    )
    (unit.root / "rtl" / "u.sv").write_text(user)
    unit.refresh()
    found = pack(unit, "rtl/u.sv", 4)
    assert [p.file for p in found.parts if p.why == "macro CHECK"] == ["rtl/real.svh"]


def test_drivers_and_loads_across_files(unit: Repository) -> None:
    found = pack(unit, "rtl/ctl.sv", 16, 4000)
    inside = next(p for p in of(found, PartKind.DRIVER) if p.file == "rtl/counter.v")
    assert "assign done_o = count_o == LAST;" in inside.text
    found = pack(unit, "rtl/counter.v", 6)
    outside = {(p.kind, p.file) for p in found.parts if "outside" in p.why}
    assert (PartKind.DRIVER, "rtl/ctl.sv") in outside
    assert (PartKind.DRIVER, "rtl/timer.sv") in outside


def test_how_others_use_it(unit: Repository) -> None:
    (use,) = of(pack(unit, "rtl/ctl.sv", 20), PartKind.USE)
    assert (use.file, use.spans[0].line) == ("rtl/timer.sv", 3)
    assert use.why == "how timer uses counter"


def test_the_module_around(unit: Repository) -> None:
    (around,) = of(pack(unit, "rtl/ctl.sv", 21), PartKind.ENCLOSING)
    assert around.text.startswith("module ctl import ctl_pkg::*; (\n  input  logic clk_i, rst_ni,")
    assert around.spans[0].line == 2 and around.spans[-1].end_line == 6


def test_a_file_that_breaks_off(unit: Repository) -> None:
    for ending in ("  counter", "  counter #(", "  counter #(.WIDTH(4)) u_c (\n    .clk"):
        text = FILES["rtl/ctl.sv"].partition("  counter")[0] + ending
        found = pack(unit, "rtl/ctl.sv", text.count("\n") + 1, text=text)
        header = of(found, PartKind.HEADER)[0]
        assert (header.name, header.file) == ("counter", "rtl/counter.v"), ending
        assert ".run_i(busy_o)" not in found.text  # what the file held once is not shown
        assert any(part.name == "state_e" for part in found.parts)


def test_a_new_file_and_an_empty_line(unit: Repository) -> None:
    text = "module fresh(input clk);\n  counter u_c(\n"
    found = pack(unit, "rtl/fresh.sv", 3, text=text)
    assert [part.name for part in of(found, PartKind.HEADER)] == ["counter"]
    assert pack(unit, "rtl/fresh.sv", 1, text="").parts == ()


def test_what_is_excluded_is_nowhere(unit: Repository) -> None:
    whole = pack(unit, "rtl/ctl.sv", 21)
    assert {"rtl/counter.v", "sim/tb.sv"} <= {part.file for part in whole.parts}
    found = pack(unit, "rtl/ctl.sv", 21, exclude=("counter.v", "sim"))
    assert {part.file for part in found.parts} == {"rtl/ctl.sv", *_OTHERS}
    assert pack(unit, "rtl/ctl.sv", 21, exclude=("*",)).parts[0].kind is PartKind.PLACE


_OTHERS = ("rtl/ctl_pkg.sv", "rtl/defs.svh")


@pytest.mark.parametrize(
    ("glob", "path", "allowed"),
    [
        ("bench", "bench/a.v", False),
        ("bench/", "bench/deep/a.v", False),
        ("*_ref.v", "x/y_ref.v", False),
        ("x/*", "x/y/z.v", False),
        ("a.v", "ba.v", True),
        ("ench", "bench/a.v", True),
    ],
)
def test_globs(glob: str, path: str, allowed: bool) -> None:
    assert Exclusion((glob,)).allows(path) is allowed


def test_a_budget_is_kept_and_the_most_needed_stays(unit: Repository) -> None:
    whole = pack(unit, "rtl/ctl.sv", 21)
    assert whole.left_out == 0 and whole.tokens == tokens_of(whole.text)
    sizes = []
    for budget in range(FEWEST_TOKENS, whole.tokens, 7):
        found = pack(unit, "rtl/ctl.sv", 21, budget)
        assert tokens_of(found.text) == found.tokens <= budget
        assert found.parts[0].kind is PartKind.PLACE
        sizes.append(len(found.parts))
    assert sizes[0] < sizes[-1]
    small = pack(unit, "rtl/ctl.sv", 21, FEWEST_TOKENS)
    assert small.parts[0].cut and small.left_out


def test_the_same_again(unit: Repository, tmp_path: Path) -> None:
    with Repository.open(unit.root, tmp_path / "other") as again:
        for line in range(1, 26):
            assert pack(unit, "rtl/ctl.sv", line) == pack(again, "rtl/ctl.sv", line)


@pytest.mark.parametrize(
    ("file", "line", "tokens", "said"),
    [
        ("rtl/ctl.v", 1, 1000, "did you mean rtl/ctl.sv"),
        ("ctl.sv", 1, 1000, "did you mean rtl/ctl.sv"),
        ("rtl/ctl.sv", 27, 1000, "it has 25 lines"),
        ("rtl/ctl.sv", 0, 1000, "it has 25 lines"),
        ("rtl/ctl.sv", 3, 5, "give it 64 or more"),
    ],
)
def test_what_cannot_be_asked(
    unit: Repository, file: str, line: int, tokens: int, said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        pack(unit, file, line, tokens)
    assert said in caught.value.hint


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=40)))
def test_estimates_add_up_over_lines(lines: list[str]) -> None:
    whole = "".join(f"{line}\n" for line in lines)
    parts = whole.split("\n")[:-1]
    assert tokens_of(whole) == sum(tokens_of(f"{line}\n") for line in parts)
    assert tokens_of(whole) <= len(whole)
