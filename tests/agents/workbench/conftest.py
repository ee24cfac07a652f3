"""A folder with a small repository, and a workbench on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.agents.workbench import Workbench
from gatewright.core.config import load_settings

ADDER = """\
module adder(input [3:0] a, input [3:0] b, output [4:0] s);
  assign s = a + b;
endmodule
"""
COUNTER = """\
// Counts enabled cycles.
module counter(input clk, input rst, input en, output reg [7:0] q);
  always @(posedge clk)
    if (rst) q <= 0;
    else if (en) q <= q + 1;
endmodule
"""
TOP = """\
module top(input clk, input rst, input [3:0] a, output [7:0] count);
  wire [4:0] sum;
  adder u_adder(.a(a), .b(4'd1), .s(sum));
  counter u_counter(.clk(clk), .rst(rst), .en(sum[4]), .q(count));
endmodule
"""
BENCH = """\
module tb;
  reg [3:0] a, b; wire [4:0] s; integer i;
  adder dut(.a(a), .b(b), .s(s));
  initial begin
    for (i = 0; i < 256; i = i + 1) begin
      {a, b} = i[7:0]; #1;
      if (s !== a + b) begin $display("wrong: %0d + %0d is %0d", a, b, s); $fatal; end
    end
    $display("all sums are right");
    $finish;
  end
endmodule
"""


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    (root / "rtl").mkdir(parents=True)
    (root / "tb").mkdir()
    (root / "rtl" / "adder.sv").write_text(ADDER)
    (root / "rtl" / "counter.sv").write_text(COUNTER)
    (root / "rtl" / "top.sv").write_text(TOP)
    (root / "tb" / "tb.sv").write_text(BENCH)
    return root


@pytest.fixture
def bench(repo: Path, tmp_path: Path) -> Iterator[Workbench]:
    settings = load_settings(
        {"cache_dir": tmp_path / "cache", "model": "symbolic"}, environ={}, cwd=tmp_path
    )
    with Workbench([repo], settings=settings) as opened:
        yield opened
