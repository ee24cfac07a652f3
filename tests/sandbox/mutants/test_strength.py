from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from gatewright.core import (
    Candidate,
    FailureClass,
    Outcome,
    Problem,
    ReferenceSpec,
    Source,
    TestbenchSpec,
    Verdict,
)
from gatewright.sandbox.harness.reference import ReferenceHarness
from gatewright.sandbox.harness.testbench import TestbenchHarness
from gatewright.sandbox.isolation import Isolation, open_isolation
from gatewright.sandbox.mutants import Bench, Fate, Measure
from gatewright.sandbox.mutants.probes import inverted, outputs_of, without_initial_values
from gatewright.sandbox.mutants.strength import fate_of

REFERENCE = Source(
    "counter.sv",
    """\
module counter(input clk, input rst, output reg [1:0] q = 0, output wrap);
  always @(posedge clk) if (rst) q <= 0; else q <= q + 1;
  assign wrap = q == 3;
endmodule
""",
)
DRIVE = """\
  reg clk = 0, rst = 1;
  wire [1:0] q; wire wrap;
  reg [1:0] want = 0;
  integer errors = 0, samples = 0;
  counter dut(.clk(clk), .rst(rst), .q(q), .wrap(wrap));
  always #5 clk = ~clk;
  always @(posedge clk) if (rst) want <= 0; else want <= want + 1;
"""
END = (
    '    $display("Mismatches: %0d in %0d samples", errors, samples); $finish;\n  end\nendmodule\n'
)


def _bench(check: str, steps: int = 40) -> Source:
    return Source(
        "tb.sv",
        f"module tb;\n{DRIVE}  initial begin\n    repeat ({steps}) begin @(negedge clk);\n"
        f"      samples = samples + 1; if ({check}) errors = errors + 1;\n"
        f"      rst = samples % 13 == 0; end\n{END}",
    )


@pytest.fixture(scope="module")
def isolation() -> Iterator[Isolation]:
    yield open_isolation()


def _subject(isolation: Isolation, bench: Source) -> Bench:
    problem = Problem(
        "counter", "", top="counter", harness=TestbenchSpec((bench,)), reference=(REFERENCE,)
    )
    zeros = "module counter(input clk, input rst, output [1:0] q, output wrap);\n"
    stub = Candidate((Source("stub.sv", zeros + "assign q = 0; assign wrap = 0;\nendmodule"),))
    harness = TestbenchHarness(isolation)
    return Bench(problem, harness, Candidate((REFERENCE,)), "counter", (("zeros", stub),))


def test_a_thorough_testbench_kills_what_differs(isolation: Isolation) -> None:
    comparison = ReferenceHarness(isolation)
    done = []
    measure = Measure(comparison=comparison, each=done.append)
    found = measure.of(_subject(isolation, _bench("{q, wrap} !== {want, want == 2'd3}")))
    assert found.sound
    assert found.checks == 40
    assert found.masked == 0
    assert (found.unwatched, found.blind_to) == ((), ())
    assert found.score is not None
    assert found.score > 0.8
    assert len(done) == len(found.trials) > 15
    assert found.count(Fate.KILLED) + len(found.survivors) == len(found.trials)


def test_an_output_that_nobody_looks_at_is_named(isolation: Isolation) -> None:
    measure = Measure(comparison=ReferenceHarness(isolation), most=None)
    found = measure.of(_subject(isolation, _bench("q !== want")))
    assert found.unwatched == ("wrap",)
    missed = [t.mutant for t in found.survivors if t.fate is Fate.DIFFERENT]
    assert {m.line for m in missed} >= {3}
    assert found.score is not None
    thorough = measure.of(_subject(isolation, _bench("{q, wrap} !== {want, want == 2'd3}")))
    assert thorough.score is not None
    assert found.score < thorough.score


def test_samples_without_a_known_expectation_are_masked(isolation: Isolation) -> None:
    # The expected value is x but for one sample in four, and x matches anything.
    expected = "(samples % 4 == 0 ? {want, want == 2'd3} : 3'bx)"
    check = f"{expected} !== ({expected} ^ {{q, wrap}} ^ {expected})"
    found = Measure(most=0).of(_subject(isolation, _bench(check)))
    assert found.masked == pytest.approx(0.75)
    assert found.score is None


