from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.core import (
    Candidate,
    DataError,
    Direction,
    FailureClass,
    Interface,
    Outcome,
    Port,
    Problem,
    Provenance,
    Source,
    TestbenchSpec,
    UsageError,
    Verdict,
)
from gatewright.sandbox.harness.testbench import TestbenchHarness

ADDER = "module adder(input [3:0] a, b, output [4:0] s);\n  assign s = a + b;\nendmodule\n"
LOW = "module low(input [3:0] x, y, output [`MSB:0] z); assign z = x + y; endmodule"
CHECKING = """
module adder_tb;
  reg [3:0] a, b;
  wire [4:0] s;
  integer i, errors = 0;
  adder dut (.a(a), .b(b), .s(s));
  initial begin
    for (i = 0; i < 20; i = i + 1) begin
      {a, b} = i * 37;
      #1 if (s !== a + b) begin
        errors = errors + 1;
        $display("FAIL: %0d + %0d gave %0d", a, b, s);
      end
    end
    BODY
    $finish;
  end
endmodule
"""
RTLLM = """
    if (errors == 0) $display("===========Your Design Passed===========");
    else $display("===========Test completed with %d /20 failures===========", errors);
"""


def problem(testbench: str, **changes: object) -> Problem:
    spec = TestbenchSpec((Source("adder_tb.v", testbench),))
    return replace(Problem("adder", "", top="adder", harness=spec), **changes)  # type: ignore[arg-type]


def design(text: str) -> Candidate:
    return Candidate((Source("adder.v", text),))


def fails(verdict: Verdict) -> FailureClass | None:
    assert verdict.outcome is Outcome.FAIL
    return verdict.failure_class


@pytest.mark.parametrize("closing", [RTLLM, "", '$display("%0d errors", errors);'])
def test_a_right_design_passes(harness: TestbenchHarness, closing: str) -> None:
    verdict = harness.check(problem(CHECKING.replace("BODY", closing)), design(ADDER))
    assert verdict.passed
    assert (verdict.score, verdict.mismatches, verdict.rules) == (1.0, 0, "hardened")
    assert verdict.tools["iverilog"]
    assert 0 < verdict.cpu_s < 5
    assert verdict.wall_s > 0


def test_a_wrong_design_scores_by_the_share_it_gets_right(harness: TestbenchHarness) -> None:
    wrong = design(ADDER.replace("a + b", "a | b"))
    verdict = harness.check(problem(CHECKING.replace("BODY", RTLLM)), wrong)
    assert fails(verdict) is FailureClass.MISMATCH
    assert verdict.checks == 20
    assert verdict.mismatches is not None
    assert verdict.score == pytest.approx(1 - verdict.mismatches / 20)
    assert "FAIL: 2 + 5" in verdict.log or "FAIL:" in verdict.log


@pytest.mark.parametrize(
    ("text", "failure", "said"),
    [
        ("", FailureClass.NO_CODE, "no code"),
        ("I cannot help with that.", FailureClass.NO_CODE, "no module"),
        (ADDER.replace("endmodule", ""), FailureClass.SYNTAX, "endmodule"),
        (ADDER.replace("a + b;", "a + ;"), FailureClass.SYNTAX, "adder.v:2:18"),
        (ADDER.replace("a, b,", "a b,"), FailureClass.SYNTAX, "adder.v:1:"),
        (ADDER.replace("(input", "(inptu"), FailureClass.SYNTAX, "adder.v:1:"),
        (ADDER.replace("[3:0] a", "[3:0 a"), FailureClass.SYNTAX, "adder.v:1:"),
        (ADDER.replace("s);", "s;"), FailureClass.SYNTAX, "adder.v:1:"),
        (ADDER.replace("a + b", "a + c"), FailureClass.ELABORATION, "adder.v:2"),
        (ADDER.replace("endmodule", "gone x(a);\nendmodule"), FailureClass.ELABORATION, "gone"),
        (ADDER.replace("adder", "sum"), FailureClass.INTERFACE, "defines sum"),
        (ADDER.replace("b, ", "c, ").replace("+ b", "+ c"), FailureClass.INTERFACE, "no port b"),
        (ADDER.replace("input", "output"), FailureClass.INTERFACE, "port a must be an input"),
        (ADDER.replace("assign", "initial $finish; assign"), FailureClass.UNSAFE, "$finish"),
        (ADDER.replace("endmodule", "initial forever ;\nendmodule"), FailureClass.TIMEOUT, "time"),
        ('`include "/etc/passwd"\n' + ADDER, FailureClass.UNSAFE, "include"),
    ],
)
def test_fails_by_stage(
    harness: TestbenchHarness, text: str, failure: FailureClass, said: str
) -> None:
    verdict = harness.check(problem(CHECKING.replace("BODY", RTLLM)), design(text))
    assert fails(verdict) is failure
    assert any(said in str(d) for d in verdict.diagnostics)
    assert verdict.score == 0


