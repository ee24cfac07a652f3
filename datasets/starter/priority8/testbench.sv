// Checks priority8 against a model of its own.
module tb;
  reg [7:0] req;
  wire [2:0] index_dut;
  reg [2:0] index_ref;
  wire valid_dut;
  reg valid_ref;
  integer errors = 0, samples = 0;

  priority8 dut (.req(req), .index(index_dut), .valid(valid_dut));

  always @* begin
    valid_ref = req != 0;
    casez (req)
      8'b???????1: index_ref = 0;
      8'b??????10: index_ref = 1;
      8'b?????100: index_ref = 2;
      8'b????1000: index_ref = 3;
      8'b???10000: index_ref = 4;
      8'b??100000: index_ref = 5;
      8'b?1000000: index_ref = 6;
      8'b10000000: index_ref = 7;
      default: index_ref = 0;
    endcase
  end

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({index_ref, valid_ref} !== ({index_ref, valid_ref} ^ {index_dut, valid_dut} ^ {index_ref, valid_ref})) errors = errors + 1;
    end
  endtask

  integer vector;
  initial begin
    for (vector = 0; vector < 256; vector = vector + 1) begin
      {req} = vector;
      #1 check;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
