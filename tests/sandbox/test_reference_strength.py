"""What a co-simulation is worth: nothing compared is no pass, and the stimulus cannot be known."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.core import (
    Candidate,
    Direction,
    FailureClass,
    Outcome,
    Port,
    Problem,
    ReferenceSpec,
    Severity,
    Source,
    ToolMissing,
    Verdict,
)
from gatewright.sandbox.harness.reference import ReferenceHarness
from gatewright.sandbox.harness.reference_roles import Reset, elaborate
from gatewright.sandbox.harness.reference_seen import Seen, joined, read, remarks
from gatewright.sandbox.harness.reference_values import values_of
from gatewright.sandbox.harness.simulators import SimulatorChoice
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools.vcd import open_vcd, read_traces
from gatewright.sandbox.tools.verilator import open_verilator

HARNESS = ReferenceHarness(open_isolation())
HEAD = "module c(input clk, input {0}, output reg [7:0] q);"
SUM = "module c(input [31:0] a, b, output [31:0] y); assign y = {0}; endmodule"
CODE = """module c(input clk, input reset, input [7:0] k, output reg hit);
  reg half;
  always @(posedge clk)
    if (reset) {half, hit} <= 0;
    else begin half <= k == 8'he0; hit <= half && k == 8'h75; end
endmodule"""
DEEP = """module c(input clk, input rst, output reg [15:0] q, output t); assign t = q == 16'd9999;
  always @(posedge clk) if (rst) q <= 0; else q <= t ? 0 : q + 1; endmodule"""
LOCK = """module c(input clk, input rst, input [7:0] k, output reg o); reg [2:0] s;
  always @(posedge clk) if (rst) begin s <= 0; o <= 0; end else case (s) 0: s <= k == 8'h3a;
  1: s <= k == 8'h91 ? 2 : 0; 2: s <= k == 8'h5c ? 3 : 0; 3: s <= k == 8'h77 ? 4 : 0;
  4: o <= 1; default: s <= 0; endcase endmodule"""
SERIAL = """module c(input clk, input rst, input d, output reg o, output reg p);
  reg [19:0] s; always @(posedge clk) if (rst) {s, o, p} <= 0;
  else begin s <= {s, d}; p <= d; o <= s == 20'hd1a7e; end endmodule"""
TICK = """module c(input clk, input rst, output reg t, output reg w); reg [11:0] n;
  always @(posedge clk) if (rst) {n, t, w} <= 0;
  else begin n <= n == 12'd3000 ? 0 : n + 1; t <= n == 12'd3000; w <= ~w; end endmodule"""
FAR = """module c(input clk, input rst, input en, output reg s, output t); reg [15:0] q;
  assign t = q > 16'd30000; always @(posedge clk) begin s <= en;
  if (rst) q <= 0; else if (en && !t) q <= q + 1; end endmodule"""
LINES = ", ".join(f"i{n}" for n in range(16))
ALL = f"module c(input {LINES}, output y); assign y = {{0}}; endmodule"
BUT_ONE = "&{" + LINES.replace("i7", "~i7") + "}"
DECOYS = "a + b - (" + " || ".join(f"a == 32'd{n}" for n in range(70001, 70100)) + ")"


def run(
    reference: str, design: str, seed: int | None = None, cycles: int = 2000, **more: Path
) -> Verdict:
    spec = ReferenceSpec((Source("reference.sv", reference),), cycles=cycles, seed=seed)
    problem = Problem("p", "", harness=spec)
    return HARNESS.check(problem, Candidate((Source("dut.sv", design),)), **more)


