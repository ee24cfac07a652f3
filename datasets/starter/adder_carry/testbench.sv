// Checks adder8 against a model of its own.
module tb;
  reg [7:0] a;
  reg [7:0] b;
  reg cin;
  wire [7:0] sum_dut;
  reg [7:0] sum_ref;
  wire cout_dut;
  reg cout_ref;
  integer errors = 0, samples = 0;

  adder8 dut (.a(a), .b(b), .cin(cin), .sum(sum_dut), .cout(cout_dut));

  reg [9:0] total;
  always @* begin
    total = {2'b0, a} + {2'b0, b} + {9'b0, cin};
    sum_ref = total[7:0];
    cout_ref = total > 255;
  end

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({sum_ref, cout_ref} !== ({sum_ref, cout_ref} ^ {sum_dut, cout_dut} ^ {sum_ref, cout_ref})) errors = errors + 1;
    end
  endtask

  initial begin
    repeat (2000) begin
      a = $random;
      b = $random;
      cin = $random;
      #1 check;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
