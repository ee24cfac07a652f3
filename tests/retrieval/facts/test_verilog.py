"""Facts of Verilog texts: what is found, where, and in what is broken."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.retrieval.facts import extract
from gatewright.retrieval.facts.types import BlockKind, FileFacts, Module, ModuleKind, Range

FIFO = """\
// Licence header of the file.

// A small buffer.
// It keeps words in order.
module fifo #(parameter int DEPTH = 4, parameter type word_t = logic) (
  input  logic clk_i,           // main clock
  input  logic rst_ni, push_i,
  output word_t data_o,
  bus_if.master bus
);
  import pkg::*;
  localparam WIDTH = $clog2(DEPTH);
  logic [WIDTH-1:0] wptr_q, wptr_d;
  reg   [7:0] mem [0:15];
  wire full = (wptr_q == DEPTH);
  // Next pointer.
  always_comb begin : next
    wptr_d = wptr_q;
    case (state)
      IDLE, WAIT: wptr_d = wptr_q + pkg::STEP;
      default: ;
    endcase
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) wptr_q <= '0;
    else if (push_i && !full) wptr_q <= wptr_d;
  end
  if (DEPTH > 2) begin : gen_big
    ram #(.Words(DEPTH)) u_ram (.clk_i, .addr_i(wptr_q[1:0]), .data_o(data_o), .spare());
  end else begin : gen_small
    assign data_o = mem[wptr_q];
  end
  and g1 (ready, full, push_i);
  sub u_sub (clk_i, full, .*);
endmodule
"""


def module(text: str, name: str = "", path: str = "x.sv") -> Module:
    found = extract(text, path).modules
    return next(m for m in found if not name or m.name == name)


def test_header_ports_and_parameters() -> None:
    fifo = module(FIFO)
    assert (fifo.kind, fifo.name) == (ModuleKind.MODULE, "fifo")
    assert fifo.range == Range(5, 1, 35, 9)
    assert fifo.doc == "A small buffer.\nIt keeps words in order."
    assert [(p.name, p.direction, p.type) for p in fifo.ports] == [
        ("clk_i", "input", "logic"),
        ("rst_ni", "input", "logic"),
        ("push_i", "input", "logic"),
        ("data_o", "output", "word_t"),
        ("bus", "interface", "bus_if.master"),
    ]
    assert fifo.ports[0].doc == "main clock"
    assert fifo.ports[2].range == Range(7, 24, 7, 29)
    assert [(p.name, p.keyword, p.type, p.value) for p in fifo.parameters] == [
        ("DEPTH", "parameter", "int", "4"),
        ("word_t", "parameter", "type", "logic"),
        ("WIDTH", "localparam", "", "$clog2(DEPTH)"),
    ]
    assert fifo.imports == ("pkg::*",)
    assert fifo.packages == ("pkg",)


def test_signals_have_types_and_dimensions() -> None:
    signals = [(s.name, s.type, s.dimensions) for s in module(FIFO).signals]
    assert signals == [
        ("wptr_q", "logic [WIDTH-1:0]", ""),
        ("wptr_d", "logic [WIDTH-1:0]", ""),
        ("mem", "reg [7:0]", "[0:15]"),
        ("full", "wire", ""),
    ]


def test_blocks_tell_what_they_drive_read_and_wait_for() -> None:
    by_kind = {block.kind: block for block in module(FIFO).blocks}
    register = by_kind[BlockKind.ALWAYS_FF]
    assert (register.clock, register.reset) == ("clk_i", "rst_ni")
    assert register.drives == ("wptr_q",)
    assert register.loads == ("clk_i", "full", "push_i", "rst_ni", "wptr_d")
    assert register.range == Range(24, 3, 27, 5)
    first, second = register.assignments
    assert register.when(first.condition) == "!rst_ni"
    assert register.when(second.condition) == "!(!rst_ni) && push_i && !full"
    assert register.reads(second) == {"rst_ni", "push_i", "full", "wptr_d"}
    following = by_kind[BlockKind.ALWAYS_COMB]
    assert (following.name, following.doc) == ("next", "Next pointer.")
    assert following.when(following.assignments[1].condition) == "state == IDLE, WAIT"
    assert "STEP" not in following.loads
    assert by_kind[BlockKind.GATE].drives == ("ready",)


def test_a_nets_first_value_is_an_assignment() -> None:
    assert [
        (b.kind, b.scope, b.guard) for b in module(FIFO).blocks if b.kind is BlockKind.ASSIGN
    ] == [(BlockKind.ASSIGN, "", ""), (BlockKind.ASSIGN, "gen_small", "!(DEPTH > 2)")]


def test_instances_and_their_connections() -> None:
    ram, sub = module(FIFO).instances
    assert (ram.module, ram.name, ram.scope, ram.guard) == ("ram", "u_ram", "gen_big", "DEPTH > 2")
    assert [(o.name, o.text) for o in ram.overrides] == [("Words", "DEPTH")]
    assert [(c.port, c.text, c.names, c.implicit) for c in ram.connections] == [
        ("clk_i", "clk_i", ("clk_i",), True),
        ("addr_i", "wptr_q[1:0]", ("wptr_q",), False),
        ("data_o", "data_o", ("data_o",), False),
        ("spare", "", (), False),
    ]
    assert [(c.port, c.position, c.text) for c in sub.connections] == [
        ("", 0, "clk_i"),
        ("", 1, "full"),
    ]
    assert sub.wildcard and not ram.wildcard


def test_old_style_ports_get_their_directions_from_the_body() -> None:
    old = module("module m(a, b, .c(d));\n input a;\n output reg [3:0] b;\nendmodule", path="m.v")
    assert [(p.name, p.direction, p.type) for p in old.ports] == [
        ("a", "input", ""),
        ("b", "output", "reg [3:0]"),
        ("c", "", ""),
    ]


def test_classes_packages_and_what_stands_outside() -> None:
    text = """
