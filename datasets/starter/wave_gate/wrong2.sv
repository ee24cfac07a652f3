module mystery (
    input a,
    input b,
    input c,
    output q
);
assign q = (a & b) | ((a | b) & c);
endmodule