def test_a_power_up_value_that_is_asked_for_is_seen(isolation: Isolation) -> None:
    from_reset = _bench("samples > 1 && {q, wrap} !== {want, want == 2'd3}")
    assert Measure(most=0).of(_subject(isolation, from_reset)).power_up is False
    at_once = replace(
        from_reset,
        text=from_reset.text.replace("rst = 1;", "rst = 0;").replace("samples > 1 && ", ""),
    )
    assert Measure(most=0).of(_subject(isolation, at_once)).power_up is True


def test_a_testbench_that_checks_nothing_has_no_strength(isolation: Isolation) -> None:
    found = Measure(most=10).of(_subject(isolation, _bench("1'b0")))
    assert found.blind_to == ("zeros",)
    assert found.unwatched == ("q", "wrap")
    assert found.masked == 1
    assert found.score == 0


def test_a_reference_that_fails_is_not_measured_further(isolation: Isolation) -> None:
    found = Measure().of(_subject(isolation, _bench("q === want")))
    assert not found.sound
    assert found.trials == ()
    assert found.score is None


class _Proof:
    """Proves everything equivalent but the mutants in which `word` stands."""

    rules = "proof"

    def __init__(self, word: str) -> None:
        self.word = word

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        assert isinstance(problem.harness, ReferenceSpec)
        assert problem.harness.reference == (REFERENCE,)
        if self.word in candidate.text:
            return Verdict(Outcome.FAIL, FailureClass.NONEQUIVALENT)
        return Verdict(Outcome.PASS)


def test_proofs_sort_the_survivors(isolation: Isolation) -> None:
    subject = _subject(isolation, _bench("q !== want"))
    plain = Measure(most=None).of(subject)
    kept = Measure(most=None, equivalence=_Proof("q == 2")).of(subject)
    assert plain.count(Fate.EQUIVALENT) == 0
    assert kept.count(Fate.SURVIVED) == 0
    assert [t.mutant.after for t in kept.survivors] == ["2"]
    assert kept.count(Fate.EQUIVALENT) == plain.count(Fate.SURVIVED) - 1
    assert kept.score is not None
    assert plain.score is not None
    assert kept.score > plain.score


@pytest.mark.parametrize(
    ("verdict", "fate"),
    [
        (Verdict(Outcome.PASS), Fate.SURVIVED),
        (Verdict(Outcome.INCONCLUSIVE, FailureClass.NO_CHECKS), Fate.SURVIVED),
        (Verdict(Outcome.FAIL, FailureClass.MISMATCH), Fate.KILLED),
        (Verdict(Outcome.FAIL, FailureClass.TIMEOUT), Fate.KILLED),
        (Verdict(Outcome.FAIL, FailureClass.ELABORATION), Fate.STILLBORN),
        (Verdict(Outcome.FAIL, FailureClass.UNSAFE), Fate.STILLBORN),
    ],
)
def test_fates(verdict: Verdict, fate: Fate) -> None:
    assert fate_of(verdict) is fate


def test_inverted_outputs() -> None:
    assert outputs_of([REFERENCE], "counter") == ("q", "wrap")
    turned = inverted(Candidate((REFERENCE,)), "counter", ("wrap",))
    assert turned is not None
    assert "assign wrap = ~gw_wrap;" in turned.text
    assert "~gw_q" not in turned.text
    assert inverted(Candidate((REFERENCE,)), "other", ("wrap",)) is None


def test_initial_values_are_taken_out() -> None:
    text = (
        "module m(input clk, output reg q = 1'b1);\n  reg [3:0] a = 4'd3, b;\n"
        '  wire w = a[0];\n  initial b = 2;\n  initial $readmemh("x", mem);\nendmodule\n'
    )
    bare = without_initial_values(Source("m.sv", text))
    assert bare is not None
    assert "output reg q )" in bare.text
    assert "reg [3:0] a , b;" in bare.text
    assert "wire w = a[0];" in bare.text
    assert "b = 2" not in bare.text
    assert "$readmemh" in bare.text
    assert without_initial_values(Source("n.sv", "module n(input a, output b);endmodule")) is None
