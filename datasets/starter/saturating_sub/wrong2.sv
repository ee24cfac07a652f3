module saturating_sub (
    input [7:0] a,
    input [7:0] b,
    output [7:0] y
);
assign y = $signed(a) > $signed(b) ? a - b : 8'd0;
endmodule
