module alarm (
    input a,
    input b,
    input c,
    input d,
    output f
);
assign f = (~b & d) | (b & d) | (a & b & c);
endmodule