package p;
  typedef enum logic {ON, OFF} mode_e;
  typedef struct packed { logic a, b; } pair_t;
  class driver #(int N = 2) extends base #(N);
    rand int count;
    function new(string name); this.count = 3; endfunction
    constraint c_small { count < 3; }
  endclass
endpackage
import p::*;
function automatic int twice(input int x); return x + x; endfunction
"""
    facts = extract(text, "p.sv")
    package = next(m for m in facts.modules if m.kind is ModuleKind.PACKAGE)
    assert [(t.name, t.kind, t.members) for t in package.types] == [
        ("mode_e", "enum", ("ON", "OFF")),
        ("pair_t", "struct", ("a", "b")),
    ]
    driver = next(m for m in facts.modules if m.kind is ModuleKind.CLASS)
    assert (driver.parent, driver.bases) == ("p", ("base #(N)",))
    assert {b.name: b.drives for b in driver.blocks} == {"new": ("count",), "c_small": ()}
    unit = next(m for m in facts.modules if m.kind is ModuleKind.UNIT)
    assert unit.imports == ("p::*",)
    assert unit.blocks[0].locals == ("twice", "x")


def test_hierarchical_names_and_members_count_as_their_base() -> None:
    block = module("module m; assign bus.req[i] = u_x.state.ready + p::C; endmodule").blocks[0]
    assert block.drives == ("bus",)
    assert block.loads == ("i", "u_x")
    assert block.assignments[0].target == "bus.req[i]"


def test_loops_and_local_variables_are_not_the_modules_signals() -> None:
    text = (
        "module m; always_comb begin int t; t = a;"
        " for (int i = 0; i < 4; i++) q[i] = t; foreach (w[j]) r[j] = w[j]; end endmodule"
    )
    block = module(text).blocks[0]
    assert (block.drives, block.loads, block.locals) == (
        ("q", "r"),
        ("a", "w"),
        ("i", "j", "t"),
    )


def test_all_that_one_use_of_a_macro_makes_counts_beside_conditionals() -> None:
    text = """`define BOTH(a, b) assign a = x; assign b = x;
module m(input x, output y, z, w);
  `BOTH(y, z)
`ifdef SIM
  assign w = x;
`endif
endmodule
"""
    (module,) = (m for m in extract(text, "m.v").modules if m.name == "m")
    assert [block.drives for block in module.blocks] == [("y",), ("z",), ("w",)]


def test_a_list_of_parameters_makes_those_in_the_body_local() -> None:
    text = """module listed #(parameter A = 1) (input x); parameter B = A; endmodule
module empty #() (input x); parameter type T = logic; endmodule
module old (x); input x; parameter A = 1; localparam B = 2; endmodule
"""
    modules = extract(text, "m.sv").modules
    found = {m.name: [(p.name, p.keyword) for p in m.parameters] for m in modules}
    assert found == {
        "listed": [("A", "parameter"), ("B", "localparam")],
        "empty": [("T", "localparam")],
        "old": [("A", "parameter"), ("B", "localparam")],
    }


def test_parentheses_around_a_clock_are_no_part_of_it() -> None:
    text = "module m; always @(posedge ((clk)) or negedge (r[0])) q <= d; endmodule"
    (block,) = extract(text, "m.v").modules[0].blocks
    assert block.clock == "clk"
    assert [event.signal for event in block.events] == ["clk", "r[0]"]


def test_a_synchronous_reset_is_told_by_its_name() -> None:
    text = "module m; always @(posedge clk) if (sync_rst) q <= 0; else q <= d; endmodule"
    block = module(text).blocks[0]
    assert (block.clock, block.reset) == ("clk", "sync_rst")


def test_readmem_drives_the_memory() -> None:
    block = module('module m; initial $readmemh("f.hex", mem); endmodule').blocks[0]
    assert (block.drives, block.loads, block.calls) == (("mem",), (), ("$readmemh",))


@pytest.mark.parametrize(
    ("call", "drives", "loads"),
    [
        ('$sformat(s, "%d", a)', ("s",), ("a",)),
        ('void\'($value$plusargs("n=%d", n))', ("n",), ()),
        ('void\'($sscanf(s, "%d %d", a, b[i]))', ("a", "b"), ("i", "s")),
        ("$from_myhdl(a, b)", ("a", "b"), ()),
        ("q.push_back(a)", ("q",), ("a", "q")),
        ("b = q.pop_front()", ("b", "q"), ("q",)),
        ("o.call(a)", (), ("a", "o")),
    ],
)
def test_calls_that_write_their_arguments_or_their_queue(
    call: str, drives: tuple[str, ...], loads: tuple[str, ...]
) -> None:
    block = module(f"module m; initial {call}; endmodule").blocks[0]
    assert (block.drives, block.loads) == (drives, loads)


def test_both_sides_of_conditionals_are_found_at_their_places() -> None:
    text = """
