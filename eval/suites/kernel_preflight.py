"""A kernel suite's preflight: do its references run here, and what passes without computing?"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.core import Problem, Provenance, Verdict
from gatewright.eval.executors.base import Executor
from gatewright.eval.preflight import (
    Floor,
    PreflightResult,
    Progress,
    Refused,
    RulePreflight,
    Weak,
    faults_of,
)
from gatewright.eval.probes import Probe
from gatewright.eval.request import chosen_problems, chosen_rules
from gatewright.eval.suites.kernel_weak import weak_probes
from gatewright.sandbox.kernel.weak import PROBES, Weakness

if TYPE_CHECKING:
    from gatewright.eval.suites.kernel_suite import KernelSuite


@dataclass(frozen=True, slots=True)
class _Tried:
    problem: Problem
    verdict: Verdict
    weakness: Weakness | None


def kernel_preflight(
    suite: KernelSuite,
    data: Path | None,
    rules: Sequence[str],
    problems: str,
    executor: Executor,
    progress: Progress,
) -> PreflightResult:
    """Run every reference once, and weigh every problem.

    The reference's run does not depend on the rule set; what counts as weak does.
    """
    started = time.monotonic()
    dataset = suite.load(data)
    chosen = chosen_problems(suite, dataset, problems)
    names = chosen_rules(suite, rules)
    harness = suite.harness(names[0])

    def one(problem: Problem) -> _Tried:
        golden = suite.references(problem)
        assert golden.provenance is Provenance.REFERENCE
        return _Tried(problem, harness.check(problem, golden), suite.weighing.of(problem))

    found: dict[str, _Tried] = {}
    for tried in executor.map(one, chosen):
        found[tried.problem.id] = tried
        progress(len(found), len(chosen))
    ordered = [found[problem.id] for problem in chosen]
    return PreflightResult(
        suite=suite.name,
        dataset_sha256=dataset.sha256,
        problems=len(chosen),
        rules=tuple(
            _of_rules(name, suite.checked_by[name], ordered, len(dataset.problems))
            for name in names
        ),
        unprobed=tuple(tried.problem.id for tried in ordered if tried.weakness is None),
        constants=(),
        tools=_tools(ordered),
        cpu_s=round(sum(t.verdict.cpu_s + _cpu_s(t.weakness) for t in ordered), 3),
        wall_s=round(time.monotonic() - started, 3),
        left_out=dataset.left_out,
        filtered={
            tried.problem.id: tried.weakness.filters
            for tried in ordered
            if tried.weakness and tried.weakness.filters
        },
    )


def _of_rules(rules: str, checked_by: str, tried: Sequence[_Tried], problems: int) -> RulePreflight:
    passing: Mapping[str, tuple[str, ...]] = {
        one.problem.id: weak_probes(one.weakness, checked_by) for one in tried if one.weakness
    }
    refused = tuple(
        Refused(one.problem.id, next((d.message for d in one.verdict.diagnostics), ""))
        for one in tried
        if not one.verdict.passed
    )
    weak = tuple(Weak(problem, by) for problem, by in passing.items() if by)
    floors = tuple(
        Floor(Probe(name, what), tuple(problem for problem, by in passing.items() if name in by))
        for name, what in PROBES.items()
    )
    return RulePreflight(
        rules=rules,
        problems=len(tried),
        refused=refused,
        floors=floors,
        weak=weak,
        forged=(),
        faults=tuple(faults_of(problems, refused, weak, ())),
    )


def _tools(tried: Sequence[_Tried]) -> dict[str, str]:
    return {name: text for one in tried for name, text in one.verdict.tools.items()}


def _cpu_s(weakness: Weakness | None) -> float:
    return weakness.cpu_s if weakness else 0.0
