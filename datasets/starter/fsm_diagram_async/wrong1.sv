module toggle_fsm (
    input clk,
    input areset,
    input j,
    input k,
    output out
);
  reg state;
  always @(posedge clk)
    if (areset) state <= 0;
    else state <= state ? ~k : j;
  assign out = state;
endmodule
