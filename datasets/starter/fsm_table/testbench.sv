// Checks walker against a model of its own.
module tb;
  reg clk = 0;
  reg reset;
  reg in;
  wire out_dut;
  reg out_ref;
  integer errors = 0, samples = 0;

  walker dut (.clk(clk), .reset(reset), .in(in), .out(out_dut));

  reg [3:0] seen;  // one-hot: A, B, C, D
  always @(posedge clk)
    if (reset) seen <= 4'b0001;
    else seen <= {seen[2] & in, ~in & (seen[1] | seen[3]), in & (seen[0] | seen[1] | seen[3]), ~in & (seen[0] | seen[2])};
  always @* out_ref = seen[3];

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({out_ref} !== ({out_ref} ^ {out_dut} ^ {out_ref})) errors = errors + 1;
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
    in = 0;
    repeat (2) @(negedge clk);
    reset = 0;
    repeat (300) begin
      @(negedge clk);
      check;
      in = $random;
      reset = ($random % 16 == 0);
      #1 check;
      if ($random % 16 == 0) pulse;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
