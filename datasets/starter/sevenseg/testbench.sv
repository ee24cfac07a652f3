// Checks sevenseg against a model of its own.
module tb;
  reg [3:0] digit;
  wire [6:0] seg_dut;
  reg [6:0] seg_ref;
  integer errors = 0, samples = 0;

  sevenseg dut (.digit(digit), .seg(seg_dut));

  wire [15:0] n = 1 << digit;
  always @* begin
    seg_ref[0] = |(n & 16'b0000001111101101);
    seg_ref[1] = |(n & 16'b0000001110011111);
    seg_ref[2] = |(n & 16'b0000001111111011);
    seg_ref[3] = |(n & 16'b0000001101101101);
    seg_ref[4] = |(n & 16'b0000000101000101);
    seg_ref[5] = |(n & 16'b0000001101110001);
    seg_ref[6] = |(n & 16'b0000001101111100);
  end

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({seg_ref} !== ({seg_ref} ^ {seg_dut} ^ {seg_ref})) errors = errors + 1;
    end
  endtask

  integer vector;
  initial begin
    for (vector = 0; vector < 16; vector = vector + 1) begin
      {digit} = vector;
      #1 check;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
