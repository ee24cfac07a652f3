module shift_sipo (
    input clk,
    input resetn,
    input enable,
    input sin,
    output reg [7:0] q
);
  always @(posedge clk)
    if (!resetn) q <= 0;
    else q <= {q[6:0], sin};
endmodule
