// Checks signed_max against a model of its own.
module tb;
  reg [7:0] a;
  reg [7:0] b;
  wire [7:0] max_dut;
  reg [7:0] max_ref;
  integer errors = 0, samples = 0;

  signed_max dut (.a(a), .b(b), .max(max_dut));

  reg signed [7:0] sa, sb;
  always @* begin
    sa = a;
    sb = b;
    max_ref = sa >= sb ? sa : sb;
  end

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({max_ref} !== ({max_ref} ^ {max_dut} ^ {max_ref})) errors = errors + 1;
    end
  endtask

  initial begin
    repeat (2000) begin
      a = $random;
      b = $random;
      #1 check;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