def errors(verdict: Verdict) -> list[str]:
    return [d.message for d in verdict.diagnostics if d.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("reference", "design", "reason"),
    [
        (
            f"{HEAD.format('en')} always @(posedge clk) if (en) q <= q + 1; endmodule",
            f"{HEAD.format('en')} initial q = 8'h5a; endmodule",
            "output 'q' was never known",
        ),
        (
            f"{HEAD.format('d')} always @(posedge clk) q <= q; initial q = 3; endmodule",
            "module c(input clk, input d, output [7:0] q); assign q = 3; endmodule",
            "output 'q' never changed",
        ),
        (
            "module c(input clk, d, output reg p, output reg q);"
            " always @(posedge clk) begin p <= d; q <= ~q; end endmodule",
            "module c(input clk, d, output reg p, output q);"
            " always @(posedge clk) p <= d; assign q = 0; endmodule",
            "output 'q' was never known",
        ),
        (
            "module c(input clk, d, output reg p, output t); reg [63:0] n = 0; assign t = &n;"
            " always @(posedge clk) begin p <= d; n <= n + 1; end endmodule",
            "module c(input clk, d, output reg p, output t); assign t = 0;"
            " always @(posedge clk) p <= d; endmodule",
            "output 't' never changed",
        ),
        (
            SUM.format("{31'b0, &{a, b, a - b, a[3:0] == b[7:4]}}"),
            SUM.format("0"),
            "output 'y' never changed",
        ),
    ],
)
def test_where_nothing_is_seen_nothing_is_passed(reference: str, design: str, reason: str) -> None:
    verdict = run(reference, design)
    assert (verdict.outcome, verdict.failure_class) == (
        Outcome.INCONCLUSIVE,
        FailureClass.NO_CHECKS,
    )
    assert reason in errors(verdict)[0]
    assert verdict.score == 0


@pytest.mark.parametrize(
    "reference",
    [
        "module c(output zero); assign zero = 0; endmodule",
        "module c(input [3:0] a, output zero); assign zero = a > 15; endmodule",
        "module c(input clk, input d, output reg q, output error); assign error = 1'b0;"
        " always @(posedge clk) q <= d; endmodule",
        "module c(input clk, input d, output reg q, output spare); always @(posedge clk) q <= d;"
        " endmodule",
        "module c(input oe, input [3:0] d, output [3:0] y); assign y = oe ? 4'b0 : 4'bz; endmodule",
    ],
)
def test_what_is_meant_to_be_constant_may_be(reference: str) -> None:
    verdict = run(reference, reference)
    assert verdict.passed, verdict.diagnostics
    assert [d.code for d in verdict.diagnostics if d.severity is not Severity.NOTE] == []


def test_bits_that_stood_still_are_named_and_a_pass_claims_no_more_than_it_saw() -> None:
    text = "module c(input clk, rst, output reg [47:0] q);"
    text += " always @(posedge clk) if (rst) q <= 0; else q <= q + 1; endmodule"
    verdict = run(text, text)
    assert verdict.passed
    said = [d.message for d in verdict.diagnostics]
    assert any("of 48 bits of output 'q' never changed (47:" in message for message in said)
    assert any(m.startswith(f"no difference in {verdict.checks} samples") for m in said)
    assert not any("equivalent" in message for message in said)


@pytest.mark.parametrize(
    ("reference", "old", "new"),
    [
        (DEEP, "t = q == 16'd9999", "t = 0"),
        (DEEP, "t ? 0 : q + 1", "q + 1"),
        (LOCK, "o <= 1", "o <= 0"),
        (LOCK, "8'h77 ? 4", "8'h78 ? 4"),
        (SUM.format("a + b"), "a + b", "a == 32'hdeadbeef ? 0 : a + b"),
        (SUM.format("a + b"), "a + b", "a == 32'hdeadbeef && b == 77 ? 0 : a + b"),
        (SUM.format("a + b"), "a + b", "a == 3735928559 ? 0 : a + b"),
        (SUM.format("a + b"), "a + b", "a == b ? 0 : a + b"),
        (SERIAL, "s == 20'hd1a7e", "0"),
        (SERIAL, "20'hd1a7e", "20'hd1a7f"),
        (TICK, "n == 12'd3000", "0"),
        (TICK, "n == 12'd3000", "n == 12'd3001"),
        (FAR, "t = q > 16'd30000", "t = 0"),
        (ALL.format(f"&{{{LINES}}}"), f"&{{{LINES}}}", "1'b0"),
        (ALL.format(BUT_ONE), BUT_ONE, "1'b0"),
        (SUM.format("a + b"), "a + b", DECOYS),
        (SUM.format("a + b"), "a + b", "&a[30:0] ? 0 : a + b"),
    ],
)
@pytest.mark.parametrize("seed", [7, 8])
def test_what_rarely_differs_is_found(reference: str, old: str, new: str, seed: int) -> None:
    assert old in reference
    verdict = run(reference, reference.replace(old, new), seed)
    assert verdict.failure_class is FailureClass.MISMATCH
    assert 0 <= verdict.score < 1


