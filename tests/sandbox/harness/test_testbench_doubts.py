"""Passes that are none, and failures that are the testbench's own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatewright.core import (
    Candidate,
    DataError,
    FailureClass,
    Outcome,
    Problem,
    Source,
    TestbenchSpec,
    Verdict,
)
from gatewright.sandbox.harness.testbench import TestbenchHarness

SUM = "module sum(input [3:0] a, b, output [4:0] s); assign s = {}; endmodule"
SUM_TB = """
module tb; reg [3:0] a, b; wire [4:0] s; integer i, errors = 0;
sum dut(.a(a), .b(b), .s(s));
initial begin
  for (i = 0; i < 40; i = i + 1) begin
    {a, b} = $random; #5;
    if (CHECK) errors = errors + 1;
  end
  if (errors == 0) $display("Your Design Passed"); else $display("%0d errors", errors);
  $finish;
end
endmodule
"""
SQUARE = """
module square(input clk, start, input [7:0] a, output reg done, output reg [7:0] y);
initial done = 0;
always @(posedge clk) begin done <= start; if (start) y <= a * a; end
endmodule
"""
SILENT = SQUARE.replace("done <= start;", "")
ONCE = SQUARE.replace("done <= start;", "done <= start & a == 0;")
SQUARE_TB = """
module tb; reg clk = 0, start = 0; reg [7:0] a; wire done; wire [7:0] y; integer i;
square dut(.clk(clk), .start(start), .a(a), .done(done), .y(y));
initial repeat (400) #5 clk = ~clk;
initial begin
  for (i = 0; i < 10; i = i + 1) begin
    @(negedge clk) a = i * 7; start = 1;
    wait (done) start = 0;
    CHECK
    @(negedge clk);
  end
  END
