"""What a proof cannot decide or must not claim."""

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
)
from gatewright.sandbox.harness.equivalence import ENTRY, EquivalenceHarness
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools.yosys import Budget, Yosys

from .equivalent import COUNTER, checked, provers_alone


@pytest.fixture(scope="module")
def harness() -> Iterator[EquivalenceHarness]:
    isolation = open_isolation()
    with Yosys(isolation, ENTRY) as yosys:
        yield EquivalenceHarness(isolation, yosys)


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
    verdict = provers_alone(harness, reference, design)
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
