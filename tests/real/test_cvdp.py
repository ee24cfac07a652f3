from __future__ import annotations

import os
from pathlib import Path

import pytest

from gatewright.core import Candidate, DataError, Problem, Source
from gatewright.datasets.pins import pin_of
from gatewright.eval.suites.cvdp import Cvdp
from gatewright.sandbox.isolation import Level, probe

DATA = Path(os.environ.get("GATEWRIGHT_DATA", "")) / "cvdp"
needs_data = pytest.mark.skipif(
    "GATEWRIGHT_DATA" not in os.environ or not DATA.is_dir(),
    reason="GATEWRIGHT_DATA names no folder with cvdp in it",
)
needs_bwrap = pytest.mark.skipif(
    not probe().offer(Level.BWRAP).available, reason="no bwrap here, which graders need"
)
pytestmark = [needs_data, needs_bwrap]
RUNNABLE = ("cvdp_agentic_fixed_arbiter_0001", "cvdp_copilot_lfsr_0001")


@pytest.fixture(scope="module")
def suite() -> Cvdp:
    return Cvdp()


@pytest.fixture(scope="module")
def problems(suite: Cvdp) -> dict[str, Problem]:
    return {problem.id: problem for problem in suite.load(DATA).problems}


def test_the_published_examples_are_the_pinned_version(suite: Cvdp) -> None:
    pin, dataset = pin_of(suite.name), suite.load(DATA)
    assert pin is not None
    assert (len(dataset.problems), dataset.sha256) == (pin.problems, pin.sha256)


def test_what_can_be_run_is_told_from_what_cannot(suite: Cvdp) -> None:
    dataset = suite.load(DATA)
    assert tuple(problem.id for problem in dataset.problems) == RUNNABLE
    assert dataset.left_out == {
        "cvdp_agentic_8x3_priority_encoder_0003": "cid014: needs a commercial simulator",
        "cvdp_copilot_barrel_shifter_0031": "cid010: is scored by a language model",
        "cvdp_copilot_gf_multiplier_0039": "cid012: needs a commercial simulator",
    }


def test_a_file_without_solutions_says_so(suite: Cvdp) -> None:
    file = DATA / "cvdp_v1.1.0_example_nonagentic_code_generation_no_commercial.jsonl"
    (problem,) = suite.load(file).problems
    with pytest.raises(DataError, match="no solution"):
        suite.references(problem)


@pytest.mark.parametrize("rules", Cvdp.rule_sets)
@pytest.mark.parametrize("name", RUNNABLE)
def test_solutions_pass_and_empty_designs_fail(
    suite: Cvdp, problems: dict[str, Problem], name: str, rules: str
) -> None:
    problem = problems[name]
    harness = suite.harness(rules)
    golden = harness.check(problem, suite.references(problem))
    assert golden.passed, golden.log
    assert golden.code == "exit 0"
    assert golden.metrics["assertions"] >= golden.checks > 0
    ports = suite.references(problem).text.partition(");")[0]
    hollow = harness.check(problem, Candidate((Source("x.sv", f"{ports});\nendmodule\n"),)))
    assert (hollow.outcome, hollow.code) == ("fail", "exit 1")
