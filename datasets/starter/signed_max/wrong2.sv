module signed_max (
    input [7:0] a,
    input [7:0] b,
    output [7:0] max
);
assign max = $signed(a) < $signed(b) ? a : b;
endmodule
