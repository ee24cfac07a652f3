module regfile (
    input clk,
    input reset,
    input we,
    input [1:0] waddr,
    input [7:0] wdata,
    input [1:0] raddr,
    output [7:0] rdata
);
  reg [7:0] r [0:3];
  integer i;
  always @(posedge clk)
    if (reset) for (i = 0; i < 3; i = i + 1) r[i] <= 0;
    else if (we) r[waddr] <= wdata;
  assign rdata = r[raddr];
endmodule
