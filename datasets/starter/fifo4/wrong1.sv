module fifo4 (
    input clk,
    input reset,
    input push,
    input [7:0] din,
    input pop,
    output [7:0] dout,
    output empty,
    output full
);
  reg [7:0] slot [0:3];
  reg [2:0] head, tail;
  always @(posedge clk)
    if (reset) begin
      head <= 0;
      tail <= 0;
    end else begin
      if (push) begin
        slot[tail[1:0]] <= din;
        tail <= tail + 1;
      end
      if (pop & ~empty) head <= head + 1;
    end
  assign empty = head == tail;
  assign full = head == {~tail[2], tail[1:0]};
  assign dout = empty ? 8'h00 : slot[head[1:0]];
endmodule
