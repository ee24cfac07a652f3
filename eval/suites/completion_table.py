"""Exact match and edit similarity of groups of lines, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from gatewright.core import Verdict
from gatewright.eval.suites.completion_score import EXACT, NORMALISED, RAW

_HEAD = ("lines", "count", "exact match", "edit similarity", "blanks unified")


def line_table(groups: Mapping[str, Sequence[Verdict | None]]) -> str:
    """A row a group that has lines; a line without an answer counts as 0 in every column."""
    rows = [_HEAD, *(_row(name, verdicts) for name, verdicts in groups.items() if verdicts)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEAD))]
    lines = (
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _row(name: str, verdicts: Sequence[Verdict | None]) -> tuple[str, ...]:
    means = [
        fmean(verdict.metrics.get(figure, 0.0) if verdict else 0.0 for verdict in verdicts)
        for figure in (EXACT, RAW, NORMALISED)
    ]
    return (name, str(len(verdicts)), *(f"{mean:.2f}" for mean in means))
