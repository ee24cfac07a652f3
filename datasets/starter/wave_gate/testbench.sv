// Checks mystery against a model of its own.
module tb;
  reg a;
  reg b;
  reg c;
  wire q_dut;
  reg q_ref;
  integer errors = 0, samples = 0;

  mystery dut (.a(a), .b(b), .c(c), .q(q_dut));

  always @* q_ref = c ? (a && b) : (a || b);

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({q_ref} !== ({q_ref} ^ {q_dut} ^ {q_ref})) errors = errors + 1;
    end
  endtask

  integer vector;
  initial begin
    for (vector = 0; vector < 8; vector = vector + 1) begin
      {a, b, c} = vector;
      #1 check;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
