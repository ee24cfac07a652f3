from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import (
    Candidate,
    CocotbSpec,
    FailureClass,
    Language,
    Outcome,
    Problem,
    Source,
    Verdict,
)
from gatewright.sandbox.harness import cocotb_blind
from gatewright.sandbox.harness.cocotb import CocotbHarness
from gatewright.sandbox.isolation import Level, open_isolation, probe
from gatewright.sandbox.tools.wave import read_waves

# As cocotb's own examples have it: tests and runner in one file, sources beside or above it.
TESTS = """import os
from pathlib import Path

import cocotb
from cocotb.triggers import Timer
from cocotb_tools.runner import get_runner


@cocotb.test()
async def adds(dut):
    for a, b in ((1, 2), (7, 9), (15, 15)):
        dut.A.value = a
        dut.B.value = b
        await Timer(2, unit="ns")
        assert int(dut.X.value) == a + b, f"{a} + {b}"


@cocotb.test()
async def adds_nothing(dut):
    dut.A.value = 0
    dut.B.value = 0
    await Timer(2, unit="ns")
    assert int(dut.X.value) == 0


def test_adder_runner():
    sim = os.getenv("SIM", "icarus")
    project = Path(__file__).resolve().parent.parent
    runner = get_runner(sim)
    runner.build(
        sources=[project / "hdl" / "adder.sv"],
        hdl_toplevel="adder",
        always=True,
        parameters={PARAMETERS},
    )
    runner.test(hdl_toplevel="adder", test_module="test_adder", waves=True)


if __name__ == "__main__":
    test_adder_runner()
"""
ADDER = """module adder #(parameter W = 4) (
  input  logic [W-1:0] A, B,
  output logic [W:0] X
);
  assign X = A + B;
endmodule
"""


@pytest.fixture(autouse=True)
def nothing_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cocotb_blind, "folder", lambda: tmp_path / "known")


def check(design: str, tests: str, harness: CocotbHarness | None = None) -> Verdict:
    spec = CocotbSpec((Source("test_adder.py", tests, Language.PYTHON),))
    harness = harness or CocotbHarness(open_isolation())
    return harness.check(Problem("p", "", harness=spec), Candidate((Source("mine.sv", design),)))


def text_of(parameters: str = "{}") -> str:
    return TESTS.replace("{PARAMETERS}", parameters)


def test_a_users_runner_builds_the_candidate() -> None:
    verdict = check(ADDER, text_of())
    assert verdict.passed, verdict.log
    assert [(t.name, t.outcome) for t in verdict.tests] == [
        ("test_adder.adds", Outcome.PASS),
        ("test_adder.adds_nothing", Outcome.PASS),
    ]
    assert (verdict.checks, verdict.mismatches, verdict.metrics["assertions"]) == (2, 0, 4.0)


def test_a_wrong_design_fails_with_its_values_and_waveform(tmp_path: Path) -> None:
    harness = CocotbHarness(open_isolation(), waveform=tmp_path / "wave.vcd")
    verdict = check(ADDER.replace("A + B", "A - B"), text_of(), harness)
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.MISMATCH)
    failed, passed = verdict.tests
    assert "1 + 2" in failed.message
    assert "test_adder.py:15: assert int(dut.X.value) == a + b" in failed.message
    assert "left is" in failed.message
    assert passed.outcome is Outcome.PASS
    assert verdict.waveform == str(tmp_path / "wave.vcd")
    assert {w.name for w in read_waves(tmp_path / "wave.vcd", ["X"]).waves} == {"X"}


def test_parameters_of_the_build_reach_the_design() -> None:
    tests = text_of("{'W': 8}").replace("(15, 15)", "(200, 100)")
    assert check(ADDER, tests).passed
    assert not check(ADDER, text_of().replace("(15, 15)", "(200, 100)")).passed


@pytest.mark.parametrize(
    ("design", "failure"),
    [
        ("module adder(input A, B, output X); assign X = ; endmodule", FailureClass.SYNTAX),
        (ADDER.replace("A + B", "A + nothing"), FailureClass.ELABORATION),
        (ADDER.replace("endmodule", "initial $finish;\nendmodule"), FailureClass.UNSAFE),
        (
            ADDER.replace("endmodule", 'integer f = $fopen("sim_build/x.xml");\nendmodule'),
            FailureClass.UNSAFE,
        ),
        (ADDER.replace(" X", " Y").replace("X =", "Y ="), FailureClass.INTERFACE),
    ],
)
def test_what_a_candidate_is_refused_for(design: str, failure: FailureClass) -> None:
    verdict = check(design, text_of())
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, failure)


def test_an_error_is_shown_at_its_place_in_the_users_file() -> None:
    verdict = check(ADDER.replace("A + B", "A + nothing"), text_of())
    assert next((d.file, d.line) for d in verdict.diagnostics) == ("mine.sv", 5)


def test_a_design_cannot_set_its_own_inputs() -> None:
    """Driven by its own top, the tests would read back what it says."""
    hostile = """module adder(input [3:0] A, B, output [4:0] X);
      assign A = 0; assign B = 0; assign X = 0;
    endmodule"""
    tests = text_of().replace("== a + b", "== int(dut.A.value) + int(dut.B.value)")
    assert check(ADDER, tests).passed
    assert check(hostile, tests).outcome is Outcome.FAIL


def test_tests_that_check_nothing_do_not_pass() -> None:
    tests = text_of().replace("== a + b", ">= 0").replace("== 0", ">= 0")
    verdict = check(ADDER, tests)
    assert (verdict.outcome, verdict.failure_class) == (
        Outcome.INCONCLUSIVE,
        FailureClass.NO_CHECKS,
    )


def test_a_runner_started_by_its_own_file() -> None:
    tests = text_of().replace("test_adder_runner", "main")
    assert check(ADDER, tests).passed
    assert check(ADDER.replace("A + B", "A"), tests).failure_class is FailureClass.MISMATCH


def test_each_of_several_simulations_is_told_apart() -> None:
    tests = text_of("{'W': width}").replace(
        "def test_adder_runner():",
        '@__import__("pytest").mark.parametrize("width", [4, 6])\ndef test_adder_runner(width):',
    )
    verdict = check(ADDER, tests)
    assert verdict.passed, verdict.log
    names = [result.name for result in verdict.tests]
    assert names[0] == "test_adder_runner[4]: test_adder.adds"
    assert len(set(names)) == verdict.checks == 4


def test_another_simulator_is_spoken_of() -> None:
    tests = text_of().replace("get_runner(sim)", 'get_runner("verilator")')
    verdict = check(ADDER, tests)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "verilator" in verdict.diagnostics[0].message


def test_a_file_that_does_not_load_is_at_fault_itself() -> None:
    verdict = check(ADDER, "import absent_package\n" + text_of())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "absent_package" in verdict.diagnostics[0].message


@pytest.mark.skipif(not probe().offer(Level.LANDLOCK).available, reason="no Landlock here")
def test_it_needs_no_file_system_of_its_own() -> None:
    harness = CocotbHarness(open_isolation(Level.LANDLOCK))
    assert check(ADDER, text_of(), harness).passed
