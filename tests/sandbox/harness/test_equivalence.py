from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

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
from gatewright.sandbox.harness.equivalence import ENTRY, EquivalenceHarness
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools.yosys import Budget, Yosys

FSM = """module fsm(input clk, input areset, input in, output out);
  reg state, next;
  always_comb case (state) 0: next = in ? 1'b0 : 1'b1; 1: next = in ? 1'b1 : 1'b0; endcase
  always @(posedge clk, posedge areset) if (areset) state <= 1; else state <= next;
  assign out = state == 1;
endmodule"""
ONE_HOT = """module fsm(input clk, input areset, input in, output out);
  reg [1:0] s;
  always @(posedge clk, posedge areset)
    if (areset) s <= 2'b10;
    else s <= {(s[0] & ~in) | (s[1] & in), (s[0] & in) | (s[1] & ~in)};
  assign out = s[1];
endmodule"""
COUNTER = """module counter(input clk, input reset, input en, output reg [3:0] q);
  always @(posedge clk) if (reset) q <= 0; else if (en) q <= q == 9 ? 0 : q + 1;
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


def checked(harness: EquivalenceHarness, reference: str, design: str) -> Verdict:
    spec = ReferenceSpec((Source("reference.sv", reference),))
    return harness.check(Problem("p", "", harness=spec), Candidate((Source("design.sv", design),)))


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
    ("reference", "design", "said"),
    [
        pytest.param(
            "module m(input a, output y); assign y = ~a; endmodule",
            "module m(input a, output y); wire w; assign w = a ? ~w : 0; assign y = w; endmodule",
            "loop",
            id="loop",
        ),
        pytest.param(
            "module m(input a, e, output y); assign y = e ? a : 1'bz; endmodule",
            "module m(input a, e, output y); assign y = a; endmodule",
            "z",
            id="tri-state",
        ),
        pytest.param(
            "module m(input c, input [15:0] a, output [7:0] q); reg [7:0] m[0:65535];\n"
            "assign q = m[a]; always @(posedge c) m[a] <= a; endmodule",
            "module m(input c, input [15:0] a, output [7:0] q); assign q = a; endmodule",
            "memory",
            id="huge memory",
        ),
        pytest.param(
            "module m(inout a, output y); assign y = a; endmodule",
            "module m(inout a, output y); assign y = a; endmodule",
            "inout",
            id="inout",
        ),
        *(
            pytest.param(
                "module m(input clk, a, b, output y); assign y = a; endmodule",
                f"module m(input clk, a, b, output {kind}); {body} endmodule",
                "several drivers",
                id=f"several drivers: {body}",
            )
            for kind, body in (
                ("y", "assign y = a; assign y = b;"),
                ("y", "assign y = a; s s1(b, y);endmodule module s(input i, output o);assign o=i;"),
                ("reg y", "always @* y = a; always @* y = b;"),
                ("reg y", "always @* y = a; always @(posedge clk) y <= b;"),
            )
        ),
        pytest.param(
            COUNTER,
            COUNTER.replace("always", "wire w; assign w = !(w === 1'b1); always").replace(
                "q + 1", "q + 1 + w"
            ),
            "loop",
            id="a loop without any stable value",
        ),
        pytest.param(
            "module m(input c, a, output z, output reg q); assign z = a;\n"
            "always @(posedge c) q <= ~q; endmodule",
            "module m(input c, a, output z, output q); assign z = a; assign q = 1; endmodule",
            "never seen to leave x",
            id="an output that is never known",
        ),
        pytest.param(
            "module m(input a, b, output y); assign y = a & b; endmodule",
            "module m(input a, b, output reg y); always @(a) y = a & b; endmodule",
            "does not wait for",
            id="sensitivity",
        ),
        pytest.param(
            "module m(input a, e, output y); assign y = a; endmodule",
            "module m(input a, e, output y); bufif1 (y, a, e); endmodule",
            "drives z",
            id="tri-state gate",
        ),
        pytest.param(
            "module m(input c, output reg q); always @(posedge c) q <= ~q; endmodule",
            "module m(input c, output q); assign q = 0; endmodule",
            "never seen to leave x",
            id="a reference that is never known",
        ),
        pytest.param(
            "module m(input a, output y); assign y = a; endmodule",
            "module m(input a, output reg y); integer i; initial for (i = 0; i < 1; i = i + a)\n"
            "y = a; endmodule",
            "synthesised",
            id="not synthesisable",
        ),
    ],
)
def test_leaves_undecided_what_it_cannot_model(
    harness: EquivalenceHarness, reference: str, design: str, said: str
) -> None:
    alone = EquivalenceHarness(harness.isolation, harness.yosys, confirm=False)
    verdict = checked(alone, reference, design)
    assert verdict.outcome is Outcome.INCONCLUSIVE, verdict.diagnostics
    assert any(said in d.message for d in verdict.diagnostics), verdict.diagnostics


def test_believes_no_proof_that_simulation_contradicts(harness: EquivalenceHarness) -> None:
    divider = "module m(input [3:0] a, b, output [3:0] y); assign y = a / b; endmodule"
    verdict = checked(harness, divider.replace("a / b", "b == 0 ? 15 : a / b"), divider)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "but simulation tells them apart" in verdict.diagnostics[0].message


def test_fails_what_only_simulation_tells_apart(
    harness: EquivalenceHarness, tmp_path: Path
) -> None:
    wire = "module m(input clk, a, b, output y); assign y = a; endmodule"
    two = wire.replace("endmodule", "assign y = b; endmodule")
    spec = ReferenceSpec((Source("reference.sv", wire),))
    wave = tmp_path / "difference.vcd"
    problem = Problem("p", "", harness=spec)
    verdict = harness.check(problem, Candidate((Source("design.sv", two),)), waveform=wave)
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.MISMATCH)
    assert "no proof either way" in verdict.diagnostics[0].message
    assert "several drivers" in verdict.diagnostics[1].message
    assert wave.exists()


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ("{a, 1'bx, 2'b01}", "was never seen to know bit 2 of y, which match anything"),
        ("{1'bx, a, 2'bx}", "was never seen to know bits 0-1, 3 of y, which match anything"),
        (
            "{a, 3'b0}",
            "equivalent as hardware: every register has its counterpart in the reference",
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


@pytest.mark.parametrize(
    ("design", "outcome"),
    [
        ("wire w; assign #0 w = d; always @(posedge c) q <= w;", Outcome.PASS),
        ("wire w; assign #(0, 0) w = d; always @(posedge c) q <= w;", Outcome.PASS),
        ("always @(posedge c) q <= #0 d;", Outcome.PASS),
        ("always @(posedge c) q <= #1 d;", Outcome.PASS),
        ("wire w; assign #0 w = ~d; always @(posedge c) q <= w;", Outcome.FAIL),
        ("always @(posedge c) begin #1 q <= d; end", Outcome.FAIL),
    ],
)
def test_leaves_out_delays_where_the_reference_has_none(
    harness: EquivalenceHarness, design: str, outcome: Outcome
) -> None:
    head = "module m(input c, d, output reg q);\n"
    reference = f"{head}always @(posedge c) q <= d; endmodule"
    alone = EquivalenceHarness(harness.isolation, harness.yosys, confirm=False)
    verdict = checked(alone, reference, f"{head}{design} endmodule")
    assert verdict.outcome is outcome, verdict.diagnostics


def test_gives_up_within_its_budget(harness: EquivalenceHarness) -> None:
    multiplier = "module m(input [23:0] a, b, output [47:0] y); assign y = a * b; endmodule"
    swapped = multiplier.replace("a * b", "(b * a[23:12] << 12) + b * a[11:0]")
    short = EquivalenceHarness(harness.isolation, harness.yosys, Budget(cpu_s=1, wall_s=30))
    verdict = checked(short, multiplier, swapped)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.failure_class is FailureClass.TIMEOUT


def test_says_what_is_wrong_with_the_request(harness: EquivalenceHarness) -> None:
    with pytest.raises(DataError, match="synthesised"):
        checked(harness, COUNTER.replace("q + 1", "q + $time"), COUNTER)
    cocotb = Problem("p", "", harness=CocotbSpec((Source("test_a.py", ""),)))
    with pytest.raises(UsageError, match="reference"):
        harness.check(cocotb, Candidate((Source("d.sv", COUNTER),)))


def test_proves_on_a_small_budget(harness: EquivalenceHarness) -> None:
    small = EquivalenceHarness(harness.isolation, harness.yosys, Budget(cpu_s=3, wall_s=30))
    verdict = checked(small, FSM, FSM)
    assert verdict.outcome is Outcome.PASS, verdict.diagnostics


ASYNCHRONOUS = """module m(input clk, input rst_n, input in, input [1:0] d, output reg q);
  wire rst = ~rst_n; reg open;
  always @(posedge clk or posedge rst) if (rst) q <= 0; else q <= open ? d[1] : d[0];
  always @(posedge clk or posedge rst) if (rst) open <= 0; else if (in) open <= 1;
