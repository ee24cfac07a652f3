// Checks alu against a model of its own.
module tb;
  reg [1:0] op;
  reg [7:0] a;
  reg [7:0] b;
  wire [7:0] y_dut;
  reg [7:0] y_ref;
  wire zero_dut;
  reg zero_ref;
  integer errors = 0, samples = 0;

  alu dut (.op(op), .a(a), .b(b), .y(y_dut), .zero(zero_dut));

  always @* begin
    if (op == 0) y_ref = a + b;
    else if (op == 1) y_ref = a + ~b + 1;
    else if (op == 2) y_ref = ~(~a | ~b);
    else y_ref = (a | b) & ~(a & b);
    zero_ref = ~|y_ref;
  end

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({y_ref, zero_ref} !== ({y_ref, zero_ref} ^ {y_dut, zero_dut} ^ {y_ref, zero_ref})) errors = errors + 1;
    end
  endtask

  initial begin
    repeat (3000) begin
      op = $random;
      a = $random;
      b = $random % 4 == 0 ? a : $random;
      #1 check;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
