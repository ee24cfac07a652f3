module edge_detect (
    input clk,
    input reset,
    input [3:0] in,
    output reg [3:0] rise
);
  reg [3:0] last;
  always @(posedge clk)
    if (reset) begin
      last <= 4'hf;
      rise <= 0;
    end else begin
      last <= in;
      rise <= ~in & last;
    end
endmodule
