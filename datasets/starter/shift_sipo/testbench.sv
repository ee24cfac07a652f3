// Checks shift_sipo against a model of its own.
module tb;
  reg clk = 0;
  reg resetn;
  reg enable;
  reg sin;
  wire [7:0] q_dut;
  reg [7:0] q_ref;
  integer errors = 0, samples = 0;

  shift_sipo dut (.clk(clk), .resetn(resetn), .enable(enable), .sin(sin), .q(q_dut));

  always @(posedge clk)
    if (!resetn) q_ref <= 0;
    else if (enable) q_ref <= q_ref * 2 + sin;

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
      #1 resetn = 0;
      #1 check;
      resetn = 1;
      #1 check;
    end
  endtask

  always #5 clk = ~clk;

  initial begin
    resetn = 0;
    enable = 0;
    sin = 0;
    repeat (2) @(negedge clk);
    resetn = 1;
    repeat (300) begin
      @(negedge clk);
      check;
      enable = $random;
      sin = $random;
      resetn = ($random % 16 != 0);
      #1 check;
      if ($random % 16 == 0) pulse;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
