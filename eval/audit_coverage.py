"""Coverage in an audit: how much of the right design a check reaches on Verilator."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from gatewright.core import Candidate, GatewrightError, Problem
from gatewright.eval.suites.base import Correcting
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.harness.verilator_coverage import Coverage, Missed, Share

Cover = Callable[[Problem, Candidate], Coverage]
"""Measures coverage; raises a GatewrightError where it cannot be."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What a check covers of the design that is right; where nothing is known, `why` says so."""

    coverage: Coverage | None = None
    why: str = ""

    @property
    def cpu_s(self) -> float:
        """CPU seconds that it took."""
        return self.coverage.cpu_s if self.coverage else 0.0


@dataclass(frozen=True, slots=True)
class Total:
    """Coverage of several designs together."""

    lines: Share
    branches: Share
    toggles: Share


def reached(problem: Problem, harness: Harness, reference: Candidate, cover: Cover) -> Reached:
    """The coverage of the testbench that this harness runs. What fails is no fault of the audit."""
    try:
        if isinstance(harness, Correcting):
            problem = harness.as_checked(problem, reference)
        return Reached(cover(problem, reference))
    except GatewrightError as error:
        hint = f" ({error.hint})" if error.hint else ""
        return Reached(why=f"{error.what}{hint}")


def total(rows: Iterable[Reached | None]) -> Total | None:
    """The sum of all that was measured; None where nothing was."""
    found = [row.coverage for row in rows if row and row.coverage]
    if not found:
        return None
    return Total(
        _sum(each.lines for each in found),
        _sum(each.branches for each in found),
        _sum(each.toggles for each in found),
    )


def _sum(shares: Iterable[Share]) -> Share:
    those = tuple(shares)
    return Share(sum(share.hit for share in those), sum(share.total for share in those))


def total_json(coverage: Total | Coverage | None) -> dict[str, Any] | None:
    """The three shares as JSON."""
    if coverage is None:
        return None
    shares = {
        "lines": coverage.lines,
        "branches": coverage.branches,
        "toggles": coverage.toggles,
    }
    return {name: {"hit": share.hit, "total": share.total} for name, share in shares.items()}


def reached_json(row: Reached | None) -> dict[str, Any]:
    """The keys of a row as JSON, with all that was never reached; none if it was not asked for."""
    if row is None:
        return {}
    coverage = total_json(row.coverage)
    if row.coverage is not None and coverage is not None:
        coverage["passed"] = row.coverage.passed
        coverage["missed"] = [_missed_json(missed) for missed in row.coverage.missed]
    return {"coverage": coverage, "uncovered": row.why}


def _missed_json(missed: Missed) -> dict[str, Any]:
    place = missed.place
    return {"file": place.file, "line": place.line, "kind": missed.kind, "what": missed.what}


def uncovered(rows: Iterable[tuple[str, Reached | None]]) -> list[str]:
    """Why there is no coverage of some of these problems, a line a reason."""
    reasons: dict[str, list[str]] = {}
    for problem, row in rows:
        if row is not None and row.coverage is None:
            reasons.setdefault(row.why, []).append(problem)
    return [f"no coverage of {_several(names)}: {_brief(why)}" for why, names in reasons.items()]


def _several(names: list[str]) -> str:
    few = ", ".join(names[:3])
    return few if len(names) <= 3 else f"{few} and {len(names) - 3} more"


def _brief(why: str) -> str:
    """The first line; a tool's message may go on."""
    first, *more = why.splitlines()
    return f"{first} ..." if more else first