module m (input a,
`ifdef EXTRA
  input b,
`endif
  output c);
`ifdef FAST
  fast u_f (.a(a));
`elsif SLOW
  slow u_s (.a(a),
  `ifdef MORE
    .b(b),
  `endif
    .c(c));
`else
  plain u_p (.a(a));
`endif
  always @(posedge clk) begin
    q <= a;
`ifndef NO_R
    r <= a;
`else
    s <= a;
`endif
  end
endmodule
"""
    found = extract(text, "m.v")
    (m,) = found.modules
    assert [p.name for p in m.ports] == ["a", "b", "c"]
    assert [i.module for i in m.instances] == ["fast", "slow", "plain"]
    assert [c.port for c in m.instances[1].connections] == ["a", "b", "c"]
    (process,) = m.blocks
    assert process.drives == ("q", "r", "s")
    assert [(a.targets[0], a.range.line) for a in process.assignments] == [
        ("q", 19),
        ("r", 21),
        ("s", 23),
    ]


def test_includes_and_macros_are_named_and_never_opened() -> None:
    text = '`include "defs.vh"\n`include "/dev/zero"\n`define W 4\n'
    text += "module m; wire [`W-1:0] a; `FOO(a)\nendmodule"
    facts = extract(text, "m.sv")
    assert facts.includes == ("defs.vh", "/dev/zero")
    assert (facts.defines, facts.macros) == (("W",), ("FOO", "W"))
    assert facts.modules[0].signals[0].range.line == 4


def test_columns_count_characters_not_bytes() -> None:
    text = "module m; /* žluť */ wire a; endmodule"
    place = module(text).signals[0].range
    assert text[place.column - 1 : place.end_column] == "a"


def test_names_reserved_later_are_read_as_verilog() -> None:
    m = module("module m(input do, output expect); assign expect = do; endmodule", path="m.v")
    assert [p.name for p in m.ports] == ["do", "expect"]
    assert m.blocks[0].drives == ("expect",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00\x01\x02",
        "endmodule endmodule",
        "module",
        "module m(",
        "assign",
        '"never closed',
        "/* never closed",
        "`ifdef A\n`ifdef B",
        "`endif `else `elsif",
        "module m; case (a) endmodule",
        "\ufeffmodule m; endmodule",
        "module m; assign a = \ud800; endmodule",
    ],
)
def test_bad_texts_raise_nothing(text: str) -> None:
    assert isinstance(extract(text, "x.sv"), FileFacts)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="module ;()`{}[]\"/*\nbegin end if else #.,@=<'\\x", max_size=200))
def test_random_texts_raise_nothing(text: str) -> None:
    assert extract(text, "x.sv").path == "x.sv"


def before(found: Module, line: int) -> set[tuple[str, str]]:
    """What of a module ends before a line."""
    parts = [("port", p.name, p.range) for p in found.ports]
    parts += [("signal", s.name, s.range) for s in found.signals]
    parts += [("instance", i.name, i.range) for i in found.instances]
    parts += [("block", " ".join(b.drives), b.range) for b in found.blocks]
    return {(kind, name) for kind, name, place in parts if place.end_line < line}


@settings(max_examples=60, deadline=None)
@given(st.integers(FIFO.index("import"), len(FIFO) - 1))
def test_a_text_cut_anywhere_keeps_what_lies_before(cut: int) -> None:
    line = FIFO.count("\n", 0, cut) + 1
    assert before(module(FIFO), line) <= before(module(FIFO[:cut]), line + 1)


SEMICOLONS = [i for i, c in enumerate(FIFO) if c == ";" and i > FIFO.index("import")]


@pytest.mark.parametrize("place", SEMICOLONS)
def test_a_missing_semicolon_costs_nothing_before_it(place: int) -> None:
    line = FIFO.count("\n", 0, place) + 1
    broken = module(FIFO[:place] + FIFO[place + 1 :])
    assert before(module(FIFO), line) <= before(broken, line + 1)
