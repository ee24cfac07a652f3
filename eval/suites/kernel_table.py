"""KernelBench's figures: how many kernels are right, and right and faster than PyTorch.

`fast_p` is the share of *all* problems whose kernel is right and more than p times as fast: what
was never attempted counts against it. Speed is known only where a GPU was: elsewhere no figure but
`fast_0` is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from gatewright.core import Verdict

SPEEDS = (0.5, 0.8, 1.0, 1.5, 2.0)
SPEEDUP = "speedup"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: right or not, and its speed-up over PyTorch where that was measured."""

    correct: bool
    speedup: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A problem's answers. `weak` None = it is not known whether the problem is trivially weak."""

    problem: str
    category: str
    answers: tuple[Answer, ...]
    weak: bool | None = None
    filtered: bool = False


def answer_of(verdict: Verdict | None) -> Answer:
    """What counts of a verdict; None is an answer that is not there."""
    if verdict is None:
        return Answer(correct=False)
    return Answer(verdict.passed, verdict.metrics.get(SPEEDUP))


def fast_p(rows: Sequence[Row], p: float) -> float:
    """The share of all answers that are right and more than `p` times as fast; 0 for none.

    For `p` 0 an answer counts that is right, timed or not: the published form has it so, too.
    """
    wanted = sum(len(row.answers) for row in rows)
    fast = sum(
        answer.correct and (p <= 0 or (answer.speedup or 0.0) > p)
        for row in rows
        for answer in row.answers
    )
    return fast / wanted if wanted else 0.0


def geometric_mean(rows: Sequence[Row], *, faster_only: bool = False) -> float | None:
    """Of the speed-ups of right answers, or of those above 1; None where there is none."""
    known = [
        answer.speedup
        for row in rows
        for answer in row.answers
        if answer.correct and answer.speedup and (answer.speedup > 1 or not faster_only)
    ]
    return exp(sum(log(speedup) for speedup in known) / len(known)) if known else None


def table(rows: Sequence[Row]) -> str:
    """A row a category, then all, then without the trivially weak ones; '' for no problems."""
    if not rows:
        return ""
    timed = any(a.correct and a.speedup is not None for row in rows for a in row.answers)
    head = ["category", "problems", "correct (fast_0)"]
    if timed:
        head += [f"fast_{p:g}" for p in SPEEDS] + ["geometric mean", "of the faster"]
    names = dict.fromkeys(row.category for row in rows)
    groups = {name: [row for row in rows if row.category == name] for name in names}
    lines = [head, *(_line(name, group, timed=timed) for name, group in groups.items())]
    lines.append(_line("all", rows, timed=timed))
    strong = [row for row in rows if not row.weak]
    if len(strong) < len(rows):
        lines.append(_line("without weak", strong, timed=timed))
    kept = [row for row in rows if not row.filtered]
    if len(kept) < len(rows):
        lines.append(_line("without filtered", kept, timed=timed))
    return _aligned(lines) + "".join(f"{note}\n" for note in _notes(rows, timed=timed))


def _line(name: str, rows: Sequence[Row], *, timed: bool) -> list[str]:
    cells = [name, str(len(rows)), f"{100 * fast_p(rows, 0):.1f} %"]
    if timed:
        cells += [f"{100 * fast_p(rows, p):.1f} %" for p in SPEEDS]
        for mean in (geometric_mean(rows), geometric_mean(rows, faster_only=True)):
            cells.append("-" if mean is None else f"{mean:.2f}")
    return cells


def _aligned(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    rows = ("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in lines)
    return "".join(f"{row.rstrip()}\n" for row in rows)


def _notes(rows: Sequence[Row], *, timed: bool) -> list[str]:
    right = [a for row in rows for a in row.answers if a.correct]
    untimed = sum(answer.speedup is None for answer in right)
    notes = []
    if not timed:
        notes.append("no GPU: nothing was timed, so no speed is claimed")
    elif untimed:
        notes.append(f"{untimed} right answers were not timed: they count as no faster")
    weak = [row.problem for row in rows if row.weak]
    if weak:
        notes.append(f"weak ({len(weak)}: they pass without computing): {', '.join(weak)}")
    unknown = sum(row.weak is None for row in rows)
    if unknown:
        notes.append(f"weak or not is unknown of {unknown}: see `gatewright preflight`")
    return notes
