"""How much do a benchmark's testbenches see? Wrong designs are made from its own answers and tried.

For each problem: the share of mutants that its check rejects, the share of its samples that compare
nothing, designs that do nothing and pass, whether it asks for an undocumented power-up value, and
how much of its answer it reaches.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gatewright.core import Candidate, GatewrightError, Interface, Problem
from gatewright.eval.audit_coverage import Cover, Reached, reached, reached_json, total, total_json
from gatewright.eval.executors.base import Executor
from gatewright.eval.executors.local import LocalExecutor
from gatewright.eval.probes import CONSTANTS, PROBES, probe_candidate
from gatewright.eval.request import EVERY, chosen_problems, chosen_rules
from gatewright.eval.schedule import cost
from gatewright.eval.suites import Suite
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.mutants import Bench, Fate, Measure, Strength, Trial

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One check's strength, or why it could not be measured (`fault`).

    `reached` is what it covers of the design that is right; None where that was not asked for, or
    is refused.
    """

    problem: str
    strength: Strength | None = None
    fault: str = ""
    reached: Reached | None = None

    @property
    def sound(self) -> bool:
        """It was measured, and passes the design that is right."""
        return self.strength is not None and self.strength.sound


@dataclass(frozen=True, slots=True)
class Audit:
    """All rows of a suite, or the one of a testbench."""

    subject: str
    rules: str
    rows: tuple[AuditRow, ...]
    proofs: bool
    wall_s: float

    @property
    def sound(self) -> bool:
        """Every check was measured and passes the design that is right."""
        return all(row.sound for row in self.rows)

    def count(self, *fates: Fate) -> int:
        """Mutants of all rows with one of these fates."""
        return sum(row.strength.count(*fates) for row in self.rows if row.strength)

    @property
    def score(self) -> float | None:
        """Killed mutants of all rows, among those that can be told from the reference."""
        killed = self.count(Fate.KILLED)
        total = killed + self.count(Fate.SURVIVED, Fate.DIFFERENT)
        return killed / total if total else None

    @property
    def cpu_s(self) -> float:
        """CPU seconds of the checks and of coverage (proofs not counted)."""
        checks = sum(row.strength.cpu_s for row in self.rows if row.strength)
        return checks + sum(row.reached.cpu_s for row in self.rows if row.reached)


def audit_suite(
    suite: Suite,
    data: Path | None = None,
    *,
    rules: str = "",
    problems: str = EVERY,
    measure: Measure | None = None,
    cover: Cover | None = None,
    executor: Executor | None = None,
    progress: Progress = lambda done, total: None,
) -> Audit:
    """Audit every problem under one rule set ('' = the strictest).

    `cover` measures coverage (None = do not). `progress` is told how many problems of how many are
    done. Raises DataError and UsageError for what cannot be loaded; a problem that cannot be
    audited is a row that says why.
    """
    began = time.monotonic()
    measure = measure or Measure()
    dataset = suite.load(data)
    chosen = sorted(chosen_problems(suite, dataset, problems), key=lambda p: -cost(suite, p))
    name = chosen_rules(suite, (rules,))[0] if rules else suite.rule_sets[-1]
    harness = suite.harness(name)

    def audited(problem: Problem) -> AuditRow:
        return audit_row(problem, harness, suite.references(problem), measure, cover)

    rows: dict[str, AuditRow] = {}
    for row in (executor or LocalExecutor()).map(audited, chosen):
        rows[row.problem] = row
        progress(len(rows), len(chosen))
    ordered = tuple(rows[p.id] for p in dataset.problems if p.id in rows)
    return Audit(
        suite.name, name, ordered, measure.equivalence is not None, time.monotonic() - began
    )


def audit_testbench(
    problem: Problem,
    harness: Harness,
    reference: Candidate,
    measure: Measure,
    executor: Executor,
    progress: Progress = lambda done, total: None,
    cover: Cover | None = None,
) -> Audit:
    """Audit the check of one problem, several mutants at a time."""
    began = time.monotonic()
    done: list[Trial] = []
    total = 0

    def each(trial: Trial) -> None:
        done.append(trial)
        progress(len(done), max(total, len(done)))

    told = replace(measure, mapper=executor.map, each=each)
    bench = bench_of(problem, harness, reference)
    total = len(told.drawn(bench))
    strength = told.of(bench)
    row = _covered(AuditRow(problem.id, strength), problem, harness, reference, cover)
    return Audit(
        problem.id,
        harness.rules,
        (row,),
        measure.equivalence is not None,
        time.monotonic() - began,
    )


