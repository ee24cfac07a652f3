// Checks saturating_sub against a model of its own.
module tb;
  reg [7:0] a;
  reg [7:0] b;
  wire [7:0] y_dut;
  reg [7:0] y_ref;
  integer errors = 0, samples = 0;

  saturating_sub dut (.a(a), .b(b), .y(y_dut));

  integer d;
  always @* begin
    d = a;
    d = d - b;
    y_ref = d < 0 ? 0 : d;
  end

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({y_ref} !== ({y_ref} ^ {y_dut} ^ {y_ref})) errors = errors + 1;
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
