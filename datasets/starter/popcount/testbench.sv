// Checks popcount against a model of its own.
module tb;
  reg [11:0] in;
  wire [3:0] count_dut;
  reg [3:0] count_ref;
  integer errors = 0, samples = 0;

  popcount dut (.in(in), .count(count_dut));

  always @* count_ref = in[0] + in[1] + in[2] + in[3] + in[4] + in[5] + in[6] + in[7] + in[8] + in[9] + in[10] + in[11];

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({count_ref} !== ({count_ref} ^ {count_dut} ^ {count_ref})) errors = errors + 1;
    end
  endtask

  integer vector;
  initial begin
    for (vector = 0; vector < 4096; vector = vector + 1) begin
      {in} = vector;
      #1 check;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
