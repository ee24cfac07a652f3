// Checks toggle_fsm against a model of its own.
module tb;
  reg clk = 0;
  reg areset;
  reg j;
  reg k;
  wire out_dut;
  reg out_ref;
  integer errors = 0, samples = 0;

  toggle_fsm dut (.clk(clk), .areset(areset), .j(j), .k(k), .out(out_dut));

  always @(posedge clk, posedge areset)
    if (areset) out_ref <= 0;
    else if (out_ref) out_ref <= !k;
    else out_ref <= j;

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({out_ref} !== ({out_ref} ^ {out_dut} ^ {out_ref})) errors = errors + 1;
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
    j = 0;
    k = 0;
    repeat (2) @(negedge clk);
    areset = 0;
    repeat (300) begin
      @(negedge clk);
      check;
      j = $random;
      k = $random;
      areset = ($random % 16 == 0);
      #1 check;
      if ($random % 16 == 0) pulse;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
