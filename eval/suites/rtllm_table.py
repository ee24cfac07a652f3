"""RTLLM's own figures: what `auto_run.py` prints for its trials, and the same without its slips.

Source: github.com/hkust-zhiyao/RTLLM, `auto_run.py` at commit 41b2689. A trial is one answer to
every design; a design has succeeded when any of its trials has. Two slips are part of the published
figures: a zero is appended to the designs' pass@k before their mean is taken (so of 50 right
designs come 50/51), and the list of designs has `freq_divfrac` for `freq_divbyfrac`, whose folder
is then not found and which counts as never right (49/51).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gatewright.eval.metrics import pass_at_k

MISNAMED = "freq_divbyfrac"
"""The design that the published list misspells."""

_PUBLISHED_DESIGNS = 50


@dataclass(frozen=True, slots=True)
class Counts:
    """One design: its trials, how many of them compiled, and how many printed a pass."""

    trials: int
    syntax: int
    func: int


Table = Mapping[str, Counts]
"""A design's name to its counts."""


def published_pass_at(counts: Sequence[tuple[int, int]], k: int) -> float:
    """`cal_atk`: the mean pass@k of (trials, successes), a zero appended."""
    return sum(pass_at_k(n, c, k) for n, c in counts) / (len(counts) + 1)


def plain_pass_at(counts: Sequence[tuple[int, int]], k: int) -> float:
    """The mean pass@k of (trials, successes)."""
    return sum(pass_at_k(n, c, k) for n, c in counts) / len(counts)


def table(found: Table) -> str:
    """The whole text: a line a design, the published figures, the same figures without the slips.

    Published pass@k is for k = 1 only. Designs of which the run has no trial are not in it.
    """
    width = max(map(len, found))
    rows = [
        f"{name:{width}}  syntax {each.syntax:2}/{each.trials:<2}  func {each.func:2}/{each.trials}"
        for name, each in found.items()
    ]
    return "\n".join([*rows, "", *_published(found), "", *_plain(found), ""])


def _published(found: Table) -> list[str]:
    """auto_run.py's last lines. The misnamed design is in its list and was never run."""
    seen = {
        name: Counts(each.trials, 0, 0) if name == MISNAMED else each
        for name, each in found.items()
    }
    syntax, func = _pairs(seen)
    return [
        f"as auto_run.py counts (a zero appended, {MISNAMED} never found):",
        f"syntax pass@1: {published_pass_at(syntax, 1)},   "
        f"func pass@1: {published_pass_at(func, 1)}",
        *_any_trial(seen),
        *_partial(found),
    ]


def _plain(found: Table) -> list[str]:
    syntax, func = _pairs(found)
    most = min(each.trials for each in found.values())
    figures = [
        f"pass@{k}: syntax {100 * plain_pass_at(syntax, k):.2f} %, "
        f"func {100 * plain_pass_at(func, k):.2f} %"
        for k in (1, 5, 10)
        if k <= most
    ]
    return [
        "without these slips (unbiased, every design counted once):",
        *figures,
        *_any_trial(found),
    ]


def _pairs(found: Table) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    each = found.values()
    return [(e.trials, e.syntax) for e in each], [(e.trials, e.func) for e in each]


def _any_trial(found: Table) -> list[str]:
    syntax = sum(each.syntax > 0 for each in found.values())
    func = sum(each.func > 0 for each in found.values())
    return [
        f"total_syntax_success: {syntax}/{len(found)}",
        f"total_func_success: {func}/{len(found)}",
    ]


def _partial(found: Table) -> list[str]:
    if len(found) == _PUBLISHED_DESIGNS:
        return []
    return [f"({len(found)} of {_PUBLISHED_DESIGNS} designs: no published figure compares)"]
