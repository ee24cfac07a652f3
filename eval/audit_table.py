"""An audit on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gatewright.eval.audit import Audit, AuditRow, refusal
from gatewright.eval.audit_coverage import Total, total
from gatewright.eval.missed import missed_remarks
from gatewright.sandbox.harness.verilator_coverage import Coverage, Share
from gatewright.sandbox.mutants import Fate, Strength

if TYPE_CHECKING:
    from rich.console import Console

_MOST_A_PROBLEM = 4
_MOST_MISSED = 20
_COLUMNS = ("checks", "masked", "killed", "equal", "score", "line", "branch", "toggle")
_WIDEST = 22  # so that the table fits into 80 columns
_UNKNOWN = "–"


def print_audit(audit: Audit, console: Console) -> None:
    """A line a problem, then what survives and what else is weak."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    title = f"{audit.subject} · rules {audit.rules}"
    table = Table(
        box=SIMPLE_HEAD,
        title=title,
        title_justify="left",
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    longest = max((len(row.problem) for row in audit.rows), default=0)
    table.add_column("problem", overflow="fold", min_width=min(longest, _WIDEST))
    for column in _COLUMNS:
        table.add_column(column, justify="right", no_wrap=True)
    for row in audit.rows:
        if row.strength is not None and row.strength.sound:
            coverage = row.reached.coverage if row.reached else None
            table.add_row(row.problem, *_cells(row.strength), *_shares(coverage))
    if len(audit.rows) > 1:
        whole = total(row.reached for row in audit.rows)
        table.add_row("all", "", "", *_totals(audit), *_shares(whole), style="bold")
    console.print(table, markup=False)
    most = _MOST_A_PROBLEM if len(audit.rows) > 1 else None
    lines = [line for row in audit.rows for line in remarks(row, most)]
    if len(audit.rows) == 1:
        lines += never_reached(audit.rows[0])
    lines += run_otherwise(audit.rows)
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    unproved = "" if audit.proofs else "; no proofs, so that survivors may be equivalent"
    ending = f"{audit.cpu_s:.1f} CPU s, {audit.wall_s:.1f} s{unproved}"
    console.print(ending, style="dim", markup=False, highlight=False)


def _cells(strength: Strength) -> list[str]:
    killed, equal = strength.count(Fate.KILLED), strength.count(Fate.EQUIVALENT)
    return [
        str(strength.checks),
        _percent(strength.masked),
        f"{killed}/{killed + len(strength.survivors)}",
        str(equal),
        _percent(strength.score),
    ]


def _totals(audit: Audit) -> list[str]:
    survive = audit.count(Fate.SURVIVED, Fate.DIFFERENT)
    killed, equal = audit.count(Fate.KILLED), audit.count(Fate.EQUIVALENT)
    return [f"{killed}/{killed + survive}", str(equal), _percent(audit.score)]


def _shares(coverage: Coverage | Total | None) -> list[str]:
    if coverage is None:
        return [_UNKNOWN] * 3
    return [_whole(share) for share in (coverage.lines, coverage.branches, coverage.toggles)]


def _whole(share: Share) -> str:
    """In whole percent, rounded down: 100 % means that nothing is missing."""
    return f"{100 * share.hit // share.total} %" if share.total else _UNKNOWN


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


def never_reached(row: AuditRow, most: int = _MOST_MISSED) -> list[str]:
    """What of the reference a check never reaches, so many lines of it."""
    coverage = row.reached.coverage if row.reached else None
    if coverage is None:
        return []
    missed = missed_remarks(coverage)
    lines = [f"{row.problem}: never reached:", *(f"  {line}" for line in missed[:most])]
    if len(missed) > most:
        lines.append(f"  and {len(missed) - most} more (--json lists all)")
    return lines if missed else []


def run_otherwise(rows: Sequence[AuditRow]) -> list[str]:
    """Whose coverage is of a run that ended otherwise than the one that was judged."""
    names = tuple(
        row.problem
        for row in rows
        if row.reached and row.reached.coverage and not row.reached.coverage.passed
    )
    why = "fails the reference on Verilator (no x, other random numbers); coverage is of that run"
    return [f"{why}: {_list(names)}"] if names else []


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names)
