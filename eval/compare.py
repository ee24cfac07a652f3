"""Two runs of the same benchmark side by side, problem by problem."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from gatewright.core import DataError, UsageError
from gatewright.eval.metrics import Estimate, mcnemar, mean_with_interval, paired_difference
from gatewright.eval.results import Run


@dataclass(frozen=True, slots=True)
class Shift:
    """A problem that the two runs solve differently often: its rates, first run's and second's."""

    problem: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The second run against the first, under one rule set, over the problems both ran.

    `difference` is second minus first in pass@1 (-1 to 1), with its 95 % interval. `p_value` is
    McNemar's exact one where both ran each problem once, else None. `cautions` say what else
    differs between the runs.
    """

    first: str
    second: str
    rules: str
    problems: int
    before: Estimate
    after: Estimate
    difference: Estimate
    p_value: float | None
    gained: tuple[Shift, ...]
    lost: tuple[Shift, ...]
    cautions: tuple[str, ...]


def compare_runs(first: Run, second: Run, rules: str | None = None) -> Comparison:
    """Pair the runs. Raises DataError if they are not of the same data, UsageError for `rules`.

    `rules` None takes the strictest rule set that both runs applied.
    """
    a, b = first.manifest, second.manifest
    if (a.suite, a.dataset_sha256) != (b.suite, b.dataset_sha256):
        raise DataError(
            f"the runs are of different data: {a.suite} {a.dataset_sha256[:12]} in {first.path}, "
            f"{b.suite} {b.dataset_sha256[:12]} in {second.path}",
            hint="compare runs of the same suite and --data",
        )
    chosen = _rules(first, second, rules)
    both = set(b.problems)
    problems = [problem for problem in a.problems if problem in both]
    if not problems:
        raise DataError("the runs have no problem in common", where=f"{first.path}, {second.path}")
    before, after = _rates(first, chosen, problems), _rates(second, chosen, problems)
    shifts = [
        Shift(*each) for each in zip(problems, before, after, strict=True) if each[1] != each[2]
    ]
    gained = tuple(shift for shift in shifts if shift.after > shift.before)
    lost = tuple(shift for shift in shifts if shift.after < shift.before)
    return Comparison(
        first=str(first.path),
        second=str(second.path),
        rules=chosen,
        problems=len(problems),
        before=mean_with_interval(before),
        after=mean_with_interval(after),
        difference=paired_difference([y - x for x, y in zip(before, after, strict=True)]),
        p_value=mcnemar(len(gained), len(lost)) if a.samples == b.samples == 1 else None,
        gained=gained,
        lost=lost,
        cautions=tuple(_cautions(first, second, len(problems))),
    )


def _rules(first: Run, second: Run, wanted: str | None) -> str:
    common = [name for name in first.manifest.rules if name in second.manifest.rules]
    if wanted is None and common:
        return common[-1]
    if wanted in common:
        return str(wanted)
    raise UsageError(
        f"the runs do not share the rule set {wanted!r}" if wanted else "they share no rule set",
        where=f"{first.path}, {second.path}",
        hint=f"the first has {', '.join(first.manifest.rules)}; "
        f"the second {', '.join(second.manifest.rules)}",
    )


def _rates(run: Run, rules: str, problems: list[str]) -> list[float]:
    passed: Counter[str] = Counter()
    for row in run.results:
        found = row.rules.get(rules)
        if found is not None and found.passed and row.sample < run.manifest.samples:
            passed[row.task] += 1
    return [passed[problem] / run.manifest.samples for problem in problems]


def _cautions(first: Run, second: Run, problems: int) -> list[str]:
    a, b = first.manifest, second.manifest
    found = []
    if problems < max(len(a.problems), len(b.problems)):
        found.append(f"only the {problems} problems that both ran are compared")
    if a.samples != b.samples:
        found.append(f"samples a problem: {a.samples} and {b.samples}")
    if a.answers.oracle != b.answers.oracle:
        found.append(f"oracle in the loop: {a.answers.oracle} and {b.answers.oracle}")
    if a.tools != b.tools:
        names = sorted(a.tools.keys() | b.tools.keys())
        apart = [n for n in names if a.tools.get(n) != b.tools.get(n)]
        versions = (f"{n} {a.tools.get(n, 'none')} and {b.tools.get(n, 'none')}" for n in apart)
        found.append("tools: " + ", ".join(versions))
    if a.gatewright != b.gatewright:
        found.append(f"gatewright: {a.gatewright} and {b.gatewright}")
    found += [
        f"{run.path}: {run.summary.not_attempted} answers never attempted"
        for run in (first, second)
        if not run.summary.complete
    ]
    return found


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as `compare --json` prints it."""
    from dataclasses import asdict

    def interval(estimate: Estimate, name: str) -> dict[str, Any]:
        return {name: estimate.value, "ci95": [estimate.low, estimate.high]}

    return {
        "first": {"out": comparison.first, **interval(comparison.before, "pass@1")},
        "second": {"out": comparison.second, **interval(comparison.after, "pass@1")},
        "rules": comparison.rules,
        "problems": comparison.problems,
        "difference": comparison.difference.value,
        "ci95": [comparison.difference.low, comparison.difference.high],
        "p_value": comparison.p_value,
        "gained": [asdict(shift) for shift in comparison.gained],
        "lost": [asdict(shift) for shift in comparison.lost],
        "cautions": list(comparison.cautions),
    }