endmodule"""
RIPPLED = """module m(input clk, input d, output reg y);
  reg dv = 0, k = 0; initial y = 0;
  always @(posedge clk) begin k <= d; dv <= ~dv; end
  always @(posedge dv) y <= k;
endmodule"""
UNRIPPLED = """module m(input clk, input d, output reg y);
  reg dv = 0; initial y = 0;
  always @(posedge clk) begin dv <= ~dv; if (!dv) y <= d; end
endmodule"""


def provers_alone(harness: EquivalenceHarness, reference: str, design: str) -> Verdict:
    alone = EquivalenceHarness(harness.isolation, harness.yosys, confirm=False)
    return checked(alone, reference, design)


def test_a_reset_between_two_edges_counts(harness: EquivalenceHarness) -> None:
    synchronous = ASYNCHRONOUS.replace(
        "posedge clk or posedge rst) if (rst) open", "posedge clk) if (rst) open"
    )
    verdict = provers_alone(harness, ASYNCHRONOUS, synchronous)
    assert verdict.failure_class is FailureClass.NONEQUIVALENT
    assert not any("does not show" in d.message for d in verdict.diagnostics)
    swapped = ASYNCHRONOUS.replace("open ? d[1] : d[0]", "!open ? d[0] : d[1]")
    assert provers_alone(harness, ASYNCHRONOUS, swapped).passed


def test_a_clock_that_a_register_drives_is_not_modelled(harness: EquivalenceHarness) -> None:
    assert provers_alone(harness, RIPPLED, RIPPLED).passed
    verdict = provers_alone(harness, RIPPLED, UNRIPPLED)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert any("order of events" in d.message for d in verdict.diagnostics)


def test_an_asynchronous_load_is_not_modelled(harness: EquivalenceHarness) -> None:
    load = """module m(input clk, input load, input d, output reg q);
  always @(posedge clk or posedge load) if (load) q <= d; else q <= ~q; endmodule"""
    twice = """module m(input clk, input load, input d, output q);
  reg [1:0] n; assign q = ^n;
  always @(posedge clk or posedge load) if (load) n <= {1'b0, d}; else n <= n + 2'd1; endmodule"""
    verdict = provers_alone(harness, load, twice)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert any("order of events" in d.message for d in verdict.diagnostics)


@pytest.mark.parametrize("name", ["d", "gw__tick"])
def test_names_of_ours_are_the_users_to_use(harness: EquivalenceHarness, name: str) -> None:
    reference = f"""module m(input clk, input rst, input {name}, output reg q);
  always @(posedge clk or posedge rst) if (rst) q <= 0; else q <= {name}; endmodule"""
    design = f"""module m(input clk, input rst, input {name}, output q);
  wire gw__tick_ = {name}; reg [1:0] n; assign q = n[0];
  always @(posedge clk or posedge rst) if (rst) n <= 0; else n <= gw__tick_ ? 2'd1 : 2'd2;
endmodule"""
    if name != "gw__tick":
        design = design.replace("gw__tick_", "gw__tick")
    assert provers_alone(harness, reference, design).passed
    verdict = provers_alone(harness, reference, design.replace("2'd2", "2'd3"))
    assert verdict.failure_class is FailureClass.NONEQUIVALENT
