"""A second opinion on a run: every answer against its reference, by proof instead of simulation.

A testbench tries some inputs, a proof all of them; where the two disagree, one of them is wrong:
the testbench misses a difference, or the reference says more than the specification.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from gatewright.core import FailureClass, Outcome, Problem, ReferenceSpec, Severity, Verdict
from gatewright.eval.executors.base import Executor
from gatewright.eval.folder import RunFolder
from gatewright.eval.rowfile import RowFile
from gatewright.eval.rows import Key, ResultRow, SampleRow
from gatewright.eval.suites import Suite
from gatewright.eval.verdict_cache import VerdictCache
from gatewright.sandbox.harness import Harness

OPINIONS = "formal.jsonl"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """A line of `formal.jsonl`: what the proof said of an answer, and why."""

    task: str
    sample: int
    outcome: Outcome
    failure_class: FailureClass | None
    reason: str
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An answer that passes by one and fails by the other."""

    key: Key
    simulated: Outcome
    proved: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class Opinions:
    """All of a run. `counts` maps (simulated, proved) to how many answers; `rules` simulated."""

    rules: str
    counts: dict[tuple[Outcome, Outcome], int]
    disagreements: tuple[Disagreement, ...]
    undecided: dict[str, int]
    median_cpu_s: float

    @property
    def conclusive(self) -> int:
        """Answers that were proved or refuted."""
        return sum(
            n for (_, proved), n in self.counts.items() if proved is not Outcome.INCONCLUSIVE
        )

    @property
    def total(self) -> int:
        """Answers asked about."""
        return sum(self.counts.values())


def second_opinions(
    suite: Suite,
    data: Path | None,
    out: Path,
    harness: Harness,
    executor: Executor,
    progress: Progress,
) -> Opinions:
    """Ask `harness`, which takes a ReferenceSpec, about every scored answer that holds code.

    Goes on where an interrupted one stopped. Raises what the harness raises.
    """
    problems = {problem.id: problem for problem in suite.load(data).problems}
    with RunFolder(out) as folder:
        rows = RowFile(out / OPINIONS, OpinionRow)
        keys = [key for key in folder.results.keys if key.task in problems]
        asker = _Asker(suite, harness)
        todo = [(problems[key.task], folder.samples.read(key)) for key in keys if key not in rows]
        try:
            for done, row in enumerate(executor.map(asker, todo), 1):
                rows.append(row)
                progress(len(keys) - len(todo) + done, len(keys))
            rows.put_in_order(keys)
        finally:
            rows.close()
        return compared(folder.results, rows)


class _Asker:
    """Asks about one answer; the same answer is asked about once."""

    def __init__(self, suite: Suite, harness: Harness) -> None:
        self._suite = suite
        self._harness = harness
        self._cache = VerdictCache()

    def __call__(self, task: tuple[Problem, SampleRow]) -> OpinionRow:
        problem, sample = task
        if not sample.sources:
            return OpinionRow(
                sample.task, sample.sample, Outcome.FAIL, FailureClass.NO_CODE, "no code", 0.0
            )
        golden = ReferenceSpec(self._suite.references(problem).sources, problem.top)
        asked = replace(problem, harness=golden, interface=None)
        verdict = self._cache.check(asked, sample.candidate, self._harness).verdict
        reason = _reason(verdict)
        return OpinionRow(
            sample.task,
            sample.sample,
            verdict.outcome,
            verdict.failure_class,
            reason,
            round(verdict.cpu_s, 4),
        )


def _reason(verdict: Verdict) -> str:
    errors = [d for d in verdict.diagnostics if d.severity is Severity.ERROR]
    return next((d.message for d in (*errors, *verdict.diagnostics)), "")


def compared(results: RowFile[ResultRow], opinions: RowFile[OpinionRow]) -> Opinions:
    """The opinions beside the strictest rule set's outcomes."""
    counts: Counter[tuple[Outcome, Outcome]] = Counter()
    undecided: Counter[str] = Counter()
    found: list[Disagreement] = []
    rules = ""
    seconds = []
    for opinion, result in _pairs(results, opinions):
        rules, strictest = list(result.rules.items())[-1]
        counts[strictest.outcome, opinion.outcome] += 1
        seconds.append(opinion.cpu_s)
        if opinion.outcome is Outcome.INCONCLUSIVE:
            undecided[opinion.reason] += 1
        elif strictest.passed != (opinion.outcome is Outcome.PASS):
            key = Key(opinion.task, opinion.sample)
            found.append(Disagreement(key, strictest.outcome, opinion.outcome, opinion.reason))
    return Opinions(
        rules, dict(counts), tuple(found), dict(undecided.most_common()), median(seconds or [0.0])
    )


def _pairs(
    results: RowFile[ResultRow], opinions: RowFile[OpinionRow]
) -> Iterator[tuple[OpinionRow, ResultRow]]:
    for key in opinions.keys:
        if key in results:
            yield opinions.read(key), results.read(key)


def opinions_json(opinions: Opinions) -> dict[str, Any]:
    """As `eval --formal --json` prints them."""
    return {
        "rules": opinions.rules,
        "conclusive": opinions.conclusive,
        "total": opinions.total,
        "counts": [
            {"simulated": str(simulated), "proved": str(proved), "answers": number}
            for (simulated, proved), number in sorted(opinions.counts.items())
        ],
        "disagreements": [
            {
                "task": each.key.task,
                "sample": each.key.sample,
                "simulated": str(each.simulated),
                "proved": str(each.proved),
                "reason": each.reason,
            }
            for each in opinions.disagreements
        ],
        "undecided": dict(opinions.undecided),
        "median_cpu_s": opinions.median_cpu_s,
    }
