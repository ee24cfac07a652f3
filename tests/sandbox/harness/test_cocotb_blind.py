from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.core import (
    Candidate,
    CocotbSpec,
    FailureClass,
    Interface,
    Language,
    Problem,
    Source,
    Verdict,
)
from gatewright.sandbox.harness import cocotb_blind
from gatewright.sandbox.harness.cocotb import CocotbHarness
from gatewright.sandbox.isolation import open_isolation

WIRE = "module w(input a, output y); assign y = a; endmodule"
TEST = """import cocotb
from cocotb.triggers import Timer

@cocotb.test()
async def {0}(dut):
    dut.a.value = 1
    await Timer(1, "ns")
    assert {1}
"""


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cocotb_blind, "folder", lambda: tmp_path / "kept")
    monkeypatch.setattr(cocotb_blind, "_known", {})
    return tmp_path / "kept"


def check(name: str, assertion: str) -> Verdict:
    tests = (Source("test_w.py", TEST.format(name, assertion), Language.PYTHON),)
    problem = Problem("p", "", harness=CocotbSpec(tests))
    return CocotbHarness(open_isolation()).check(problem, Candidate((Source("w.sv", WIRE),)))


def test_what_was_found_out_once_is_not_found_out_again(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = check("sees", "dut.y.value == 1")
    assert first.passed
    assert [file.read_text() for file in kept.iterdir()] == ["sees"]
    monkeypatch.setattr(cocotb_blind, "_known", {})
    again = check("sees", "dut.y.value == 1")
    assert again.passed
    assert again.cpu_s < 0.8 * first.cpu_s


def test_blind_tests_stay_blind(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        verdict = check("blind", "dut.y.value in (0, 1)")
        assert verdict.failure_class is FailureClass.NO_CHECKS
        assert [file.read_text() for file in kept.iterdir()] == ["blind"]
        monkeypatch.setattr(cocotb_blind, "_known", {})


def test_other_tests_have_another_key() -> None:
    spec = CocotbSpec((Source("test_a.py", "x"),))
    other = replace(spec, tests=(Source("test_a.py", "y"),))
    ports = Interface("w", ())
    keys = {
        cocotb_blind.key_of(spec, ports, "11.0"),
        cocotb_blind.key_of(other, ports, "11.0"),
        cocotb_blind.key_of(spec, ports, "12.0"),
        cocotb_blind.key_of(spec, Interface("v", ()), "11.0"),
    }
    assert len(keys) == 4


def test_a_damaged_note_is_no_answer(kept: Path) -> None:
    kept.mkdir()
    (kept / "k").write_text("perhaps")
    assert cocotb_blind.recall("k") is None
