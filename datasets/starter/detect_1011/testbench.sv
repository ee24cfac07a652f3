// Checks detect_1011 against a model of its own.
module tb;
  reg clk = 0;
  reg reset;
  reg x;
  wire found_dut;
  reg found_ref;
  integer errors = 0, samples = 0;

  detect_1011 dut (.clk(clk), .reset(reset), .x(x), .found(found_dut));

  reg [3:0] last;
  always @(posedge clk) last <= reset ? 4'b0000 : {last[2:0], x};
  always @* found_ref = last == 4'b1011;

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({found_ref} !== ({found_ref} ^ {found_dut} ^ {found_ref})) errors = errors + 1;
    end
  endtask

  // A synchronous reset between two edges of the clock does not count.
  task pulse;
    begin
      #1 reset = 1;
      #1 check;
      reset = 0;
      #1 check;
    end
  endtask

  always #5 clk = ~clk;

  initial begin
    reset = 1;
    x = 0;
    repeat (2) @(negedge clk);
    reset = 0;
    repeat (1000) begin
      @(negedge clk);
      check;
      x = $random;
      reset = $random % 64 == 0;
      #1 check;
      if ($random % 64 == 0) pulse;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
