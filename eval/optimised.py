"""What making right kernels faster came to, as the kept rounds of a run tell it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from gatewright.agents.optimise import gain, measurable
from gatewright.agents.rank import rank
from gatewright.core import Verdict
from gatewright.eval.results import Run
from gatewright.eval.rows import SPEEDUP, RoundRow, TrajectoryRow

OPTIMISE = "optimise"
"""The parameter of a run's answers that says so."""


@dataclass(frozen=True, slots=True)
class Gain:
    """One answer: its first kernel that passed, the best one, and the edits in between."""

    first: Verdict
    best: Verdict
    edits: int
    kept: int


def gain_of(rounds: Iterable[RoundRow]) -> Gain | None:
    """None where nothing passed."""
    told = list(rounds)
    start = next((n for n, one in enumerate(told) if one.verdict.passed), None)
    if start is None:
        return None
    first, later = told[start].verdict, told[start + 1 :]
    passing = [one.verdict for one in later if one.verdict.passed and one.kept]
    best = max([first, *passing], key=rank)
    return Gain(first, best, len(later), sum(1 for one in later if one.kept))


def optimised(run: Run) -> str:
    """In one sentence; '' where nothing was to be made faster."""
    if not run.manifest.answers.parameters.get(OPTIMISE):
        return ""
    return told_of(run.trajectories)


def told_of(rows: Iterable[TrajectoryRow]) -> str:
    """The same of rows: edits, how many were kept, and the figure before and after."""
    gains = [one for one in (gain_of(row.rounds) for row in rows) if one is not None]
    edited = [one for one in gains if one.edits]
    edits, kept = sum(one.edits for one in edited), sum(one.kept for one in edited)
    text = (
        f"made faster: {len(edited)} of {len(gains)} right kernels edited, "
        f"{edits} edits, {kept} kept, {edits - kept} rolled back"
    )
    timed = [one for one in edited if SPEEDUP in one.first.metrics and SPEEDUP in one.best.metrics]
    static = [one for one in edited if one not in timed and measurable(one.first)]
    if timed:
        before, after = _medians(timed)
        text += f"; median speed-up {before:.2f} to {after:.2f} in the loop"
    if static:
        before, after = _medians(static)
        text += (
            f"; static estimate, no time: median {before:.1%} to {after:.1%} of the roofline "
            "if nothing overlaps"
        )
    return text


def _medians(gains: Iterable[Gain]) -> tuple[float, float]:
    found = list(gains)
    return median(gain(one.first) for one in found), median(gain(one.best) for one in found)
