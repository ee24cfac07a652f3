"""Chisel of our own for VerilogEval's problems, on the published testbenches and by proof."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.core import (
    Candidate,
    Language,
    Outcome,
    Problem,
    ReferenceSpec,
    Source,
    ToolMissing,
)
from gatewright.eval.suites.chisel_eval import ChiselEval
from gatewright.sandbox.chisel.toolchain import open_toolchain
from gatewright.sandbox.harness.chisel import ChiselHarness
from gatewright.sandbox.harness.equivalence import ENTRY, EquivalenceHarness
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools.yosys import Yosys

DATA = os.environ.get("GATEWRIGHT_DATA", "")
SOLUTIONS = Path(__file__).parents[1] / "fixtures" / "chisel" / "solutions"
NAMES = sorted(path.stem for path in SOLUTIONS.glob("*.scala"))
# One of each way to hold a state, and of each reset; the proof of all is in docs/benchmarks.md.
PROVED = (
    "Prob016_m2014_q4j",
    "Prob046_dff8p",
    "Prob060_m2014_q4k",
    "Prob068_countbcd",
    "Prob088_ece241_2014_q5b",
    "Prob140_fsm_hdlc",
)

pytestmark = pytest.mark.skipif(not DATA, reason="GATEWRIGHT_DATA names no folder")


@pytest.fixture(scope="module")
def suite() -> ChiselEval:
    try:
        open_toolchain()
    except ToolMissing as error:
        pytest.skip(str(error))
    return ChiselEval()


@pytest.fixture(scope="module")
def problems(suite: ChiselEval) -> Mapping[str, Problem]:
    return {problem.id: problem for problem in suite.load(Path(DATA)).problems}


def solution(name: str) -> Candidate:
    text = (SOLUTIONS / f"{name}.scala").read_text()
    return Candidate((Source("TopModule.scala", text, Language.CHISEL),))


def test_there_are_solutions_for_every_class_of_problem() -> None:
    assert len(NAMES) >= 40


@pytest.mark.parametrize("name", NAMES)
def test_a_solution_passes_its_testbench(
    name: str, suite: ChiselEval, problems: Mapping[str, Problem]
) -> None:
    if name not in problems:
        pytest.skip("the problem is not in this copy of the data")
    verdict = suite.harness("hardened").check(problems[name], solution(name))
    assert verdict.passed, verdict


@pytest.mark.parametrize("name", PROVED)
def test_a_solution_is_proved_equal_to_the_reference(
    name: str, suite: ChiselEval, problems: Mapping[str, Problem]
) -> None:
    if name not in problems:
        pytest.skip("the problem is not in this copy of the data")
    isolation = open_isolation()
    problem = problems[name]
    golden = ReferenceSpec(suite.references(problem).sources, problem.top)
    with Yosys(isolation, ENTRY) as yosys:
        harness = ChiselHarness(isolation, EquivalenceHarness(isolation, yosys))
        verdict = harness.check(replace(problem, harness=golden), solution(name))
    assert verdict.outcome is Outcome.PASS, verdict
