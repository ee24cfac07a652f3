module counter_mod10 (
    input clk,
    input reset,
    input enable,
    output reg [3:0] q
);
  always @(posedge clk)
    if (reset) q <= 0;
    else q <= q == 9 ? 0 : q + 1;
endmodule
