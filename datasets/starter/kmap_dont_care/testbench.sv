// Checks chooser against a model of its own.
module tb;
  reg [3:0] x;
  wire g_dut;
  reg g_ref;
  integer errors = 0, samples = 0;

  chooser dut (.x(x), .g(g_dut));

  always @* case (x)
    4'h0, 4'hc, 4'hf, 4'hb, 4'h6: g_ref = 1'bx;
    4'h8, 4'hd, 4'h9, 4'h7, 4'h2: g_ref = 1;
    default: g_ref = 0;
  endcase

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({g_ref} !== ({g_ref} ^ {g_dut} ^ {g_ref})) errors = errors + 1;
    end
  endtask

  integer vector;
  initial begin
    for (vector = 0; vector < 16; vector = vector + 1) begin
      {x} = vector;
      #1 check;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
