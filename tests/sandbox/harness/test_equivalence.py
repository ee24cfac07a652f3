from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.core import (
    Candidate,
    FailureClass,
    Outcome,
    Problem,
    ReferenceSpec,
    Source,
)
from gatewright.sandbox.harness.equivalence import ENTRY, EquivalenceHarness
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools.yosys import Budget, Yosys

from .equivalent import COUNTER, FSM, checked

ONE_HOT = """module fsm(input clk, input areset, input in, output out);
  reg [1:0] s;
  always @(posedge clk, posedge areset)
    if (areset) s <= 2'b10;
    else s <= {(s[0] & ~in) | (s[1] & in), (s[0] & in) | (s[1] & ~in)};
  assign out = s[1];
endmodule"""
GREY = "module map(input a, input b, output reg f);\n"
PARTIAL = (
    GREY + "always @* case ({a, b}) 0: f = 0; 1: f = 1; 2: f = 1'bx; 3: f = 1; endcase endmodule"
)


@pytest.fixture(scope="module")
def harness() -> Iterator[EquivalenceHarness]:
    isolation = open_isolation()
    with Yosys(isolation, ENTRY) as yosys:
        yield EquivalenceHarness(isolation, yosys)


@pytest.mark.parametrize(
    ("reference", "design"),
    [
        pytest.param(FSM, FSM, id="itself"),
        pytest.param(
            "module m(input p1, p0, output y); assign y = p1 & ~p0; endmodule",
            "module m(input p1, p0, output y); assign y = ~(p0 | ~p1); endmodule",
            id="ports with numbers",
        ),
        pytest.param(
            "module m(input [3:0] g, output [3:0] b);\n"
            "assign b = {g[3], b[3:1] ^ g[2:0]}; endmodule",
            "module m(input [3:0] g, output [3:0] b);\n"
            "assign b = {g[3], ^g[3:2], ^g[3:1], ^g}; endmodule",
            id="a word that feeds itself bit by bit",
        ),
        pytest.param(FSM, ONE_HOT, id="another state encoding"),
        pytest.param(PARTIAL, GREY + "always @* f = a | b; endmodule", id="x is free: one way"),
        pytest.param(PARTIAL, GREY + "always @* f = b; endmodule", id="x is free: the other way"),
        pytest.param(
            COUNTER,
            "module digit(input clk, reset, en, output reg [3:0] q);\n"
            "always @(posedge clk) if (reset | (en & q >= 9)) q <= 0; else q <= q + en;\n"
            "endmodule\nmodule counter(input clk, input reset, input en, output [3:0] q);\n"
            "digit d(clk, reset, en, q); endmodule",
            id="two modules, equal only on the states that are reached",
        ),
        pytest.param(
            "module l(input d, e, output reg q); always_latch if (e) q = d; endmodule",
            "module l(input d, e, output q); assign q = e ? d : r; reg r;\n"
            "always_latch if (e) r = d; endmodule",
            id="a latch",
        ),
        pytest.param(
            "module m(input clk, input [1:0] a, input [7:0] d, input we, output [7:0] q);\n"
            "reg [7:0] m[0:3]; always @(posedge clk) if (we) m[a] <= d; assign q = m[a]; endmodule",
            "module m(input clk, input [1:0] a, input [7:0] d, input we, output reg [7:0] q);\n"
            "reg [31:0] m; always @(posedge clk) if (we) m[a*8 +: 8] <= d;\n"
            "always @* q = m[a*8 +: 8]; endmodule",
            id="a memory",
        ),
    ],
)
def test_proves(harness: EquivalenceHarness, reference: str, design: str) -> None:
    verdict = checked(harness, reference, design)
    assert verdict.outcome is Outcome.PASS, verdict.diagnostics
    assert verdict.score == 1.0


