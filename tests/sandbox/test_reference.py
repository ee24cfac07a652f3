from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewright.core import (
    Candidate,
    CocotbSpec,
    DataError,
    FailureClass,
    Outcome,
    Problem,
    ReferenceSpec,
    Source,
    UsageError,
    Verdict,
)
from gatewright.sandbox.harness.reference import ReferenceHarness
from gatewright.sandbox.harness.reference_names import renamed_tokens
from gatewright.sandbox.harness.reference_roles import Reset, Roles, elaborate
from gatewright.sandbox.harness.reference_values import literals_in
from gatewright.sandbox.integrity import lay_out, tokenize
from gatewright.sandbox.isolation import open_isolation

HARNESS = ReferenceHarness(open_isolation())

ALU = """module alu(input [3:0] a, input [3:0] b, input op, output [3:0] y, output zero);
  assign y = op ? a - b : a + b;
  assign zero = y == 0;
endmodule"""
TIMER = """module timer(input clk, input arst_n, input load, input [7:0] start, output reg done);
  reg [7:0] left;
  always @(posedge clk or negedge arst_n)
    if (!arst_n) begin left <= 0; done <= 0; end
    else if (load) begin left <= start; done <= 0; end
    else if (left != 0) begin left <= left - 1; done <= left == 1; end
endmodule"""
CODE = """module code(input clk, input reset, input [7:0] byte_in, output reg hit);
  reg half;
  always @(posedge clk)
    if (reset) {half, hit} <= 0;
    else begin half <= byte_in == 8'he0; hit <= half && byte_in == 8'h75; end
endmodule"""
CROSSING = """module crossing(input clk_a, input clk_b, input [3:0] d, output [3:0] q);
  wire [3:0] m;
  stage first(.ck(clk_a), .d(d), .q(m));
  stage second(.ck(clk_b), .d(m), .q(q));
endmodule
module stage(input ck, input [3:0] d, output reg [3:0] q);
  always @(posedge ck) q <= d;
endmodule"""
TRISTATE = (
    "module gate(input en, input [3:0] d, output [3:0] y); assign y = en ? d : 4'bz; endmodule"
)
LATCH = "module latch(input en, input d, output reg q); always @* if (en) q = d; endmodule"
BOTH = """module both(input clk, input d, output q); reg p, n;
  always @(posedge clk) p <= d; always @(negedge clk) n <= d; assign q = clk ? p : n; endmodule"""
FREE = "module free(output reg clk); initial clk = 0; always #5 clk = ~clk; endmodule"
WIDE = """module wide(input [99:0] a, input [99:0] b, output equal, output [99:0] sum);
  assign equal = a == b; assign sum = a + b; endmodule"""


def run(reference: str, design: str, cycles: int = 600, top: str = "", **more: Path) -> Verdict:
    spec = ReferenceSpec((Source("reference.sv", reference),), cycles=cycles)
    problem = Problem("p", "", top=top, harness=spec)
    return HARNESS.check(problem, Candidate((Source("dut.sv", design),)), **more)


def roles(text: str, top: str) -> Roles:
    return elaborate([Source("r.sv", text)], top)[1]


@pytest.mark.parametrize(
    "design", [ALU, TIMER, CODE, CROSSING, TRISTATE, LATCH, BOTH, FREE, WIDE], ids=lambda d: d[7:12]
)
def test_a_design_equals_itself(design: str) -> None:
    verdict = run(design, design)
    assert verdict.passed, verdict.diagnostics
    assert verdict.checks >= 600
    assert (verdict.mismatches, verdict.score) == (0, 1.0)


