module chooser (
    input [3:0] x,
    output g
);
assign g = (x[3] & ~x[1]) | (x[3] & x[0]) | (~x[3] & x[1] & ~x[0]);
endmodule
