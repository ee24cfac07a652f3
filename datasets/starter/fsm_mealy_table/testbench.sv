// Checks edge_mealy against a model of its own.
module tb;
  reg clk = 0;
  reg areset;
  reg x;
  wire z_dut;
  reg z_ref;
  integer errors = 0, samples = 0;

  edge_mealy dut (.clk(clk), .areset(areset), .x(x), .z(z_dut));

  reg [1:0] s;
  always @(posedge clk, posedge areset)
    if (areset) s <= 0;
    else if (x) s <= 1;
    else s <= (s == 1) ? 2 : 0;
  always @* z_ref = (s == 1) ? !x : (s == 2) ? x : 0;

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({z_ref} !== ({z_ref} ^ {z_dut} ^ {z_ref})) errors = errors + 1;
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
    x = 0;
    repeat (2) @(negedge clk);
    areset = 0;
    repeat (300) begin
      @(negedge clk);
      check;
      x = $random;
      areset = ($random % 16 == 0);
      #1 check;
      if ($random % 16 == 0) pulse;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