@pytest.mark.parametrize(
    ("design", "old", "new"),
    [
        (ALU, "a - b", "b - a"),
        (ALU, "y == 0", "y == 1"),
        (TIMER, "left == 1", "left == 2"),
        (TIMER, "left - 1", "left - 2"),
        (TIMER, " or negedge arst_n", ""),
        (TIMER, "done <= 0; end\n    else if (left", "end\n    else if (left"),
        (CODE, "8'h75", "8'h74"),
        (CODE, "half <= byte", "half <= half | byte"),
        (CROSSING, ".ck(clk_b)", ".ck(clk_a)"),
        (CROSSING, "posedge ck", "negedge ck"),
        (TRISTATE, "4'bz", "4'b0"),
        (LATCH, "if (en) q = d", "q = en & d"),
        (BOTH, "negedge clk", "posedge clk"),
        (FREE, "#5", "#6"),
        (WIDE, "a == b", "a[98:0] == b[98:0]"),
        (WIDE, "a == b", "0"),
    ],
)
def test_a_mutant_is_caught(design: str, old: str, new: str) -> None:
    assert old in design
    verdict = run(design, design.replace(old, new), cycles=2000)
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.MISMATCH)
    assert verdict.mismatches
    assert 0 <= verdict.score < 1


def test_few_input_bits_are_tried_exhaustively() -> None:
    only_one = ALU.replace("y = op", "y = {a, b, op} == 9'h1a5 ? 4'h6 : op")
    verdict = run(ALU, only_one, cycles=1)
    assert verdict.failure_class is FailureClass.MISMATCH
    assert (verdict.checks, verdict.mismatches) == (513, 1)


def test_the_window_shows_what_was_expected(tmp_path: Path) -> None:
    verdict = run(CODE, CODE.replace("8'h75", "8'h74"), waveform=tmp_path / "kept.vcd")
    found = verdict.first_mismatch
    assert found is not None
    assert found.signals == ("hit",)
    assert {s.signal for s in found.window[-1].values} == {"clk", "reset", "byte_in", "hit"}
    assert (tmp_path / "kept.vcd").exists()


def test_the_reference_and_the_design_may_share_all_names() -> None:
    other = CROSSING.replace("q <= d", "q <= ~d")
    assert run(CROSSING, other).passed
    assert run(CROSSING, CROSSING.replace("q <= d", "q <= {d[3:1], 1'b0}")).mismatches


def test_the_task_may_name_the_module_otherwise() -> None:
    assert run(ALU, ALU.replace("alu", "top"), top="top").passed


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("output zero", "output nil", "output 'zero' is missing; the ports are a, b, op, y, nil"),
        ("input op", "output op", "'op' must be an input, not output"),
        ("output [3:0] y", "output [2:0] y", "'y' must be 4 bits wide, not 3"),
        ("input op", "input op, input more", "input 'more' is not a port of the reference"),
    ],
)
def test_ports_that_differ_are_named(old: str, new: str, message: str) -> None:
    verdict = run(ALU, ALU.replace(old, new))
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.INTERFACE)
    assert message in [d.message for d in verdict.diagnostics]


