module mux4 (
    input [31:0] d,
    input [1:0] sel,
    output [7:0] y
);
assign y = ~d[8*sel +: 8];
endmodule
