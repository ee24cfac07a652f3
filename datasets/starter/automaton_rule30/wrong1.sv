module rule30 (
    input clk,
    input load,
    input [15:0] data,
    output reg [15:0] q
);
  always @(posedge clk)
    if (load) q <= data;
    else q <= {1'b0, q[15:1]} ^ (q & {q[14:0], 1'b0});
endmodule
