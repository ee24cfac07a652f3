"""Designs that the tests of this folder share."""

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
WRONG = {"name": "adder.sv", "text": ADDER.replace("a + b", "a - b")}
TABLE = """\
Write a module named `and2` with the following interface. All ports are one bit.

- input  a
- input  b
- output y

The module is combinational and implements this truth table.

  a | b | y
  0 | 0 | 0
  0 | 1 | 0
  1 | 0 | 0
  1 | 1 | 1
"""