@pytest.mark.parametrize(
    ("name", "use", "low"),
    [
        ("resetb", "q <= resetb ? q + 8'd1 : 8'd0;", True),
        ("reset", "q <= reset ? q + 8'd1 : 8'd0;", True),
        ("reset", "q <= !reset ? q + 8'd1 : 8'd0;", False),
        ("rstb", "q <= rstb == 1'b0 ? 0 : q + 1;", True),
        ("clr", "q <= clr == 1'b1 ? 0 : q + 1;", False),
        ("clrb", "q <= clrb ? q + 1 : 0;", True),
        ("reset_l", "if (reset_l) q <= q + 1; else q <= 0;", True),
        ("presetn", "if (~presetn) q <= 0; else q <= q + 1;", True),
        ("rst", "if (rst) q <= q + 1; else q <= 0;", True),
        ("rst_n", "if (rst_n) q <= 0; else q <= q + 1;", False),
        ("rst_in", "q <= rst_in ? 0 : q + 1;", False),
        ("rst_n", "q <= (q + 1) & {8{rst_n}};", True),
        ("rst_in", "q <= (q + 1) & {8{~rst_in}};", False),
        ("nreset", "q <= (q + 1) & {8{nreset}};", True),
    ],
)
def test_the_level_of_a_reset_is_read_from_its_use_then_its_name(
    name: str, use: str, low: bool
) -> None:
    text = f"{HEAD.format(name)} always @(posedge clk) {use} endmodule"
    assert elaborate([Source("r.sv", text)], "c")[1].resets == (Reset(name, low),)
    half = text.replace("output reg [7:0] q", "output [7:0] q")
    half = half.replace(");", "); reg [3:0] n; assign q = n;", 1).replace("q <= ", "n <= ")
    half = half.replace("q + ", "n + ")
    assert run(text, half).failure_class is FailureClass.MISMATCH
    assert run(text, text).passed


def test_a_reset_that_one_process_only_waits_for_is_no_clock() -> None:
    text = """module c(input clk, input arstn, input d, output reg p, output reg q);
      always @(posedge clk or negedge arstn) if (!arstn) p <= 0; else p <= d;
      always @(posedge clk or negedge arstn) q <= d; endmodule"""
    roles = elaborate([Source("r.sv", text)], "c")[1]
    assert roles.clocks == ("clk",)
    assert roles.resets == (Reset("arstn", True, True),)


def test_a_reset_is_followed_into_an_instance() -> None:
    text = """module top(input clk, input resetb, output [7:0] q);
      wire r = ~resetb; core u(.clk(clk), .clear(r), .q(q)); endmodule
      module core(input clk, input clear, output reg [7:0] q);
      always @(posedge clk) q <= clear ? 0 : q + 1; endmodule"""
    assert elaborate([Source("r.sv", text)], "top")[1].resets == (Reset("resetb", True),)


def replaying(seed: int, folder: Path) -> str:
    """A design that counts clock edges and answers with what CODE answered under a seed."""
    wrong = CODE.replace("k == 8'h75", "k == 8'h74")
    wave = folder / "wave.vcd"
    assert run(CODE, wrong, seed, waveform=wave).failure_class is FailureClass.MISMATCH
    header = open_vcd(wave)
    found = {v.leaf: v for v in header.variables if v.leaf in ("clk", "hit_ref")}
    traces = read_traces(header, list(found.values())).traces
    clock, hit = traces[found["clk"].code], traces[found["hit_ref"].code]
    edges = [t for t, level in zip(clock.times, clock.values, strict=True) if level == "1"]
    bits = "0" + "".join(hit.at(t + 1) for t in edges)
    # The numbers of a candidate's text take part in the stimulus: it mentions those of the other.
    return f"""module c(input clk, input reset, input [7:0] k, output hit); localparam p = 8'h74;
      reg [0:{len(bits) - 1}] all = {len(bits)}'b{bits}; integer n = 0;
      always @(posedge clk) n <= n - ~0; assign hit = all[n]; endmodule"""


def test_a_replay_of_one_stimulus_fails_under_the_next(tmp_path: Path) -> None:
    design = replaying(5, tmp_path)
    assert run(CODE, design, 5).passed
    for _ in range(3):
        assert run(CODE, design).failure_class is FailureClass.MISMATCH


def test_every_run_has_a_seed_of_its_own_that_can_be_given_again() -> None:
    wrong = CODE.replace("8'h75", "8'h74")
    runs = [run(CODE, wrong) for _ in range(3)]
    seeds = [int(v.metrics["seed"]) for v in runs]
    assert len(set(seeds)) == 3
    again = [run(CODE, wrong, seed) for seed in seeds]
    assert [v.mismatches for v in again] == [v.mismatches for v in runs]
    assert f"seed {seeds[0]}" in runs[0].log