@pytest.mark.parametrize(
    ("reference", "design"),
    [
        pytest.param(FSM, FSM.replace("state <= 1;", "state <= 0;"), id="asynchronous reset value"),
        pytest.param(FSM, FSM.replace("posedge clk", "negedge clk"), id="clock edge"),
        pytest.param(FSM, FSM.replace(", posedge areset)", ")"), id="synchronous reset"),
        pytest.param(FSM, FSM.replace("state == 1", "state != 1"), id="inverted output"),
        pytest.param(COUNTER, COUNTER.replace("q == 9", "q == 10"), id="period"),
        pytest.param(COUNTER, COUNTER.replace("if (reset)", "if (!reset)"), id="reset polarity"),
        pytest.param(
            "module d(input clk, input d, output reg q); initial q = 0;\n"
            "always @(posedge clk) q <= d; endmodule",
            "module d(input clk, input d, output reg q); always @(posedge clk) q <= d; endmodule",
            id="missing initial value",
        ),
        pytest.param(
            "module d(input clk, input d, output q); reg p, n; initial {p, n} = 0;\n"
            "always @(posedge clk) p <= d; always @(negedge clk) n <= d; assign q = clk ? p : n;\n"
            "endmodule",
            "module d(input clk, input d, output reg q); initial q = 0;\n"
            "always @(posedge clk) q <= d; endmodule",
            id="dual edge",
        ),
        pytest.param(PARTIAL, GREY + "always @* f = a & b; endmodule", id="a bit that is not x"),
        pytest.param(
            "module m(input [1:0] s, input a, output reg y); always_comb begin y = 0;\n"
            "unique case (s) 0: y = a; 1: y = ~a; endcase end endmodule",
            "module m(input [1:0] s, input a, output reg y); always @* begin y = 1;\n"
            "case (s) 0: y = a; 1: y = ~a; endcase end endmodule",
            id="a case that was promised not to happen",
        ),
        pytest.param(
            "module m(input c, d, output y, output reg z); assign y = 0;\n"
            "always @(posedge c) z <= d; endmodule",
            "module m(input c, d, output y, output reg z); reg a, b; assign y = a ^ b;\n"
            "always @(posedge c) begin z <= d; a <= d; b <= d; end endmodule",
            id="two registers that differ only in what they power up with",
        ),
        pytest.param(
            "module m(input signed [3:0] a, b, output y); assign y = a < b; endmodule",
            "module m(input [3:0] a, b, output y); assign y = a < b; endmodule",
            id="sign",
        ),
        pytest.param(
            "module m(input [3:0] a, b, output [4:0] y); assign y = a + b; endmodule",
            "module m(input [3:0] a, b, output [4:0] y); wire [3:0] s = a + b; assign y = s;\n"
            "endmodule",
            id="carry",
        ),
        pytest.param(
            "module m(input c, w, a, output reg q); reg m[0:1]; initial {m[0], m[1]} = 0;\n"
            "always @(posedge c) begin if (w) m[a] <= 1; q <= m[a]; end endmodule",
            "module m(input c, w, a, output reg q); reg m[0:1];\n"
            "always @(posedge c) begin if (w) m[a] <= 1; q <= m[a]; end endmodule",
            id="a memory that is read before it is written",
        ),
        pytest.param(
            "module m(input c, a, d, output reg q); reg m[0:1];\n"
            "always @(posedge c) begin m[a] <= d; q <= m[a]; end endmodule",
            "module m(input c, a, d, output reg q); reg m[0:1];\n"
            "always @(posedge c) begin m[a] = d; q <= m[a]; end endmodule",
            id="what is read of a memory while it is written",
        ),
        pytest.param(
            "module m(input c, e, d, output reg q);\nalways @(posedge c) if (e) q <= d; endmodule",
            "module m(input c, e, d, output reg q); wire g = c & e;\n"
            "always @(posedge g) q <= d; endmodule",
            id="a gated clock",
        ),
        pytest.param(
            "module m(input c, r, output reg q);\n"
            "always @(posedge c) if (r) q <= 0; else q <= ~q; endmodule",
            "module m(input c, r, output reg q); reg [7:0] n;\n"
            "always @(posedge c) if (r) {q, n} <= 0;\n"
            "else begin n <= n + 1; q <= ~q ^ (n == 100); end endmodule",
            id="a hundred cycles after a reset",
        ),
    ],
)
def test_refutes(harness: EquivalenceHarness, reference: str, design: str) -> None:
    verdict = checked(harness, reference, design)
    assert verdict.outcome is Outcome.FAIL, verdict.diagnostics
    assert verdict.failure_class is FailureClass.NONEQUIVALENT


