"""Bits of signals, by elaboration in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gatewright.core import DataError, UsageError
from gatewright.retrieval.elaboration import BitAccess, elaborate
from gatewright.retrieval.repository import Repository

DESIGN = {
    "rtl/top.sv": """\
`include "defs.svh"
module top import p::*; (input logic clk, input logic [7:0] a, output logic [7:0] q, output z);
  word_t s;
  assign s[3:0] = a[3:0];
  always_ff @(posedge clk) if (a[0]) s[7:4] <= ~a[7:4];
  leaf #(.W(4)) u (.x(s[5:2]), .y(z));
  assign q = {s[7:4], 4'b0};
  if (0) begin : g_off
    assign s[0] = 1;
  end
  wire `WIDE w;
  assign w[9] = 1;
endmodule
""",
    "rtl/leaf.sv": """\
module leaf #(parameter int W = 1) (input [W-1:0] x, output y);
  wire [W-1:0] t;
  for (genvar i = 0; i < W; i++) assign t[i] = x[i];
  assign y = ^t;
endmodule
""",
    "inc/defs.svh": "`define WIDE [9:0]\n",
    "pkg/p.sv": "package p;\n  typedef logic [7:0] word_t;\nendpackage\n",
    "other/leaf.sv": "module leaf(input x, output y); assign y = broken(; endmodule\n",
}


def plain(script: Path, folder: Path) -> str:
    ran = subprocess.run([sys.executable, str(script)], cwd=folder, capture_output=True, text=True)
    return "" if ran.returncode == 0 else ran.stderr


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    for name, text in DESIGN.items():
        path = tmp_path / "repo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Repository.open(tmp_path / "repo", tmp_path / "cache")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def bits(found: tuple[BitAccess, ...]) -> list[tuple[str, int, str, int, int]]:
    rows = ((b.access.file, b.access.line, b.access.kind, b.high, b.low) for b in found)
    return sorted(rows)


def test_drivers_and_loads_bit_by_bit(repository: Repository, work: Path) -> None:
    found = elaborate(repository, "top.s", plain, work)
    assert bits(found.drivers) == [
        ("rtl/top.sv", 4, "assign", 3, 0),
        ("rtl/top.sv", 5, "always_ff", 7, 4),
    ]
    assert bits(found.loads) == [
        ("rtl/top.sv", 6, "instance", 5, 2),
        ("rtl/top.sv", 7, "assign", 7, 4),
    ]
    register = next(b.access for b in found.drivers if b.access.kind == "always_ff")
    assert (register.clock, register.condition) == ("clk", "a[0]")
    assert found.errors == 0


def test_parameters_are_those_of_the_instance(repository: Repository, work: Path) -> None:
    found = elaborate(repository, "top.u.t", plain, work)
    assert [(b.high, b.low) for b in found.drivers] == [(0, 0), (1, 1), (2, 2), (3, 3)]
    assert {b.access.file for b in found.drivers} == {"rtl/leaf.sv"}


def test_clocks_and_first_values_are_read(repository: Repository, work: Path) -> None:
    (repository.root / "rtl/clocked.v").write_text("""\
module clocked(input clk, input [3:0] d, output reg [3:0] q);
  wire [1:0] low = d[1:0];
  always @(posedge clk) q[1:0] <= low;
  always @(negedge d[3]) q[3:2] <= 0;
endmodule
""")
    repository.refresh()
    clock = bits(elaborate(repository, "clocked.clk", plain, work).loads)
    assert clock == [("rtl/clocked.v", 3, "always", 0, 0)]
    data = bits(elaborate(repository, "clocked.d", plain, work).loads)
    assert sorted(data) == [
        ("rtl/clocked.v", 2, "assign", 1, 0),
        ("rtl/clocked.v", 4, "always", 3, 3),
    ]


def test_what_is_included_is_found(repository: Repository, work: Path) -> None:
    assert bits(elaborate(repository, "top.w", plain, work).drivers) == [
        ("rtl/top.sv", 12, "assign", 9, 9)
    ]


def test_failures_are_told(repository: Repository, work: Path) -> None:
    with pytest.raises(UsageError, match="no signal"):
        elaborate(repository, "top.none", plain, work)
    with pytest.raises(DataError, match="cannot be elaborated: killed"):
        elaborate(repository, "top.s", lambda script, folder: "killed", work)
    with pytest.raises(DataError, match="no answer came"):
        elaborate(repository, "top.s", lambda script, folder: "", work)
