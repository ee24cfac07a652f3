// Checks fifo4 against a model of its own.
module tb;
  reg clk = 0;
  reg reset;
  reg push;
  reg [7:0] din;
  reg pop;
  wire [7:0] dout_dut;
  reg [7:0] dout_ref;
  wire empty_dut;
  reg empty_ref;
  wire full_dut;
  reg full_ref;
  integer errors = 0, samples = 0;

  fifo4 dut (.clk(clk), .reset(reset), .push(push), .din(din), .pop(pop), .dout(dout_dut), .empty(empty_dut), .full(full_dut));

  reg [31:0] bytes;  // the oldest lowest
  reg [2:0] n, kept;
  reg [31:0] rest;
  always @(posedge clk)
    if (reset) n <= 0;
    else begin
      kept = (pop && n != 0) ? n - 1 : n;
      rest = (pop && n != 0) ? bytes >> 8 : bytes;
      if (push && n != 4) begin
        rest[8*kept +: 8] = din;
        kept = kept + 1;
      end
      bytes <= rest;
      n <= kept;
    end
  always @* begin
    empty_ref = n == 0;
    full_ref = n == 4;
    dout_ref = n == 0 ? 0 : bytes[7:0];
  end

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({dout_ref, empty_ref, full_ref} !== ({dout_ref, empty_ref, full_ref} ^ {dout_dut, empty_dut, full_dut} ^ {dout_ref, empty_ref, full_ref})) errors = errors + 1;
    end
  endtask

  // A synchronous reset between two edges of the clock does not count.
  task pulse;
    begin
      #1 reset = 1;
      #1 check;
      reset = 0;
      #1 check;
    end
  endtask

  always #5 clk = ~clk;

  initial begin
    reset = 1;
    push = 0;
    din = 0;
    pop = 0;
    repeat (2) @(negedge clk);
    reset = 0;
    repeat (1200) begin
      @(negedge clk);
      check;
      push = $random % 8 < 5 - 3 * (samples / 200 % 2);
      pop = $random % 8 < 2 + 3 * (samples / 200 % 2);
      din = $random;
      reset = $random % 128 == 0;
      #1 check;
      if ($random % 64 == 0) pulse;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
