module debounce (
    input clk,
    input reset,
    input in,
    output reg out
);
  reg [1:0] count;
  always @(posedge clk)
    if (reset) begin
      out <= 0;
      count <= 0;
    end else if (in == out) count <= 0;
    else if (count == 2) begin
      out <= in;
      count <= 0;
    end else count <= count + 1;
endmodule
