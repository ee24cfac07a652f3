"""VerilogEval on real data: references, and real answers with recorded verdicts."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gatewright.core import Candidate, Problem, Source, Verdict
from gatewright.eval.executors.local import LocalExecutor
from gatewright.eval.suites.verilogeval import VerilogEval, code_complete, spec_to_rtl
from gatewright.eval.suites.verilogeval_errata import known_faults
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools.icarus import open_icarus

DATA = os.environ.get("GATEWRIGHT_DATA", "")
THOROUGH = bool(os.environ.get("GATEWRIGHT_THOROUGH"))
NAMES = ("verilogeval", "verilogeval-complete")
SLOW_S = 1.0
PART = 8  # of the recorded answers, one in so many is checked when not thorough

pytestmark = pytest.mark.skipif(
    not DATA, reason="GATEWRIGHT_DATA names no folder with verilog-eval/ and samples/"
)


@pytest.fixture(scope="module")
def suites() -> Mapping[str, VerilogEval]:
    """One of each for all tests, so that rule sets share the runs they may share."""
    return {"verilogeval": spec_to_rtl(), "verilogeval-complete": code_complete()}


@pytest.fixture(params=NAMES)
def suite(request: pytest.FixtureRequest, suites: Mapping[str, VerilogEval]) -> VerilogEval:
    return suites[request.param]


@dataclass(frozen=True)
class Recorded:
    """A real answer and the verdicts on record."""

    problem: Problem
    code: str
    row: Mapping[str, Any]

    @property
    def candidate(self) -> Candidate:
        return Candidate((Source("TopModule.sv", self.code),))


def wanted(suite: VerilogEval) -> Sequence[Problem]:
    """The problems whose references are checked: the second task repeats the first's slow ones."""
    problems = suite.load(Path(DATA)).problems
    return [
        p for p in problems if THOROUGH or suite.name == "verilogeval" or suite.cost(p) < SLOW_S
    ]


def recorded(suite: VerilogEval) -> tuple[str, list[Recorded]]:
    problems = {problem.id: problem for problem in suite.load(Path(DATA)).problems}
    file = Path(DATA) / "samples" / f"dataset_{suite.task.value}.jsonl"
    header, *rows = map(json.loads, file.read_text().splitlines())
    answers = [Recorded(problems[row["problem"]], row["code"], row) for row in rows]
    return header["simulator"], [each for each in answers if THOROUGH or sampled(suite, each)]


def sampled(suite: VerilogEval, answer: Recorded) -> bool:
    quick = suite.cost(answer.problem) < SLOW_S
    return quick and zlib.crc32(answer.code.encode()) % PART == 0


def check_all(
    suite: VerilogEval, rules: str, tasks: Sequence[tuple[Problem, Candidate]]
) -> list[tuple[Problem, Candidate, Verdict]]:
    harness = suite.harness(rules)
    ordered = sorted(tasks, key=lambda task: -suite.cost(task[0]))
    return list(LocalExecutor(2).map(lambda t: (t[0], t[1], harness.check(t[0], t[1])), ordered))


@pytest.mark.parametrize("rules", ["official", "errata", "hardened"])
def test_references_fail_where_the_dataset_is_known_to_be_at_fault(
    suite: VerilogEval, rules: str
) -> None:
    problems = wanted(suite)
    checked = check_all(suite, rules, [(p, suite.references(p)) for p in problems])
    failed = {problem.id for problem, _, verdict in checked if not verdict.passed}
    known = suite.known_faults(rules) if rules == "official" else {}
    assert failed == set(known) & {problem.id for problem in problems}
    assert len(problems) >= 70


def test_the_known_faults_are_the_published_ones() -> None:
    assert {name[4:7] for name in known_faults("verilogeval", 11)} == {
        "082", "099", "141", "151", "156",
    }  # fmt: skip
    assert {name[4:7] for name in known_faults("verilogeval", 12)} == {"082", "099", "141", "156"}
    assert len(known_faults("verilogeval-complete", 11)) == 4


@pytest.mark.parametrize("rules", ["official", "errata"])
def test_real_answers_score_as_recorded(suite: VerilogEval, rules: str) -> None:
    simulator, answers = recorded(suite)
    version = open_icarus(open_isolation()).version
    if f"version {version} " not in simulator:
        pytest.skip(f"verdicts were recorded with {simulator}, this is Icarus {version}")
    by_hash = {each.candidate.sha256 + each.problem.id: each for each in answers}
    checked = check_all(suite, rules, [(each.problem, each.candidate) for each in by_hash.values()])
    differing = [
        (problem.id, outcome(verdict), by_hash[candidate.sha256 + problem.id].row[rules])
        for problem, candidate, verdict in checked
        if outcome(verdict) != by_hash[candidate.sha256 + problem.id].row[rules]
    ]
    assert differing == []
    assert len(checked) >= 25


def outcome(verdict: Verdict) -> dict[str, Any]:
    """The verdict in the record's terms."""
    return {
        "compiles": verdict.mismatches is not None,
        "passes": verdict.passed,
        "mismatches": verdict.mismatches,
        "samples": verdict.checks or None,
    }


def test_hardened_differs_from_the_record_only_where_explained(suite: VerilogEval) -> None:
    _, answers = recorded(suite)
    tasks = [(each.problem, each.candidate) for each in answers]
    expected = {
        (each.problem.id, each.candidate.sha256): each.row["errata"]["passes"] for each in answers
    }
    differing = [
        (problem.id, verdict.failure_class)
        for problem, candidate, verdict in check_all(suite, "hardened", tasks)
        if verdict.passed != expected[problem.id, candidate.sha256]
    ]
    assert differing == []
