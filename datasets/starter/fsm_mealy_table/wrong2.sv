module edge_mealy (
    input clk,
    input areset,
    input x,
    output z
);
  reg [1:0] state;
  always @(posedge clk or posedge areset)
    if (areset) state <= 0;
    else case (state)
      0: state <= x ? 1 : 0;
      1: state <= x ? 1 : 2;
      default: state <= x ? 1 : 0;
    endcase
  assign z = (state == 1 & ~x);
endmodule
