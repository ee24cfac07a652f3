module traffic_light (
    input clk,
    input areset,
    input car,
    output green,
    output yellow,
    output red
);
  reg [2:0] left;  // cycles before red
  always @(posedge clk or posedge areset)
    if (areset) left <= 0;
    else if (left == 0) left <= car ? 6 : 0;
    else left <= left - 1;
  assign green = left > 2;
  assign yellow = left == 1 | left == 2;
  assign red = left == 0;
endmodule
