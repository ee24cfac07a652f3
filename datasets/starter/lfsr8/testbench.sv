// Checks lfsr8 against a model of its own.
module tb;
  reg clk = 0;
  reg reset;
  wire [7:0] q_dut;
  reg [7:0] q_ref;
  integer errors = 0, samples = 0;

  lfsr8 dut (.clk(clk), .reset(reset), .q(q_dut));

  always @(posedge clk)
    if (reset) q_ref <= 1;
    else begin
      q_ref <= q_ref << 1;
      q_ref[0] <= ^(q_ref & 8'b10111000);
    end

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({q_ref} !== ({q_ref} ^ {q_dut} ^ {q_ref})) errors = errors + 1;
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
    repeat (2) @(negedge clk);
    reset = 0;
    repeat (600) begin
      @(negedge clk);
      check;
      reset = $random % 128 == 0;
      #1 check;
      if ($random % 64 == 0) pulse;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
