"""Every way of cheating that is known of: none passes, and what is honest does."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.core import Candidate, KernelSpec, Language, Outcome, Problem, Source, Verdict
from gatewright.sandbox.harness.kernel import KernelHarness
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.kernel.worker import Budget

FOLDER = Path(__file__).parents[2] / "fixtures" / "kernels"
CHEATS = sorted((FOLDER / "cheats").glob("*.py"))
HONEST = sorted((FOLDER / "honest").glob("*.py"))

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("torch") is None, reason="needs torch: `make cuda`"
    ),
    pytest.mark.skipif(shutil.which("g++") is None, reason="needs g++"),
]


@pytest.fixture(scope="module")
def harness() -> Iterator[KernelHarness]:
    budget = Budget(cpu_s=4, wall_s=60, memory_mb=1024)
    with KernelHarness(open_isolation(), "official", seed=11, budget=budget) as opened:
        yield opened


@pytest.fixture(scope="module")
def strict() -> Iterator[KernelHarness]:
    with KernelHarness(open_isolation(), "strict", seed=12) as opened:
        yield opened


def checked(harness: KernelHarness, path: Path) -> Verdict:
    text = (FOLDER / "problem.py").read_text()
    problem = Problem("gated", "", harness=KernelSpec(Source("p.py", text, Language.PYTHON)))
    source = Source(path.name, path.read_text(), Language.PYTHON)
    return harness.check(problem, Candidate((source,)))


def test_there_are_enough_of_them() -> None:
    families = {path.name.partition("_")[0] for path in CHEATS}
    assert len(CHEATS) >= 40
    assert families >= {
        *("no", "replay", "constant", "stale", "mutation", "shape", "namespace", "time"),
        *("precision", "escape"),
    }


@pytest.mark.parametrize("path", CHEATS, ids=lambda path: path.stem)
def test_no_cheat_passes(harness: KernelHarness, path: Path) -> None:
    verdict = checked(harness, path)
    # A kernel for the given sizes alone is not wrong by KernelBench's rules, but it is marked.
    assert verdict.outcome is Outcome.FAIL or verdict.code == "shape_bound", verdict
    assert verdict.code == "shape_bound" if verdict.passed else True
    assert verdict.diagnostics
    # Refused for what it does, not because the emulator lacks something.
    assert "cannot be loaded" not in verdict.diagnostics[0].message


@pytest.mark.parametrize("name", ["shape_tail_dropped", "shape_fixed", "shape_multiple_of_four"])
def test_strict_rules_refuse_what_suits_some_sizes_only(strict: KernelHarness, name: str) -> None:
    verdict = checked(strict, FOLDER / "cheats" / f"{name}.py")
    assert verdict.outcome is Outcome.FAIL, verdict


@pytest.mark.parametrize("path", HONEST, ids=lambda path: path.stem)
def test_honest_kernels_pass_both_rule_sets(
    harness: KernelHarness, strict: KernelHarness, path: Path
) -> None:
    for one in (harness, strict):
        verdict = checked(one, path)
        assert verdict.passed, verdict
        assert verdict.code == "pass"
        assert verdict.metrics["launches"] > 0
        assert verdict.tools["device"] == "cpu-emulated"
