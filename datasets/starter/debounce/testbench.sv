// Checks debounce against a model of its own.
module tb;
  reg clk = 0;
  reg reset;
  reg in;
  wire out_dut;
  reg out_ref;
  integer errors = 0, samples = 0;

  debounce dut (.clk(clk), .reset(reset), .in(in), .out(out_dut));

  reg [1:0] history;
  always @(posedge clk)
    if (reset) begin
      history <= 0;
      out_ref <= 0;
    end else begin
      history <= {history[0], in};
      if ({history, in} == 3'b111) out_ref <= 1;
      if ({history, in} == 3'b000) out_ref <= 0;
    end

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
    repeat (600) begin
      @(negedge clk);
      check;
      in = $random % 3 == 0 ? ~in : in;
      reset = $random % 64 == 0;
      #1 check;
      if ($random % 32 == 0) pulse;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
