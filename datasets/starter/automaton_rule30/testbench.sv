// Checks rule30 against a model of its own.
module tb;
  reg clk = 0;
  reg load;
  reg [15:0] data;
  wire [15:0] q_dut;
  reg [15:0] q_ref;
  integer errors = 0, samples = 0;

  rule30 dut (.clk(clk), .load(load), .data(data), .q(q_dut));

  integer i;
  reg left, right;
  always @(posedge clk)
    if (load) q_ref <= data;
    else for (i = 0; i < 16; i = i + 1) begin
      left = i == 15 ? 0 : q_ref[i+1];
      right = i == 0 ? 0 : q_ref[i-1];
      q_ref[i] <= left ^ (q_ref[i] | right);
    end

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({q_ref} !== ({q_ref} ^ {q_dut} ^ {q_ref})) errors = errors + 1;
    end
  endtask

  always #5 clk = ~clk;

  initial begin
    load = 1;
    data = 1;
    repeat (2) @(negedge clk);
    repeat (300) begin
      @(negedge clk);
      check;
      load = $random % 8 == 0;
      data = $random;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
