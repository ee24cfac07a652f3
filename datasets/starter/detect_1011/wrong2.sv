module detect_1011 (
    input clk,
    input reset,
    input x,
    output found
);
  reg [2:0] state;
  always @(posedge clk)
    if (reset) state <= 0;
    else case (state)
      0: state <= x ? 1 : 0;
      1: state <= x ? 1 : 2;
      2: state <= x ? 3 : 0;
      3: state <= x ? 4 : 2;
      default: state <= x ? 1 : 0;
    endcase
  assign found = state == 4;
endmodule