def test_a_seed_may_follow_from_the_text() -> None:
    spec = ReferenceSpec((Source("r.sv", CODE),), cycles=200)
    harness = ReferenceHarness(open_isolation(), reproducible=True)
    seeds = [
        harness.check(Problem("p", "", harness=spec), Candidate((Source("d.sv", text),)))
        for text in (CODE, CODE, f"{CODE} // other")
    ]
    first, same, other = (verdict.metrics["seed"] for verdict in seeds)
    assert first == same != other


def test_what_a_candidate_prints_does_not_count_as_seen() -> None:
    row = "Reference: q known 5 bits 8 moved 8 floated 0"
    prints = f'initial begin $display("{row}"); $display("\\n{row}\\n"); q = 1; end endmodule'
    text = f"{HEAD.format('en')} always @(posedge clk) if (en) q <= q + 1; endmodule"
    verdict = run(text, f"{HEAD.format('en')} {prints}")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    log = f"Reference: q known 0 bits 0 moved 0 floated 0\n--- printed besides ---\n{row}\n"
    assert read(log) == {"q": Seen(0, 0, 0, False)}


def test_two_runs_are_seen_as_one() -> None:
    first, second = {"q": Seen(3, 2, 0, True)}, {"q": Seen(4, 1, 1, False)}
    assert joined(first, second) == {"q": Seen(7, 2, 1, True)}
    assert joined(first, {}) == {"q": Seen(6, 2, 0, True)}


def test_the_bits_that_stood_still_in_both_runs_are_named() -> None:
    row = "Reference: q known 4 bits 8 moved {} floated 0 still {}\n"
    first, second = read(row.format(2, "e7")), read(row.format(4, "3d"))
    assert first["q"].still == 0xE7
    both = joined(first, second)
    assert both["q"].still == 0x25
    port = Port("q", Direction.OUTPUT, 8)
    assert remarks(both, [port], frozenset()) == [
        "4 of 8 bits of output 'q' never changed (5, 2, 0)"
    ]


@given(st.lists(st.integers(0, 2**16 - 1), min_size=2, max_size=40), st.integers(1, 16))
def test_values_fit_their_ports(numbers: list[int], width: int) -> None:
    text = " ".join(f"16'd{n};" for n in numbers)
    values = values_of([Source("r.sv", text)], [Source("c.sv", "8'h5a")], 1)
    for found in (values.named(width), values.walk(width), values.corners(width)):
        assert found
        assert all(0 <= value < 1 << width for value in found)
    assert values.walk(16) == (numbers if len(set(numbers)) > 1 else values.named(16))


def test_endless_texts_are_read_in_bounded_time() -> None:
    began = time.process_time()
    for text in ("1" * 200_000 + "z", "/*" * 100_000, "'" * 100_000, "1'b" * 50_000, "9" * 300_000):
        values_of([], [Source("c.sv", text)], 1)
    assert time.process_time() - began < 5


def test_a_candidates_numbers_are_drawn_by_lot() -> None:
    decoys = " ".join(f"32'd{n}" for n in range(1000, 2000))
    texts = [Source("c.sv", decoys)]
    drawn = {v for seed in range(40) for v in values_of([], texts, seed).named(32)}
    assert len(drawn) > 500
    assert len(values_of([], texts, 1).named(32)) <= 40


def test_a_reference_with_x_condemns_nobody_on_a_simulator_without_x() -> None:
    isolation = open_isolation()
    try:
        open_verilator(isolation)
    except ToolMissing as error:
        pytest.skip(str(error))
    text = "module c(input clk, d, output reg v, output [7:0] q); reg [7:0] n = 0;"
    text += " assign q = v ? n : 8'bx;"
    text += " always @(posedge clk) begin v <= d; n <= n + 1; end endmodule"
    harness = ReferenceHarness(isolation, simulator=SimulatorChoice.VERILATOR)
    for design in (text, text.replace("n + 1", "n + 2")):
        spec = ReferenceSpec((Source("r.sv", text),), seed=1)
        candidate = Candidate((Source("d.sv", design),))
        verdict = harness.check(Problem("p", "", harness=spec), candidate)
        assert verdict.outcome is Outcome.INCONCLUSIVE
        assert "differs from a copy of itself" in errors(verdict)[-1]
