module gray_encode (
    input [5:0] bin,
    output [5:0] gray
);
assign gray = bin ^ (bin << 1);
endmodule
