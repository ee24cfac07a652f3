from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gatewright.core import Candidate, FailureClass, Outcome, Problem, Source, Verdict
from gatewright.sandbox.harness import testbench_design
from gatewright.sandbox.harness.testbench import TestbenchHarness

ATTACKS = Path(__file__).parents[2] / "fixtures" / "attacks"
HOSTILE = sorted((ATTACKS / "hostile").glob("*.sv"))
HONEST = sorted((ATTACKS / "honest").glob("*.sv"))
CANARIES = (Path("/tmp/gatewright_canary"), Path("/tmp/gatewright_canary.vcd"))


def checked(
    harness: TestbenchHarness, problem: Problem, files: Sequence[Path]
) -> dict[str, Verdict]:
    def one(path: Path) -> Verdict:
        text = path.read_bytes().decode("utf-8", "replace")
        return harness.check(problem, Candidate((Source(path.name, text),)))

    with ThreadPoolExecutor(2) as pool:
        return dict(zip((f.stem for f in files), pool.map(one, files), strict=True))


def passed(verdicts: dict[str, Verdict]) -> list[str]:
    return [name for name, verdict in verdicts.items() if verdict.passed]


def test_there_are_enough_of_them() -> None:
    assert len(HOSTILE) >= 180
    assert len(HONEST) >= 40


def test_nothing_hostile_passes(harness: TestbenchHarness, counted: Problem) -> None:
    verdicts = checked(harness, counted, HOSTILE)
    assert passed(verdicts) == []
    assert all(v.outcome is Outcome.FAIL and v.failure_class for v in verdicts.values())
    assert all(v.diagnostics or v.failure_class is FailureClass.MISMATCH for v in verdicts.values())
    assert not any(path.exists() for path in CANARIES)


@pytest.mark.parametrize("name", ["plain", "silent"])
def test_nothing_hostile_passes_a_testbench_without_reference(
    name: str, harness: TestbenchHarness, request: pytest.FixtureRequest
) -> None:
    verdicts = checked(harness, request.getfixturevalue(name), [f for f in HOSTILE if _worth(f)])
    assert passed(verdicts) == []


def _worth(path: Path) -> bool:
    """Attacks that depend on how a testbench is written, and cost little."""
    kinds = ("finish", "verdict", "severity", "input", "output", "clock", "macro_n", "empty")
    return path.stem.startswith(kinds)


def test_everything_honest_passes(harness: TestbenchHarness, counted: Problem) -> None:
    verdicts = checked(harness, counted, HONEST)
    assert passed(verdicts) == [f.stem for f in HONEST]
    assert {v.checks for v in verdicts.values()} == {388}


@pytest.mark.parametrize("name", ["plain", "silent"])
def test_everything_honest_passes_elsewhere(
    name: str, harness: TestbenchHarness, request: pytest.FixtureRequest
) -> None:
    verdicts = checked(harness, request.getfixturevalue(name), HONEST)
    assert passed(verdicts) == [f.stem for f in HONEST]


def test_names_the_line_it_refuses(harness: TestbenchHarness, counted: Problem) -> None:
    (verdict,) = checked(harness, counted, [ATTACKS / "hostile" / "finish_at_start.sv"]).values()
    assert verdict.failure_class is FailureClass.UNSAFE
    assert str(verdict.diagnostics[0]).startswith("finish_at_start.sv:12:11: error: $finish")


def test_holds_without_the_gate(
    harness: TestbenchHarness, counted: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(testbench_design, "check", lambda *_: ())
    gated = [f for f in HOSTILE if f.stem.startswith(("finish", "verdict", "output", "errors"))]
    verdicts = checked(harness, counted, gated)
    assert passed(verdicts) == []
    assert FailureClass.UNSAFE not in {v.failure_class for v in verdicts.values()}
