"""The bundled suite's testbenches: what they must pass, and what they must not."""

from __future__ import annotations

import pytest

from gatewright.core import Candidate, FailureClass, Problem, Provenance, Source
from gatewright.eval.suites.starter import Starter
from gatewright.sandbox.mutants import Operator, mutants

SUITE = Starter()
DATASET = SUITE.load(None)
HARNESS = SUITE.harness("hardened")
RESET_KINDS = [
    (problem, mutant.source)
    for problem in DATASET.problems
    for mutant in mutants(SUITE.references(problem).sources[0], problem.top, most=None)
    if mutant.operator is Operator.RESET_KIND
]


def failure(problem: Problem, *sources: Source) -> FailureClass | None:
    return HARNESS.check(problem, Candidate(sources, Provenance.USER)).failure_class


@pytest.mark.parametrize(
    ("problem", "wrong"), RESET_KINDS, ids=[problem.id for problem, _ in RESET_KINDS]
)
def test_a_synchronous_reset_is_told_from_an_asynchronous_one(
    problem: Problem, wrong: Source
) -> None:
    assert failure(problem, wrong) is FailureClass.MISMATCH


def test_every_problem_with_a_reset_is_among_those() -> None:
    resettable = {p.id for p in DATASET.problems if "reset" in p.reference[0].text}
    assert {problem.id for problem, _ in RESET_KINDS} == resettable
    assert len(resettable) == 12


def test_a_reset_that_only_covers_the_outputs_is_no_asynchronous_one() -> None:
    (problem,) = (p for p in DATASET.problems if p.id == "fsm_diagram_async")
    (reference,) = SUITE.references(problem).sources
    text = reference.text.replace("posedge clk or posedge areset", "posedge clk")
    covered = text.replace("assign out = state", "assign out = state & ~areset")
    assert covered != text
    assert failure(problem, Source("covered.sv", covered)) is FailureClass.MISMATCH
