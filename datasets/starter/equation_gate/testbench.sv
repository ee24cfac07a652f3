// Checks gate against a model of its own.
module tb;
  reg p;
  reg q;
  reg r;
  wire y_dut;
  reg y_ref;
  integer errors = 0, samples = 0;

  gate dut (.p(p), .q(q), .r(r), .y(y_dut));

  always @* y_ref = (p != q) && !r;

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({y_ref} !== ({y_ref} ^ {y_dut} ^ {y_ref})) errors = errors + 1;
    end
  endtask

  integer vector;
  initial begin
    for (vector = 0; vector < 8; vector = vector + 1) begin
      {p, q, r} = vector;
      #1 check;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
