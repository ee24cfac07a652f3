"""pyverilog's slices and bindings, in a process of their own; the facts where it fails."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.core import UsageError
from gatewright.retrieval.enrichment import Enriched, Workplace, enrich
from gatewright.retrieval.repository import Repository

FILES = {
    "top.v": """\
`include "defs.vh"
module top(input tick, input [`W-1:0] a, b, input s, clear, output reg [7:0] q, output z, unused);
  wire [7:0] t = a + b; // the sum
  wire [7:0] dead = a;
  reg k;
  assign unused = dead[0];
  wire k2;
  sub #(.N(8)) u (.x(t), .y(z), .w(k2));
  always @(posedge tick or negedge clear)
    if (!clear) begin q <= 0; k <= 1; end
    else if (s) begin if (a[0]) q <= t; end
    else begin k <= a[1]; $display("%b", k); end
endmodule
""",
    "sub.v": """\
module sub #(parameter N = 4) (input [N-1:0] x, output y, output w);
  localparam E = 0;
  localparam D = 1;
  assign y = ^x[N-1:E];
  assign w = x[D];
endmodule
""",
    "gen.v": """\
module gen #(parameter N = 2) (input clk, input [N-1:0] d, output [N-1:0] q, output reg [1:0] st,
                               output p, output [1:0] v);
  genvar i;
  generate for (i = 0; i < N; i = i + 1) begin : g
    pad u (.a(d[i]), .y(q[i]));
  end endgenerate
  function [1:0] next; input [1:0] x; begin next = x + 1; end endfunction
  always @(posedge clk) casez (d) 2'b1?: st <= next(st); default: ; endcase
  assign v[0] = st[0];
  black bb (.o(p), .i(st), .v(v[1]));
endmodule
module pad(input a, output y); assign y = ~a; endmodule
""",
    "new.sv": """\
module new_one(input logic clk, input logic [3:0] d, output logic [3:0] q, output logic r);
  typedef enum logic { A, B } state_e;
  state_e state;
  always_ff @(posedge clk) if (d[0]) state <= B;
  always_comb q = state == B ? '1 : d;
  pad u (.a(d[1]), .y(r));
endmodule
""",
    "comb.sv": """\
module comb(input logic clk, input logic [1:0] x, output logic f, output logic g, h);
  always_comb begin case (x) 2'd0: f = 1'bx; default: begin f = x[0]; g = x[1]; end endcase end
  always_ff @(posedge clk) h <= f;
  always_latch if (x[0]) g = x[1];
