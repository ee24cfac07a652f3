module prime (
    input a,
    input b,
    input c,
    input d,
    output f
);
assign f = (~a & c) | (~a & b & d) | (~b & c & d) | (b & ~c & d);
endmodule
