"""An audit on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatewright.eval.audit import Audit, AuditRow, refusal
from gatewright.sandbox.mutants import Fate, Strength

if TYPE_CHECKING:
    from rich.console import Console

_MOST_A_PROBLEM = 4
_COLUMNS = ("checks", "masked", "mutants", "killed", "equal", "alive", "score")
_WIDEST = 24
_UNKNOWN = "–"


def print_audit(audit: Audit, console: Console) -> None:
    """A line a problem, then what survives and what else is weak."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    title = f"{audit.subject} · rules {audit.rules}"
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    longest = max((len(row.problem) for row in audit.rows), default=0)
    table.add_column("problem", overflow="fold", min_width=min(longest, _WIDEST))
    for column in _COLUMNS:
        table.add_column(column, justify="right", no_wrap=True)
    for row in audit.rows:
        if row.strength is not None and row.strength.sound:
            table.add_row(row.problem, *_cells(row.strength))
    if len(audit.rows) > 1:
        table.add_row("all", "", "", *_totals(audit), style="bold")
    console.print(table, markup=False)
    most = _MOST_A_PROBLEM if len(audit.rows) > 1 else None
    for row in audit.rows:
        for line in remarks(row, most):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    unproved = "" if audit.proofs else "; no proofs, so that survivors may be equivalent"
    ending = f"{audit.cpu_s:.1f} CPU s, {audit.wall_s:.1f} s{unproved}"
    console.print(ending, style="dim", markup=False, highlight=False)


def _cells(strength: Strength) -> list[str]:
    counted = len(strength.trials) - strength.count(Fate.STILLBORN)
    return [
        str(strength.checks),
        _percent(strength.masked),
        str(counted),
        str(strength.count(Fate.KILLED)),
        str(strength.count(Fate.EQUIVALENT)),
        str(len(strength.survivors)),
        _percent(strength.score),
    ]


def _totals(audit: Audit) -> list[str]:
    survive = audit.count(Fate.SURVIVED, Fate.DIFFERENT)
    killed, equivalent = audit.count(Fate.KILLED), audit.count(Fate.EQUIVALENT)
    counts = (killed + equivalent + survive, killed, equivalent, survive)
    return [*map(str, counts), _percent(audit.score)]


def _percent(share: float | None) -> str:
    return _UNKNOWN if share is None else f"{100 * share:.1f} %"


def remarks(row: AuditRow, most: int | None = None) -> list[str]:
    """What is weak in a row, a line each; at most so many survivors."""
    if row.strength is None:
        return [f"{row.problem}: not audited: {row.fault}"]
    strength = row.strength
    if not strength.sound:
        return [f"{row.problem}: {refusal(strength)}"]
    lines = []
    if strength.blind_to:
        lines.append(f"{row.problem}: passes designs that do nothing: {_list(strength.blind_to)}")
    if strength.unwatched:
        lines.append(f"{row.problem}: never looks at: {_list(strength.unwatched)}")
    if strength.power_up:
        lines.append(f"{row.problem}: fails the reference without its initial values")
    survivors = strength.survivors
    for trial in survivors[:most]:
        known = ", and behaves differently" if trial.fate is Fate.DIFFERENT else ""
        lines.append(f"{row.problem}: survives{known}: {trial.mutant}")
    if most is not None and len(survivors) > most:
        lines.append(f"{row.problem}: and {len(survivors) - most} more (--json lists all)")
    return lines


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names)