def audit_row(
    problem: Problem,
    harness: Harness,
    reference: Candidate,
    measure: Measure,
    cover: Cover | None = None,
) -> AuditRow:
    """One problem; what fails on the way is told, so that the others still have their turn."""
    try:
        strength = measure.of(bench_of(problem, harness, reference))
    except GatewrightError as error:
        return AuditRow(problem.id, fault=str(error))
    return _covered(AuditRow(problem.id, strength), problem, harness, reference, cover)


def _covered(
    row: AuditRow, problem: Problem, harness: Harness, reference: Candidate, cover: Cover | None
) -> AuditRow:
    if cover is None or not row.sound:
        return row
    return replace(row, reached=reached(problem, harness, reference, cover))


def bench_of(problem: Problem, harness: Harness, reference: Candidate) -> Bench:
    """A problem's check with its reference, and designs of the same ports that do nothing."""
    from gatewright.sandbox.tools.slang import parse_interfaces, top_modules

    found = parse_interfaces(reference.sources)
    tops = top_modules(reference.sources)
    top = problem.top or (tops[0] if len(tops) == 1 else "")
    interface = next((each for each in found if each.module == top), None)
    stubs = _stubs(interface) if interface is not None else ()
    return Bench(problem, harness, reference, top, stubs)


def _stubs(interface: Interface) -> Sequence[tuple[str, Candidate]]:
    # Where nothing comes in, a constant may be the right answer.
    excused = () if interface.inputs else CONSTANTS
    return [
        (probe.name, probe_candidate(probe, interface))
        for probe in PROBES
        if not probe.hostile and probe.name not in excused
    ]


def audit_json(audit: Audit) -> dict[str, Any]:
    """The audit as `audit --json` prints it."""
    return {
        "subject": audit.subject,
        "rules": audit.rules,
        "sound": audit.sound,
        "proofs": audit.proofs,
        "score": audit.score,
        "mutants": _counts(audit.count),
        "coverage": total_json(total(row.reached for row in audit.rows)),
        "problems": [row_json(row) for row in audit.rows],
        "cpu_s": round(audit.cpu_s, 3),
        "wall_s": round(audit.wall_s, 3),
    }


def _counts(count: Callable[..., int]) -> dict[str, int]:
    return {str(fate): count(fate) for fate in Fate}


def row_json(row: AuditRow) -> dict[str, Any]:
    """One row as JSON, its survivors with it."""
    strength = row.strength
    if strength is None:
        return {"problem": row.problem, "sound": False, "fault": row.fault}
    return {
        "problem": row.problem,
        "sound": strength.sound,
        "fault": refusal(strength),
        "checks": strength.checks,
        "score": strength.score,
        "mutants": _counts(strength.count),
        "survivors": [_trial_json(trial) for trial in strength.survivors],
        "masked": strength.masked,
        "unwatched": list(strength.unwatched),
        "blind_to": list(strength.blind_to),
        "power_up": strength.power_up,
        **reached_json(row.reached),
        "cpu_s": round(strength.cpu_s, 3),
    }


def _trial_json(trial: Trial) -> dict[str, Any]:
    mutant = trial.mutant
    return {
        "file": mutant.source.name,
        "line": mutant.line,
        "column": mutant.column,
        "operator": str(mutant.operator),
        "before": mutant.before,
        "after": mutant.after,
        "fate": str(trial.fate),
    }


def refusal(strength: Strength) -> str:
    """Why a check does not pass the design that is right; '' where it does."""
    if strength.sound:
        return ""
    verdict = strength.reference
    said = next((d.message for d in verdict.diagnostics), "")
    kind = str(verdict.failure_class or verdict.outcome)
    return ": ".join(part for part in (f"the reference is refused: {kind}", said) if part)
