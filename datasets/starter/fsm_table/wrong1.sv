module walker (
    input clk,
    input reset,
    input in,
    output out
);
  reg [1:0] state;
  always @(posedge clk)
    if (reset) state <= 0;
    else case (state)
      0: state <= in ? 1 : 0;
      1: state <= in ? 1 : 2;
      2: state <= in ? 3 : 2;
      3: state <= in ? 1 : 2;
    endcase
  assign out = state == 3;
endmodule
