module priority8 (
    input [7:0] req,
    output reg [2:0] index,
    output valid
);
  integer i;
  always @* begin
    index = 0;
    for (i = 7; i >= 0; i = i - 1)
      if (req[i]) index = i;
  end
  assign valid = |req;
endmodule
