// Checks regfile against a model of its own.
module tb;
  reg clk = 0;
  reg reset;
  reg we;
  reg [1:0] waddr;
  reg [7:0] wdata;
  reg [1:0] raddr;
  wire [7:0] rdata_dut;
  reg [7:0] rdata_ref;
  integer errors = 0, samples = 0;

  regfile dut (.clk(clk), .reset(reset), .we(we), .waddr(waddr), .wdata(wdata), .raddr(raddr), .rdata(rdata_dut));

  reg [31:0] all;
  always @(posedge clk)
    if (reset) all <= 0;
    else if (we) all[8*waddr +: 8] <= wdata;
  always @* rdata_ref = all[8*raddr +: 8];

  task check;
    begin
      samples = samples + 1;
      // An x in the reference matches anything.
      if ({rdata_ref} !== ({rdata_ref} ^ {rdata_dut} ^ {rdata_ref})) errors = errors + 1;
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
    we = 0;
    waddr = 0;
    wdata = 0;
    raddr = 0;
    repeat (2) @(negedge clk);
    reset = 0;
    repeat (800) begin
      @(negedge clk);
      check;
      we = $random;
      waddr = $random;
      wdata = $random;
      raddr = $random;
      reset = $random % 64 == 0;
      #1 check;
      if ($random % 64 == 0) pulse;
    end
    $display("Mismatches: %0d in %0d samples", errors, samples);
    $finish;
  end
endmodule