@pytest.mark.parametrize(
    ("design", "stage"),
    [
        ("", FailureClass.NO_CODE),
        (ALU.replace("a + b", "a +"), FailureClass.SYNTAX),
        (ALU.replace("a + b", "a + c"), FailureClass.ELABORATION),
        (ALU.replace("endmodule", "initial $finish; endmodule"), FailureClass.UNSAFE),
    ],
)
def test_a_design_fails_at_its_stage(design: str, stage: FailureClass) -> None:
    verdict = run(ALU, design)
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, stage)


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("module io(input a, inout b, output c); endmodule", "inout"),
        ("module mute(input a); endmodule", "no output"),
        ("module odd(input gw_seed, output y); endmodule", "collide"),
        ("module odd(input q_ref, output q); endmodule", "collide"),
    ],
)
def test_what_cannot_be_compared_says_why(reference: str, reason: str) -> None:
    verdict = run(reference, reference)
    assert (verdict.outcome, verdict.failure_class) == (
        Outcome.INCONCLUSIVE,
        FailureClass.NO_CHECKS,
    )
    assert reason in verdict.diagnostics[0].message


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("", "one top module; it has none"),
        ("module a(output y); endmodule module b(output y); endmodule", "it has a, b"),
        ('`include "nowhere.v"\nmodule a(output y); endmodule', "cannot be read"),
        ("module a(output real y); endmodule", "not a plain vector"),
        pytest.param(
            "module m #(parameter W)(input [W-1:0] a, output y); assign y = ^a; endmodule",
            "a parameter without a default value",
            id="parameter without a value",
        ),
    ],
)
def test_a_reference_that_is_none_is_an_error(reference: str, reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        run(reference, ALU)


def test_odd_requests_are_refused() -> None:
    with pytest.raises(UsageError, match="cycles"):
        run(ALU, ALU, cycles=0)
    with pytest.raises(UsageError, match="reference"):
        HARNESS.check(Problem("p", "", harness=CocotbSpec(())), Candidate(()))


@pytest.mark.parametrize(
    ("design", "clocks", "resets"),
    [
        (TIMER, ("clk",), (Reset("arst_n", True, True),)),
        (CODE, ("clk",), (Reset("reset"),)),
        (CROSSING, ("clk_a", "clk_b"), ()),
        (ALU, (), ()),
        (BOTH, ("clk",), ()),
    ],
)
def test_roles_follow_use(design: str, clocks: tuple[str, ...], resets: tuple[Reset, ...]) -> None:
    found = roles(design, design.split("(")[0].split()[1])
    assert (found.clocks, found.resets) == (clocks, resets)


def test_roles_are_traced_through_gates_inverters_and_instances() -> None:
    text = """module top(input c, input go, input clr, input d, output q);
      wire gated = c & go; wire n; assign n = ~clr; ff f(.k(gated), .r(n), .d(d), .q(q)); endmodule
    module ff(input k, r, d, output reg q);
      always @(posedge k or negedge r) if (!r) q <= 0; else q <= d; endmodule"""
    found = roles(text, "top")
    assert found.resets == (Reset("clr", active_low=False, asynchronous=True),)
    assert set(found.clocks) == {"c", "go"}
    named = roles(text.replace("input c,", "input clk,").replace("= c &", "= clk &"), "top")
    assert named.clocks == ("clk",)


def test_polarity_of_a_synchronous_reset_is_read_from_its_test() -> None:
    text = "module t(input clk, input rst, output reg q); always @(posedge clk) if (!rst) q <= 0;"
    assert roles(f"{text} else q <= 1; endmodule", "t").resets == (Reset("rst", active_low=True),)


def test_only_names_of_definitions_are_renamed() -> None:
    text = """package p ; endpackage : p module sub ( input sub_in ) ; reg sub ; endmodule : sub
    module top ; import p :: * ; sub # ( 1 ) u ( . sub ( sub ) ) ; sub sub ( ) ; endmodule"""
    renamed = lay_out(renamed_tokens(tokenize(text)), ("t.sv",)).text
    assert renamed.split() == (
        text.replace("package p", "package gw_ref_p")
        .replace("endpackage : p", "endpackage : gw_ref_p")
        .replace("module sub", "module gw_ref_sub")
        .replace("endmodule : sub", "endmodule : gw_ref_sub")
        .replace("module top", "module gw_ref_top")
        .replace("import p", "import gw_ref_p")
        .replace("sub #", "gw_ref_sub #")
        .replace("sub sub (", "gw_ref_sub sub (")
        .split()
    )


@given(st.lists(st.integers(1, 2**40), min_size=1, max_size=8))
def test_constants_are_found_in_every_base(values: list[int]) -> None:
    forms = ["64'h{:x}", "64'd{:d}", "64'b{:b}", "{:d}"]
    text = " ".join(f"x = {form.format(v)};" for v in values for form in forms[: 1 + v % 4])
    source = Source("c.sv", f"{text} // 64'hdeadbeefdead\n")
    found = {literal.value for literal in literals_in([source])}
    assert set(values) <= set(found)
    assert 0xDEADBEEFDEAD not in found


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=st.lists(st.integers(0, 3), min_size=16, max_size=16), flip=st.integers(0, 15))
def test_any_wrong_entry_of_a_table_is_caught(table: list[int], flip: int) -> None:
    def module(entries: list[int]) -> str:
        cases = " ".join(f"{i}: y = {v};" for i, v in enumerate(entries))
        head = "module t(input [3:0] a, output reg [1:0] y); always @* case (a)"
        return f"{head} {cases} endcase endmodule"

    wrong = [value ^ (index == flip) for index, value in enumerate(table)]
    assert run(module(table), module(table), cycles=1).passed
    assert run(module(table), module(wrong), cycles=1).mismatches in (1, 2)