end
MORE
endmodule
"""
RAISES = 'if (y !== ((a * a) & 8\'hff)) $error("y is %0d", y);'
SAYS = (
    'if (y === ((a * a) & 8\'hff)) $display("Test %0d PASS", i); else $display("Test %0d FAIL", i);'
)


def checked(
    harness: TestbenchHarness, testbench: str, text: str, *reference: str, **changes: object
) -> Verdict:
    spec = TestbenchSpec((Source("tb.v", testbench),), **changes)  # type: ignore[arg-type]
    problem = Problem("p", "", harness=spec)
    if reference:
        problem = replace(problem, reference=(Source("golden.v", reference[0]),))
    return harness.check(problem, Candidate((Source("design.v", text),)))


def said(verdict: Verdict) -> str:
    return "\n".join(map(str, verdict.diagnostics))


@pytest.mark.parametrize("unknown", ["5'bx", "5'bz", "{1'bx, a + b}", "a[0] ? a + b : 5'bx"])
def test_unknown_outputs_are_not_right(harness: TestbenchHarness, unknown: str) -> None:
    testbench = SUM_TB.replace("CHECK", "s != a + b")
    verdict = checked(harness, testbench, SUM.format(unknown))
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.MISMATCH)
    assert "unknown (x or z)" in said(verdict)
    assert checked(harness, testbench, SUM.format("a + b")).passed


def test_unknown_outputs_may_be_what_the_testbench_wants(harness: TestbenchHarness) -> None:
    testbench = """
    module tb; reg clk = 0, reset = 1; reg [3:0] want; wire [3:0] q; integer i, errors = 0;
    counter dut(.clk, .reset, .q);
    always #5 clk = ~clk;
    always @(posedge clk) want <= i < 3 ? want : reset ? 0 : want + 1;
    initial begin
      for (i = 0; i < 20; i = i + 1) begin
        @(negedge clk) if (i == 6) reset = 0;
        if (q !== want) errors = errors + 1;
      end
      if (errors == 0) $display("PASS"); else $display("FAIL");
      $finish;
    end
    endmodule"""
    counter = """module counter(input clk, reset, output reg [3:0] q); integer n = 0;
    always @(posedge clk) begin n <= n + 1; if (n > 2) q <= reset ? 0 : q + 1; end endmodule"""
    verdict = checked(harness, testbench, counter)
    assert verdict.passed
    assert "unknown" in said(verdict)


def test_unknown_bits_of_a_bus_that_lets_go(harness: TestbenchHarness) -> None:
    testbench = SUM_TB.replace("CHECK", "s !== (a[0] ? a + b : 5'bz)")
    assert checked(harness, testbench, SUM.format("a[0] ? a + b : 5'bz")).passed
    assert not checked(harness, testbench, SUM.format("a[0] ? a + b : 5'bx")).passed


@pytest.mark.parametrize("unknown", ["x", "z"])
def test_unknown_outputs_beside_wanted_ones(harness: TestbenchHarness, unknown: str) -> None:
    testbench = SUM_TB.replace("CHECK", "i[0] ? s !== 5'bz : s != a + b").replace(
        "sum dut(", "sum dut(.off(i[0]), "
    )
    text = SUM.replace("input", "input off, input")
    assert checked(harness, testbench, text.format("off ? 5'bz : a + b")).passed
    verdict = checked(harness, testbench, text.format(f"off ? 5'bz : 5'b{unknown}"))
    assert verdict.outcome is Outcome.FAIL
    assert "does not see" in said(verdict)


def test_unknown_outputs_after_a_reset_that_is_checked(harness: TestbenchHarness) -> None:
    testbench = SUM_TB.replace("CHECK", "i == 0 ? s !== a + b : s != a + b")
    once = "module sum(input [3:0] a, b, output reg [4:0] s); reg seen = 0;\n"
    once += "always @(a or b) begin s = seen ? 5'bx : a + b; seen <= #1 1; end endmodule"
    verdict = checked(harness, testbench, once)
    assert verdict.outcome is Outcome.FAIL
    assert "does not see" in said(verdict)


def test_designs_in_an_array_or_a_loop(harness: TestbenchHarness) -> None:
    row = "sum dut [1:0] (.a({a, a}), .b({b, b}), .s({t, s}));"
    loop = "genvar g; generate for (g = 0; g < 1; g = g + 1) DUT endgenerate"
    loop = loop.replace("DUT", "sum dut (.a(a), .b(b), .s(s));")
    for several in (row, f"assign t = 0; {loop}"):
        testbench = SUM_TB.replace("sum dut(.a(a), .b(b), .s(s));", f"wire [4:0] t; {several}")
        exact = testbench.replace("CHECK", "s !== a + b")
        assert checked(harness, exact, SUM.format("a + b")).passed
        assert not checked(harness, exact, SUM.format("5'bx")).passed
        assert not checked(
            harness, testbench.replace("CHECK", "s != a + b"), SUM.format("5'bx")
        ).passed


def test_letters_of_a_design_are_no_verdict(harness: TestbenchHarness) -> None:
    testbench = """module tb; reg a = 1; wire [31:0] y; word dut(a, y); initial begin
    #1 $display("y is %s", y); if (y !== 5) $display("no"); else $display("PASS"); $finish; end
    endmodule"""
    said_so = 'module word(input a, output [31:0] y); assign y = "PASS"; endmodule'
    assert not checked(harness, testbench, said_so).passed
    assert checked(harness, testbench, said_so.replace('"PASS"', "5")).passed


def test_a_testbench_that_a_constant_passes_is_told(harness: TestbenchHarness) -> None:
    testbench = SUM_TB.replace("CHECK", "s > a + b")
    verdict = checked(harness, testbench, SUM.format("a + b"))
    assert verdict.passed
    assert "all outputs 0" in said(verdict)


@pytest.mark.parametrize(
    ("check", "end", "more"),
    [
        (RAISES, "$finish;", ""),
        (RAISES, "$finish;", "initial begin #3000 $finish; end"),
        (RAISES, "$finish;", 'initial begin repeat (99) @(posedge clk); $stop; end'),
        (RAISES, "$finish;", "reg rst; initial begin rst = 1; #10 rst = 0; #3000 $finish; end"),
        (RAISES, "", ""),
        (RAISES, "stop;", "task stop; begin #1 $finish; end endtask"),
        (SAYS, "$finish;", ""),
        (SAYS, "$finish;", "initial #3000 $finish;"),
        (SAYS, "", "initial #3000 $finish;"),
    ],
)  # fmt: skip
def test_a_testbench_that_waits_for_ever_is_not_passed(
    harness: TestbenchHarness, check: str, end: str, more: str
) -> None:
    testbench = SQUARE_TB.replace("CHECK", check).replace("END", end).replace("MORE", more)
    assert checked(harness, testbench, SQUARE).passed
    for design in (SILENT, ONCE):
        verdict = checked(harness, testbench, design)
        assert verdict.outcome is Outcome.FAIL
        assert verdict.failure_class is FailureClass.MISMATCH


def test_a_testbench_may_be_ended_while_it_checks(harness: TestbenchHarness) -> None:
    testbench = SQUARE_TB.replace("CHECK", RAISES).replace("i < 10", "i < 10000").replace("END", "")
    testbench = testbench.replace("MORE", "initial #1000 $finish;")
    assert checked(harness, testbench, SQUARE).passed
    testbench = testbench.replace("repeat (400)", "forever")
    assert checked(harness, testbench, SQUARE).passed


def test_a_testbench_that_only_finishes_when_something_is_wrong(harness: TestbenchHarness) -> None:
    end = "if (y === 0) $finish;"
    testbench = SQUARE_TB.replace("CHECK", RAISES).replace("END", end).replace("MORE", "")
    assert checked(harness, testbench, SQUARE).passed
    assert checked(harness, testbench, SILENT).outcome is Outcome.FAIL


def test_praise_as_often_as_the_golden_gets(harness: TestbenchHarness) -> None:
    check = 'if (y === a * a % 256 && y !== 49) $display("PASS");'
    testbench = SQUARE_TB.replace("CHECK", check).replace("END", "$finish;").replace("MORE", "")
    wrong = SQUARE.replace("a * a;", "a == 7 ? a * a : 0;").replace("a == 7", "a < 20")
    assert checked(harness, testbench, SQUARE, SQUARE).passed
    verdict = checked(harness, testbench, wrong, SQUARE)
    assert verdict.outcome is Outcome.FAIL
    assert "with the reference 9 times" in said(verdict)


def test_the_file_a_testbench_misses_is_named(harness: TestbenchHarness) -> None:
    load = 'reg [4:0] want [0:9]; initial $readmemh("./want.hex", want); integer i,'
    testbench = SUM_TB.replace("integer i,", load).replace(
        "CHECK", "s !== a + b || (i < 10 && want[i] !== i)"
    )
    with pytest.raises(DataError, match=r"want\.hex") as caught:
        checked(harness, testbench, SUM.format("a + b"))
    assert "--data" in str(caught.value.hint)
    data = (Source("want.hex", "0 1 2 3 4 5 6 7 8 9"),)
    assert not said(checked(harness, testbench, SUM.format("a + b"), data=data))
    thief = SUM.replace("assign", 'reg [4:0] m [0:9]; initial $readmemh("want.hex", m); assign')
    verdict = checked(harness, testbench, thief.format("a + b"), data=data)
    assert verdict.failure_class is FailureClass.UNSAFE


def test_who_is_at_fault_when_nothing_ends(harness: TestbenchHarness) -> None:
    testbench = SUM_TB.replace("CHECK", "s !== a + b")
    hangs = SUM.format("a + b").replace("endmodule", "initial forever ; endmodule")
    assert checked(harness, testbench, hangs).failure_class is FailureClass.TIMEOUT
    waits = testbench.replace("$finish;", "forever #1 a = ~a;")
    verdict = checked(harness, waits, hangs)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "with other designs too: the testbench is at fault" in said(verdict)


def test_who_is_at_fault_when_nothing_links(harness: TestbenchHarness) -> None:
    testbench = SUM_TB.replace("CHECK", "s !== a + b")
    broken = testbench.replace("errors = 0;", "errors = 0; initial gone = 1;")
    verdict = checked(harness, broken, SUM.format("a + b"))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "the testbench itself does not compile" in said(verdict)
    looks = testbench.replace("s !== a + b", "s !== a + b || dut.carry")
    verdict = checked(harness, looks, SUM.format("a + b"))
    assert verdict.failure_class is FailureClass.INTERFACE
    assert "a name inside the design" in said(verdict)
    inside = SUM.format("a + b").replace("assign", "wire carry = 0; assign")
    assert checked(harness, looks, inside).passed


def test_outputs_with_several_drivers(harness: TestbenchHarness) -> None:
    testbench = SUM_TB.replace("CHECK", "s !== (a & b)").replace("wire [4:0] s", "logic [4:0] s")
    two = "module sum(input [3:0] a, b, output wand [4:0] s); assign s = a; assign s = b; endmodule"
    assert checked(harness, testbench, two).passed
    assert not checked(harness, testbench, two.replace("wand", "wor")).passed