endmodule
""",
    "defs.vh": "`define W 8\n",
}


def plain(script: Path, folder: Path) -> str:
    shutil.copyfile(script, folder / script.name)
    argv = [sys.executable, "-B", script.name]
    ran = subprocess.run(argv, cwd=folder, capture_output=True, text=True)
    return "" if ran.returncode == 0 else ran.stderr[-300:]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    root = tmp_path / "design"
    root.mkdir()
    for name, text in FILES.items():
        (root / name).write_text(text)
    with Repository.open(root, tmp_path / "cache") as opened:
        yield opened


@pytest.fixture
def at(tmp_path: Path, tables: Path) -> Workplace:
    folder = tmp_path / "work"
    folder.mkdir()
    return Workplace(plain, folder, tables)


def bound(found: Enriched) -> dict[str, str]:
    return {f"{b.signal}{b.bits}": b.expression for b in found.bindings}


def test_a_slice_holds_only_what_decides_the_signal(repository: Repository, at: Workplace) -> None:
    found = enrich(repository, "top", ["q"], at)
    assert (found.slice_by, found.missing, found.notes) == ("pyverilog", (), ())
    for part in ("assign t = a + b;", "negedge clear", "q <= t;", "input [8-1:0] a", "input s"):
        assert part in found.slice
    for gone in ("sub", "dead", "k", "unused", "$display", "output z", "`"):
        assert gone not in found.slice.replace("tick", "")


def test_modules_below_are_cut_as_well(repository: Repository, at: Workplace) -> None:
    found = enrich(repository, "top", ["z"], at)
    assert "assign y = ^x[N-1:E];" in found.slice
    assert "assign w" not in found.slice
    assert "localparam D" not in found.slice
    assert ".w()" in found.slice
    assert "always" not in found.slice


def test_bindings_are_whole_expressions_through_the_hierarchy(
    repository: Repository, at: Workplace
) -> None:
    found = enrich(repository, "top", [], at)
    assert found.bindings_by == "pyverilog"
    told = bound(found)
    assert told["q"] == "((!clear) ? 0 : (s ? (a['d0] ? t : q) : q))".replace("'d0", "0")
    assert told["u.y"] == "(^u.x[(u.N - 1):u.E])"
    assert (told["u.x"], told["z"]) == ("t", "u.y")
    register = next(b for b in found.bindings if b.signal == "q")
    assert register.clock == "posedge tick"
    assert register.term is not None
    assert (register.term.kind, [t.kind for t in register.term.of]) == (
        "branch",
        ["operator", "constant", "branch"],
    )


def test_loops_functions_and_unknown_modules(repository: Repository, at: Workplace) -> None:
    found = enrich(repository, "gen", ["q"], at)
    assert "for(i=0; i<N; i=i+1)" in found.slice
    assert "assign y = ~a;" in found.slice
    assert "black" not in found.slice
    assert bound(found)["g[1].u.a"] == "d['d1]"


def test_processes_of_systemverilog_become_plain_ones(
    repository: Repository, at: Workplace
) -> None:
    found = enrich(repository, "comb", ["h"], at)
    assert found.slice_by == "pyverilog"
    assert "always @(*)" in found.slice
    assert "f = x[0];" in found.slice
    assert "always @(posedge clk) h <= f;" in found.slice
    assert "g" not in found.slice.replace("begin", "").replace("reg", "").replace("edge", "")


@pytest.mark.parametrize(("signal", "missing"), [("st", ()), ("p", ("black",)), ("v", ("black",))])
def test_an_unknown_module_counts_where_it_may_drive(
    repository: Repository, at: Workplace, signal: str, missing: tuple[str, ...]
) -> None:
    found = enrich(repository, "gen", [signal], at)
    assert found.missing == missing
    assert found.slice_by == "pyverilog"
    assert "casez(d)" in found.slice


def test_what_pyverilog_cannot_read_comes_from_the_facts(
    repository: Repository, at: Workplace
) -> None:
    found = enrich(repository, "new_one", ["q", "r"], at)
    assert (found.slice_by, found.bindings_by) == ("facts", "facts")
    assert found.notes[0].startswith("pyverilog reads no such code: ParseError")
    rows = [(b.signal, b.condition, b.clock, b.expression) for b in found.bindings]
    assert ("q", "", "", "state == B ? '1 : d") in rows
    assert ("state", "d[0]", "posedge clk", "B") in rows
    assert ("r", "", "", "u.y") in rows
    assert ("u.a", "", "", "d[1]") in rows
    assert "always_ff @(posedge clk) if (d[0]) state <= B;" in found.slice
    assert "module pad" in found.slice


def test_a_process_that_ends_badly_is_told(repository: Repository, at: Workplace) -> None:
    enrich(repository, "top", ["q"], at)  # the tables are there from now on

    def failing(script: Path, folder: Path) -> str:
        return "out of memory"

    found = enrich(repository, "top", ["q"], Workplace(failing, at.folder / "..", at.cache))
    assert found.slice_by == "facts"
    assert "out of memory" in found.notes[0]


def test_an_answer_from_before_does_not_count(repository: Repository, at: Workplace) -> None:
    (at.folder / "answer.json").write_text("{}")
    found = enrich(repository, "top", ["q"], at)
    assert found.slice_by == "pyverilog"


def test_the_tables_are_made_once(repository: Repository, at: Workplace, tmp_path: Path) -> None:
    runs: list[Path] = []

    def counted(script: Path, folder: Path) -> str:
        runs.append(folder)
        return plain(script, folder)

    for number in range(2):
        folder = tmp_path / f"again{number}"
        folder.mkdir()
        enrich(repository, "top", ["q"], Workplace(counted, folder, tmp_path / "new"))
    assert len(runs) == 3
    assert len(list((tmp_path / "new").iterdir())) == 1


def test_unknown_names_are_told(repository: Repository, at: Workplace) -> None:
    with pytest.raises(UsageError, match="no signal nothing"):
        enrich(repository, "top", ["nothing"], at)
    with pytest.raises(UsageError, match="no module"):
        enrich(repository, "elsewhere", [], at)
