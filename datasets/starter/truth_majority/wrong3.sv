module majority (
    input x2,
    input x1,
    input x0,
    output m
);
assign m = x2 ^ x1 ^ x0;
endmodule
