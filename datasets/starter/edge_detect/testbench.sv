// Checks edge_detect against a model of its own.
module tb;
  reg clk = 0;
  reg reset;
  reg [3:0] in;
  wire [3:0] rise_dut;
  reg [3:0] rise_ref;
  integer errors = 0, samples = 0;

  edge_detect dut (.clk(clk), .reset(reset), .in(in), .rise(rise_dut));

  reg [3:0] earlier;
  always @(posedge clk) begin
    earlier <= reset ? 4'hf : in;
    rise_ref <= reset ? 4'h0 : ~(~in | earlier);
  end

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({rise_ref} !== ({rise_ref} ^ {rise_dut} ^ {rise_ref})) errors = errors + 1;
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
