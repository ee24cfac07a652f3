module gate (
    input p,
    input q,
    input r,
    output y
);
assign y = (p ^ q) & ~r;
endmodule
