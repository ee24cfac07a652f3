"""What a run comes to: rates by rule set, failures by class, and what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gatewright.core import Provenance
from gatewright.eval.manifest import Manifest
from gatewright.eval.metrics import Estimate, mean_with_interval, pass_at_k
from gatewright.eval.rows import Key, ResultRow
from gatewright.eval.speed import Speed, SpeedTally, speed_json

KS = (1, 5, 10, 20)


@dataclass(frozen=True, slots=True)
class RunError:
    """A failure of a tool or the model that left an answer open."""

    key: Key
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class RuleSummary:
    """One rule set's figures. `total` counts every answer wanted, attempted or not.

    `pass_at` maps k to pass@k over problems, for the usual k up to the samples there are.
    `without_symbolic` counts the answers of the embedded reader as failed; None = it gave none.
    """

    passed: int
    total: int
    pass_at: Mapping[int, Estimate]
    without_symbolic: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """A run's figures. `failures` counts the strictest rule set's failure classes.

    `answered` answers are there, scored or not. `not_attempted` answers have no result yet: they
    count as failed. `errors` are what kept the run from some of them. `speed` is that of the most
    lenient rule set's right answers, where these are kernels.
    """

    manifest: Manifest
    out: str
    rules: Mapping[str, RuleSummary]
    failures: Mapping[str, int]
    answered: int
    not_attempted: int
    cpu_s: float
    errors: tuple[RunError, ...] = ()
    speed: Speed | None = None

    @property
    def complete(self) -> bool:
        """Every answer wanted has its result."""
        return self.not_attempted == 0


@dataclass(slots=True)
class _Tally:
    """One rule set's counts by problem."""

    passed: Counter[str] = field(default_factory=Counter)
    symbolic: Counter[str] = field(default_factory=Counter)
    any_symbolic: bool = False


def summarise(
    manifest: Manifest,
    out: Path,
    results: Iterable[ResultRow],
    answered: int,
    errors: tuple[RunError, ...] = (),
) -> Summary:
    """Count a run's results. Rows of other problems or samples than the manifest's are ignored."""
    tallies = {name: _Tally() for name in manifest.rules}
    speeds = SpeedTally(manifest.rules[0])
    failures: Counter[str] = Counter()
    wanted = set(manifest.problems)
    seen, cpu_s = 0, 0.0
    for row in results:
        if row.task not in wanted or row.sample >= manifest.samples:
            continue
        seen += 1
        cpu_s += row.cpu_s
        _count(row, tallies)
        speeds.add(row)
        strictest = row.rules.get(manifest.rules[-1])
        if strictest is not None and not strictest.passed:
            failures[strictest.failure_class or strictest.outcome] += 1
    rules = {name: _rule_summary(manifest, tally) for name, tally in tallies.items()}
    ordered = dict(sorted(failures.items(), key=lambda item: (-item[1], item[0])))
    left = manifest.total - seen
    return Summary(
        manifest,
        str(out),
        rules,
        ordered,
        answered,
        left,
        round(cpu_s, 3),
        errors,
        speeds.speed(),
    )


def _count(row: ResultRow, tallies: Mapping[str, _Tally]) -> None:
    for name, tally in tallies.items():
        symbolic = row.provenance is Provenance.SYMBOLIC
        tally.any_symbolic |= symbolic
        found = row.rules.get(name)
        if found is not None and found.passed:
            tally.passed[row.task] += 1
            tally.symbolic[row.task] += symbolic


def _rule_summary(manifest: Manifest, tally: _Tally) -> RuleSummary:
    n = manifest.samples
    counts = [tally.passed[problem] for problem in manifest.problems]
    rates = {k: [pass_at_k(n, c, k) for c in counts] for k in KS if k <= n}
    without = None
    if tally.any_symbolic:
        models = [(tally.passed[p] - tally.symbolic[p]) / n for p in manifest.problems]
        without = mean_with_interval(models)
    return RuleSummary(
        passed=sum(counts),
        total=manifest.total,
        pass_at={k: mean_with_interval(values) for k, values in rates.items()},
        without_symbolic=without,
    )


def _rule_json(rule: RuleSummary) -> dict[str, Any]:
    one = rule.pass_at[1]
    result: dict[str, Any] = {
        "pass@1": one.value,
        "ci95": [one.low, one.high],
        "passed": rule.passed,
        "total": rule.total,
    }
    for k, estimate in rule.pass_at.items():
        if k > 1:
            result[f"pass@{k}"] = estimate.value
            result[f"pass@{k}_ci95"] = [estimate.low, estimate.high]
    if rule.without_symbolic is not None:
        without = rule.without_symbolic
        result["without_symbolic"] = {"pass@1": without.value, "ci95": [without.low, without.high]}
    return result


def summary_json(summary: Summary) -> dict[str, Any]:
    """The summary as `eval --json` prints it."""
    manifest, answers = summary.manifest, summary.manifest.answers
    speed = {"speed": speed_json(summary.speed)} if summary.speed else {}
    return speed | {
        "suite": manifest.suite,
        "problems": len(manifest.problems),
        "samples": manifest.samples,
        "rules": {name: _rule_json(rule) for name, rule in summary.rules.items()},
        "failures": dict(summary.failures),
        "answered": summary.answered,
        "not_attempted": summary.not_attempted,
        "errors": [
            {"task": e.key.task, "sample": e.key.sample, "kind": e.kind, "message": e.message}
            for e in summary.errors
        ],
        "oracle": str(answers.oracle),
        "model": answers.model,
        "agent": answers.agent,
        "answers": str(answers.kind),
        "tools": dict(manifest.tools),
        "dataset_sha256": manifest.dataset_sha256,
        "out": summary.out,
        "cpu_s": summary.cpu_s,
        "wall_s": manifest.wall_s,
    }
