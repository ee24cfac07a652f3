// Checks mux4 against a model of its own.
module tb;
  reg [31:0] d;
  reg [1:0] sel;
  wire [7:0] y_dut;
  reg [7:0] y_ref;
  integer errors = 0, samples = 0;

  mux4 dut (.d(d), .sel(sel), .y(y_dut));

  always @* case (sel)
    0: y_ref = d[7:0];
    1: y_ref = d[15:8];
    2: y_ref = d[23:16];
    default: y_ref = d[31:24];
  endcase

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({y_ref} !== ({y_ref} ^ {y_dut} ^ {y_ref})) errors = errors + 1;
    end
  endtask

  initial begin
    repeat (1000) begin
      d = $random;
      sel = $random;
      #1 check;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
