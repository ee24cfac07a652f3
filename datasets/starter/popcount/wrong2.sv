module popcount (
    input [11:0] in,
    output reg [3:0] count
);
  integer i;
  always @* begin
    count = 1;
    for (i = 0; i < 12; i = i + 1) count = count + in[i];
  end
endmodule