@pytest.mark.parametrize("signs", ["", "signed"])
@pytest.mark.parametrize("widths", [(1, 4, 6), (5, 2, 3)])
def test_knows_what_an_addition_is(
    harness: EquivalenceHarness, signs: str, widths: tuple[int, int, int]
) -> None:
    a, b, y = (f"[{width - 1}:0]" for width in widths)
    head = f"module m(input {signs} {a} a, input {signs} {b} b, output {y} y);\n"
    last = widths[2] - 1
    bits = (
        f"wire {signs} {y} p = a, q = b; reg {y} s; reg c; integer i;\n"
        f"always @* begin c = 0; for (i = 0; i <= {last}; i = i + 1) begin\n"
        "s[i] = p[i] ^ q[i] ^ c; c = (p[i] & q[i]) | (p[i] & c) | (q[i] & c); end end\n"
    )
    reference = f"{head}assign y = a + b; endmodule"
    right = checked(harness, reference, f"{head}{bits}assign y = s; endmodule")
    assert right.outcome is Outcome.PASS, right.diagnostics
    flipped = f"assign y = s ^ ((&a & &b) << {last}); endmodule"
    wrong = checked(harness, reference, f"{head}{bits}{flipped}")
    assert wrong.outcome is Outcome.FAIL, wrong.diagnostics


def test_shows_the_difference_in_simulation(harness: EquivalenceHarness, tmp_path: Path) -> None:
    spec = ReferenceSpec((Source("reference.sv", COUNTER),))
    wrong = Candidate((Source("d.sv", COUNTER.replace("q == 9", "q == 10")),))
    wave = tmp_path / "difference.vcd"
    verdict = harness.check(Problem("p", "", harness=spec), wrong, waveform=wave)
    assert verdict.first_mismatch is not None
    assert verdict.first_mismatch.signals == ("q",)
    assert wave.read_text().startswith("$date")


@pytest.mark.parametrize(
    ("design", "failure", "said"),
    [
        pytest.param(
            COUNTER.replace("endmodule", "assign x = ;\nendmodule"),
            FailureClass.SYNTAX,
            "",
            id="syntax",
        ),
        pytest.param(
            COUNTER.replace("output reg [3:0] q", "output reg [2:0] q"),
            FailureClass.INTERFACE,
            "4 bits",
            id="width",
        ),
        pytest.param("module other; endmodule", FailureClass.INTERFACE, "other", id="no such top"),
        pytest.param("", FailureClass.NO_CODE, "no code", id="nothing"),
        pytest.param(
            COUNTER.replace("endmodule", "initial $finish; endmodule"),
            FailureClass.UNSAFE,
            "$finish",
            id="unsafe",
        ),
        pytest.param(
            COUNTER.replace("endmodule", "sub s(q); endmodule"),
            FailureClass.ELABORATION,
            "sub",
            id="missing submodule",
        ),
    ],
)
def test_fails_what_no_tool_reads(
    harness: EquivalenceHarness, design: str, failure: FailureClass, said: str
) -> None:
    verdict = checked(harness, COUNTER, design)
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, failure), verdict.diagnostics
    assert any(said in d.message for d in verdict.diagnostics)


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ("{a, 1'bx, 2'b01}", "was never seen to know bit 2 of y, which match anything"),
        ("{1'bx, a, 2'bx}", "was never seen to know bits 0-1, 3 of y, which match anything"),
        (
            "{a, 3'b0}",
            "equivalent as hardware, for all inputs at all times from power-up on: "
            "every register has its counterpart in the reference",
        ),
    ],
)
def test_names_the_bits_that_match_anything(
    harness: EquivalenceHarness, outputs: str, said: str
) -> None:
    design = f"module m(input a, output [3:0] y); assign y = {outputs}; endmodule"
    verdict = checked(harness, design, design)
    assert verdict.outcome is Outcome.PASS, verdict.diagnostics
    assert verdict.diagnostics[0].message.endswith(said)


def test_names_bits_of_registers_that_are_never_known(harness: EquivalenceHarness) -> None:
    design = (
        "module m(input c, r, output reg [2:0] q);\n"
        "always @(posedge c) if (r) q[1:0] <= 0; else q <= q + 1; endmodule"
    )
    verdict = checked(harness, design, design)
    assert verdict.outcome is Outcome.PASS, verdict.diagnostics
    assert "bit 2 of q" in verdict.diagnostics[0].message


def test_proves_on_a_small_budget(harness: EquivalenceHarness) -> None:
    small = EquivalenceHarness(harness.isolation, harness.yosys, Budget(cpu_s=3, wall_s=30))
    verdict = checked(small, FSM, FSM)
    assert verdict.outcome is Outcome.PASS, verdict.diagnostics
