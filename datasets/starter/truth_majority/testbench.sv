// Checks majority against a model of its own.
module tb;
  reg x2;
  reg x1;
  reg x0;
  wire m_dut;
  reg m_ref;
  integer errors = 0, samples = 0;

  majority dut (.x2(x2), .x1(x1), .x0(x0), .m(m_dut));

  always @* m_ref = (x2 + x1 + x0) >= 2;

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({m_ref} !== ({m_ref} ^ {m_dut} ^ {m_ref})) errors = errors + 1;
    end
  endtask

  integer vector;
  initial begin
    for (vector = 0; vector < 8; vector = vector + 1) begin
      {x2, x1, x0} = vector;
      #1 check;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
