// Checks alarm against a model of its own.
module tb;
  reg a;
  reg b;
  reg c;
  reg d;
  wire f_dut;
  reg f_ref;
  integer errors = 0, samples = 0;

  alarm dut (.a(a), .b(b), .c(c), .d(d), .f(f_dut));

  always @* case ({a, b, c, d})
    4'h0, 4'h8, 4'h2, 4'ha, 4'h5, 4'hd, 4'h7, 4'hf, 4'he: f_ref = 1;
    default: f_ref = 0;
  endcase

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({f_ref} !== ({f_ref} ^ {f_dut} ^ {f_ref})) errors = errors + 1;
    end
  endtask

  integer vector;
  initial begin
    for (vector = 0; vector < 16; vector = vector + 1) begin
      {a, b, c, d} = vector;
      #1 check;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
