"""A run as a page shows it: texts, shares and marks, worked out from the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gatewright.core import Oracle
from gatewright.eval.answer_view import AnswerView, answer_view
from gatewright.eval.metrics import Estimate
from gatewright.eval.results import Run
from gatewright.eval.rows import Key, ResultRow, RuleResult
from gatewright.eval.speed import short_speed
from gatewright.eval.summary import RuleSummary

DETAILED = 1500  # answers shown in full; failures go first
OPEN = "open"


@dataclass(frozen=True, slots=True)
class Bar:
    """A rate in per cent, its interval, and the text beside it."""

    label: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RuleCard:
    """One rule set's figures."""

    name: str
    passed: int
    total: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A part of all answers: how they ended."""

    name: str
    count: int
    percent: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer in one word: `pass`, a failure class, or `open`."""

    state: str
    title: str


@dataclass(frozen=True, slots=True)
class ProblemView:
    """One problem: a row of the table, and its answers in full."""

    id: str
    place: int
    cells: tuple[Cell, ...]
    passed: tuple[int, ...]
    samples: int
    state: str
    cpu_s: float
    answers: tuple[AnswerView, ...] = field(default=())
    hidden: int = 0
    speed: str = ""


def rule_cards(run: Run) -> list[RuleCard]:
    """The figures of each rule set, the strictest first."""
    cards = [_card(name, rule) for name, rule in run.summary.rules.items()]
    return cards[::-1]


def _card(name: str, rule: RuleSummary) -> RuleCard:
    bars = [_bar(f"pass@{k}", estimate) for k, estimate in rule.pass_at.items()]
    if rule.without_symbolic is not None:
        bars.insert(1, _bar("without symbolic", rule.without_symbolic))
    return RuleCard(name, rule.passed, rule.total, tuple(bars))


def _bar(label: str, estimate: Estimate) -> Bar:
    return Bar(label, 100 * estimate.value, 100 * estimate.low, 100 * estimate.high)


def shares(run: Run) -> list[Share]:
    """How all answers ended under the strictest rule set: passes, each failure class, open ones."""
    strictest = list(run.summary.rules.values())[-1]
    total = max(1, strictest.total)
    counts = {"pass": strictest.passed, **run.summary.failures, OPEN: run.summary.not_attempted}
    return [Share(name, n, 100 * n / total) for name, n in counts.items() if n]


def problem_views(run: Run, detailed: int = DETAILED) -> Iterator[ProblemView]:
    """The problems one by one, so that a page of any size is written in little memory.

    `detailed` answers are given in full, those that fail first.
    """
    results = {key: run.results.read(key) for key in run.results.keys if key in run.samples}
    full = _detailed(run, results, detailed)
    for place, problem in enumerate(run.manifest.problems):
        keys = [Key(problem, sample) for sample in range(run.manifest.samples)]
        yield _problem(run, place, keys, results, full)


def _detailed(run: Run, results: dict[Key, ResultRow], most: int) -> set[Key]:
    there = [key for key in run.keys if key in run.samples]
    there.sort(key=lambda key: key in results and _passes(run, results[key]))
    return set(there[:most])


def _passes(run: Run, row: ResultRow) -> bool:
    found = row.rules.get(run.manifest.rules[-1])
    return found is not None and found.passed


def _problem(
    run: Run,
    place: int,
    keys: Sequence[Key],
    results: dict[Key, ResultRow],
    detailed: set[Key],
) -> ProblemView:
    rows = [results.get(key) for key in keys]
    loosest, strictest = run.manifest.rules[0], run.manifest.rules[-1]
    cells = tuple(_cell(row.rules.get(strictest) if row else None) for row in rows)
    passed = tuple(
        sum(1 for row in rows if row and name in row.rules and row.rules[name].passed)
        for name in reversed(run.manifest.rules)
    )
    there = [key for key in keys if key in run.samples]
    return ProblemView(
        id=keys[0].task,
        place=place,
        cells=cells,
        passed=passed,
        samples=len(keys),
        state=_usual_failure(cells),
        cpu_s=sum(row.cpu_s for row in rows if row),
        answers=tuple(answer_view(run, key) for key in there if key in detailed),
        hidden=sum(1 for key in there if key not in detailed),
        speed=short_speed(row.rules[loosest] for row in rows if row and loosest in row.rules),
    )


def _usual_failure(cells: Sequence[Cell]) -> str:
    failures = Counter(cell.state for cell in cells if cell.state != "pass")
    return failures.most_common(1)[0][0] if failures else "pass"


def _cell(found: RuleResult | None) -> Cell:
    if found is None:
        return Cell(OPEN, "not attempted")
    if found.passed:
        return Cell("pass", "pass")
    state = str(found.failure_class or found.outcome)
    counted = f", {found.mismatches} of {found.checks} wrong" if found.mismatches else ""
    return Cell(state, state + counted)


def cautions(run: Run) -> list[str]:
    """What a reader must know before quoting a figure from the page."""
    found = []
    summary = run.summary
    if summary.not_attempted:
        found.append(
            f"{summary.not_attempted:,} of {run.manifest.total:,} answers were not attempted; "
            "they count as failed."
        )
    oracle = run.manifest.answers.oracle
    if oracle in (Oracle.GOLDEN, Oracle.REFERENCE):
        found.append(
            f"The loop could see the {oracle} oracle that also scores it: these figures do not "
            "compare with ones got without."
        )
    if len(run.samples) > DETAILED:
        found.append(f"{DETAILED:,} answers are shown in full, the failed ones first.")
    return found
