// Checks reverse_bits against a model of its own.
module tb;
  reg [15:0] in;
  wire [15:0] out_dut;
  reg [15:0] out_ref;
  integer errors = 0, samples = 0;

  reverse_bits dut (.in(in), .out(out_dut));

  integer i;
  always @* for (i = 0; i < 16; i = i + 1) out_ref[15 - i] = in[i];

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({out_ref} !== ({out_ref} ^ {out_dut} ^ {out_ref})) errors = errors + 1;
    end
  endtask

  initial begin
    repeat (1000) begin
      in = $random;
      #1 check;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
