// Checks gray_encode against a model of its own.
module tb;
  reg [5:0] bin;
  wire [5:0] gray_dut;
  reg [5:0] gray_ref;
  integer errors = 0, samples = 0;

  gray_encode dut (.bin(bin), .gray(gray_dut));

  integer i;
  always @* begin
    gray_ref[5] = bin[5];
    for (i = 0; i < 5; i = i + 1) gray_ref[i] = bin[i] != bin[i+1];
  end

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({gray_ref} !== ({gray_ref} ^ {gray_dut} ^ {gray_ref})) errors = errors + 1;
    end
  endtask

  integer vector;
  initial begin
    for (vector = 0; vector < 64; vector = vector + 1) begin
      {bin} = vector;
      #1 check;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
