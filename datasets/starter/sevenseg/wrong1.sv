module sevenseg (
    input [3:0] digit,
    output reg [6:0] seg
);
  always @* case (digit)
    0: seg = 7'h3f;
    1: seg = 7'h06;
    2: seg = 7'h5b;
    3: seg = 7'h4f;
    4: seg = 7'h66;
    5: seg = 7'h6d;
    6: seg = 7'h7c;
    7: seg = 7'h07;
    8: seg = 7'h7f;
    9: seg = 7'h6f;
    default: seg = 7'h00;
  endcase
endmodule
