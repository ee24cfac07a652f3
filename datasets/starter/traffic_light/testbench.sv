// Checks traffic_light against a model of its own.
module tb;
  reg clk = 0;
  reg areset;
  reg car;
  wire green_dut;
  reg green_ref;
  wire yellow_dut;
  reg yellow_ref;
  wire red_dut;
  reg red_ref;
  integer errors = 0, samples = 0;

  traffic_light dut (.clk(clk), .areset(areset), .car(car), .green(green_dut), .yellow(yellow_dut), .red(red_dut));

  reg [6:0] ring;  // red, 4 x green, 2 x yellow
  always @(posedge clk, posedge areset)
    if (areset) ring <= 1;
    else if (ring[0] & ~car) ring <= 1;
    else ring <= {ring[5:0], ring[6]};
  always @* begin
    red_ref = ring[0];
    green_ref = |ring[4:1];
    yellow_ref = |ring[6:5];
  end

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({green_ref, yellow_ref, red_ref} !== ({green_ref, yellow_ref, red_ref} ^ {green_dut, yellow_dut, red_dut} ^ {green_ref, yellow_ref, red_ref})) errors = errors + 1;
    end
  endtask

  // An asynchronous reset between two edges of the clock counts at once.
  task pulse;
    begin
      #1 areset = 1;
      #1 check;
      areset = 0;
      #1 check;
    end
  endtask

  always #5 clk = ~clk;

  initial begin
    areset = 1;
    car = 0;
    repeat (2) @(negedge clk);
    areset = 0;
    repeat (500) begin
      @(negedge clk);
      check;
      car = $random % 4 == 0;
      areset = $random % 64 == 0;
      #1 check;
      if ($random % 64 == 0) pulse;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