def test_widths_that_differ_are_named(harness: TestbenchHarness) -> None:
    ports = (
        Port("a", Direction.INPUT, 4, False, 3, 0),
        Port("b", Direction.INPUT, 4, False, 3, 0),
        Port("s", Direction.OUTPUT, 5, False, 4, 0),
    )
    task = problem(CHECKING.replace("BODY", RTLLM), interface=Interface("adder", ports))
    verdict = harness.check(task, design(ADDER.replace("[4:0] s", "[3:0] s")))
    assert fails(verdict) is FailureClass.INTERFACE
    assert "port s must be 5 bits wide, not 4" in str(verdict.diagnostics[0])
    assert 0 < verdict.score < 1


@pytest.mark.parametrize(
    "body", ["", '$display("done");', '$display("all tests PASSED");', "$display(s);"]
)
def test_a_testbench_that_never_checks_is_never_a_pass(
    harness: TestbenchHarness, body: str
) -> None:
    testbench = f"""module tb; reg [3:0] a = 1, b = 2; wire [4:0] s; adder dut(a, b, s);
    initial begin #5 {body or ";"} $finish; end endmodule"""
    verdict = harness.check(problem(testbench), design(ADDER))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.failure_class is FailureClass.NO_CHECKS


def test_a_testbench_that_ends_without_its_verdict_fails(harness: TestbenchHarness) -> None:
    testbench = """module tb; reg [3:0] a = 1, b = 2; wire [4:0] s; adder dut(a, b, s);
    initial begin wait (s == 9); $display("PASS"); end
    initial #100 $finish; endmodule"""
    assert fails(harness.check(problem(testbench), design(ADDER))) is FailureClass.MISMATCH


@pytest.mark.parametrize("more", ["forever #1 a = ~a;", 'forever $display("%0d", a);'])
def test_a_testbench_that_never_ends_is_no_fault_of_the_design(
    harness: TestbenchHarness, more: str
) -> None:
    testbench = CHECKING.replace("BODY", RTLLM).replace("$finish;", more)
    verdict = harness.check(problem(testbench), design(ADDER))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "with other designs too" in verdict.diagnostics[-1].message


@pytest.mark.parametrize(
    "check",
    [
        '$error("s is %0d", s);',
        '$fatal(1, "s is %0d", s);',
        "$fatal;",
        '$display("Error: s is %0d", s);',
        '$write("TEST FAILED"); $write("\\n");',
        '$strobe("mismatch: %b", s);',
        "assert (0);",
    ],
)
def test_every_way_to_complain_is_heard(harness: TestbenchHarness, check: str) -> None:
    testbench = f"""module tb; reg [3:0] a = 1, b = 2; wire [4:0] s; adder dut(a, b, s);
    initial begin #5 if (s !== 3) begin {check} end #1 $finish; end endmodule"""
    task = problem(testbench)
    assert harness.check(task, design(ADDER)).passed
    wrong = harness.check(task, design(ADDER.replace("a + b", "a - b")))
    assert fails(wrong) is FailureClass.MISMATCH


def test_unusable_testbenches_are_no_fault_of_the_design(harness: TestbenchHarness) -> None:
    for text, said in [
        ("not verilog", "cannot be used"),
        ("module tb; initial $finish; endmodule", "instantiates no module"),
        ("module tb; x a(); y b(); endmodule", "several unknown modules"),
        ('`include "missing.vh"\nmodule tb; adder d(); endmodule', "missing.vh"),
    ]:
        with pytest.raises(DataError, match=said):
            harness.check(replace(problem(text), top="z"), design(ADDER))
    broken = "module tb; adder dut(1, 2, s); initial break_it(; endmodule"
    verdict = harness.check(problem(broken), design(ADDER))
    assert verdict.outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("mistake", ["assign = ;", "`gone", "wire ("])
def test_a_reference_that_is_wrong_is_named(harness: TestbenchHarness, mistake: str) -> None:
    testbench = CHECKING.replace("BODY", RTLLM).replace(
        "integer i,", "wire [4:0] r; golden g (.a(a), .b(b), .s(r)); integer i,"
    )
    golden = ADDER.replace("adder", "golden").replace("endmodule", f"{mistake}\nendmodule")
    spec = TestbenchSpec((Source("tb.v", testbench),), (Source("golden.v", golden),))
    try:
        verdict = harness.check(replace(problem(""), harness=spec), design(ADDER))
    except DataError as error:
        assert "the reference cannot be used: golden.v:3" in str(error)
    else:
        assert verdict.outcome is Outcome.INCONCLUSIVE
        assert any("the reference itself" in d.message for d in verdict.diagnostics)


def test_needs_a_testbench(harness: TestbenchHarness) -> None:
    with pytest.raises(UsageError):
        harness.check(Problem("x", ""), design(ADDER))


