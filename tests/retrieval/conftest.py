"""A small repository with a hierarchy, for questions about signals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.retrieval.repository import Repository

FILES = {
    "rtl/top.sv": """\
// The chip.
module top
  import top_pkg::*;
(
  input  logic clk_i, rst_ni,
  input  logic [3:0] req_i,
  output logic [3:0] gnt_o
);
  logic [3:0] pending, masked;
  logic stray;
  word_t state;
  bus_if bus ();
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      pending <= '0;
    end else if (|req_i) begin
      pending <= req_i;
    end
  end
  assign masked = pending & ~gnt_o;
  arbiter #(.N(4)) u_arb (.clk_i, .rst_ni, .req_i(masked), .gnt_o(gnt_o[3:0]), .bus(bus));
  for (genvar i = 0; i < 2; i++) begin : gen_pad
    pad u_pad (pending[i], state);
  end
  blackbox u_box (.a(stray), .b(pending));
  wild u_wild (.*);
  always_comb bus.ready = masked[0];
endmodule
""",
    "rtl/arbiter.sv": """\
module arbiter #(parameter int N = 2) (
  input  logic clk_i, rst_ni,
  input  logic [N-1:0] req_i,
  output logic [N-1:0] gnt_o,
  bus_if bus
);
  logic [N-1:0] last_q;
  function automatic logic [N-1:0] pick(input logic [N-1:0] r);
    return r & ~(r - 1);
  endfunction
  assign gnt_o = pick(req_i & ~last_q);
  always_ff @(posedge clk_i) last_q <= gnt_o;
endmodule
""",
    "rtl/pad.v": "module pad(a, y);\n  input a;\n  output y;\n  not n1 (y, a);\nendmodule\n",
    "rtl/wild.sv": "module wild(input clk_i, output stray);\n  assign stray = clk_i;\nendmodule\n",
    "rtl/top_pkg.sv": "package top_pkg;\n  typedef logic [3:0] word_t;\nendpackage\n",
    "rtl/bus_if.sv": "interface bus_if;\n  logic ready;\nendinterface\n",
    "sim/tb.sv": """\
module tb;
  logic clk = 0, rst_n;
  logic [3:0] req, gnt;
  top dut (.clk_i(clk), .rst_ni(rst_n), .req_i(req), .gnt_o(gnt));
  always #5 clk = ~clk;
  initial $display("%b", gnt);
endmodule
""",
    "sim/pad.v": "module pad(input a, output y);\n  assign y = a;\nendmodule\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "chip"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture
def chip(folder: Path, tmp_path: Path) -> Iterator[Repository]:
    with Repository.open(folder, tmp_path / "cache") as repository:
        yield repository