def test_only_a_reference_may_have_another_name(harness: TestbenchHarness) -> None:
    renamed = design(ADDER.replace("adder", "verified_adder"))
    task = problem(CHECKING.replace("BODY", RTLLM), top="")
    assert fails(harness.check(task, renamed)) is FailureClass.INTERFACE
    assert harness.check(task, replace(renamed, provenance=Provenance.REFERENCE)).passed


def test_a_second_top_is_left_out(harness: TestbenchHarness) -> None:
    two = design(
        ADDER + ADDER.replace("adder", "spare").replace("assign", "initial $finish; assign")
    )
    verdict = harness.check(problem(CHECKING.replace("BODY", RTLLM)), two)
    assert verdict.passed
    assert "spare is not part of adder" in verdict.diagnostics[0].message


def test_several_files_includes_and_data(harness: TestbenchHarness) -> None:
    testbench = CHECKING.replace("BODY", RTLLM).replace(
        "integer i,", 'reg [7:0] t [0:1]; initial $readmemh("t.hex", t); integer i,'
    )
    spec = TestbenchSpec((Source("tb.v", testbench),), data=(Source("t.hex", "01 02"),))
    files = (
        Source("width.vh", "`define MSB 4"),
        Source("low.v", LOW),
        Source(
            "adder.v",
            '`include "width.vh"\nmodule adder(input [3:0] a, b, output [`MSB:0] s);\n'
            "low l(a, b, s);\nendmodule",
        ),
    )  # fmt: skip
    task = replace(problem(""), harness=spec)
    assert harness.check(task, Candidate(files)).passed
    thief = ADDER.replace("assign", 'reg [7:0] m [0:1]; initial $readmemh("t.hex", m); assign')
    verdict = harness.check(task, design(thief))
    assert fails(verdict) is FailureClass.UNSAFE
    assert "file of the testbench" in verdict.diagnostics[0].message


def test_a_candidate_among_the_sources_of_its_task(harness: TestbenchHarness) -> None:
    context = (
        Source("low.v", "`define MSB 4\n" + LOW),
        Source("adder.v.orig.v", "module adder(input x); endmodule"),
        Source("spare.v", "module spare; initial $finish; endmodule"),
    )
    text = "module adder(input [3:0] a, b, output [4:0] s); low l(a, b, s); endmodule"
    task = problem(CHECKING.replace("BODY", RTLLM), context=context)
    assert harness.check(task, design(text)).passed
    assert fails(harness.check(task, design(""))) is FailureClass.NO_CODE


def test_parts_that_the_testbench_uses_beside_the_top(harness: TestbenchHarness) -> None:
    testbench = CHECKING.replace("BODY", RTLLM).replace(
        "initial begin\n", "wire q; helper h (.x(a[0]), .y(q)); initial begin\n", 1
    )
    helper = "module helper(input x, output y); assign y = ~x; endmodule\n"
    assert harness.check(problem(testbench), design(helper + ADDER)).passed
    verdict = harness.check(problem(testbench), design(ADDER))
    assert fails(verdict) is FailureClass.INTERFACE
    assert "also needs a module helper" in verdict.diagnostics[0].message


def test_the_number_of_samples_must_be_the_golden_one(
    harness: TestbenchHarness, counted: Problem
) -> None:
    good = Candidate((_good(),))
    spec = counted.harness
    assert isinstance(spec, TestbenchSpec)
    assert harness.check(replace(counted, harness=replace(spec, samples=388)), good).passed
    verdict = harness.check(replace(counted, harness=replace(spec, samples=400)), good)
    assert fails(verdict) is FailureClass.CRASH
    assert "388 samples, with the reference 400" in verdict.diagnostics[0].message


def test_keeps_a_waveform_of_a_failure(
    harness: TestbenchHarness, counted: Problem, tmp_path: Path
) -> None:
    wave = tmp_path / "lock.vcd"
    assert harness.check(counted, Candidate((_good(),)), waveform=wave).waveform is None
    wrong = replace(_good(), text=_good().text.replace("count + 1'b1", "count + 2'd2"))
    verdict = harness.check(counted, Candidate((wrong,)), waveform=wave)
    assert verdict.waveform == str(wave)
    assert verdict.first_mismatch is not None
    assert verdict.first_mismatch.signals == ("turns",)
    assert verdict.first_mismatch.window
    assert "_gw" not in wave.read_text(errors="replace").split("$enddefinitions")[0]


def test_debugging_output_is_shown_apart(harness: TestbenchHarness, counted: Problem) -> None:
    text = _good().text.replace("reg open;", 'reg open; initial $display("Mismatches: 0 in 1");')
    verdict = harness.check(counted, Candidate((replace(_good(), text=text),)))
    said, _, rest = verdict.log.partition("--- printed besides ---\n")
    assert said == "Mismatches: 0 in 388 samples\n"
    assert rest == "Mismatches: 0 in 1\n"


def _good() -> Source:
    path = Path(__file__).parents[2] / "fixtures" / "attacks" / "honest" / "plain.sv"
    return Source("lock.sv", path.read_text())
