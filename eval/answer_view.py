"""One answer as a page shows it: its code, its verdicts, its rounds, its first mismatch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gatewright.core import Diagnostic, FirstMismatch, Verdict
from gatewright.eval.highlight import Line, code_lines
from gatewright.eval.results import Run
from gatewright.eval.rows import Key, RoundRow, SampleRow
from gatewright.eval.trim import shortened

if TYPE_CHECKING:
    from markupsafe import Markup

SHOWN_CODE = 20_000


@dataclass(frozen=True, slots=True)
class VerdictView:
    """A verdict, ready to show."""

    name: str
    state: str
    passed: bool
    code: str
    score: str
    counts: str
    diagnostics: tuple[Diagnostic, ...] = ()
    tests: tuple[tuple[str, str, str], ...] = ()
    waveform: Markup | str = ""
    wave_title: str = ""
    log: str = ""


@dataclass(frozen=True, slots=True)
class RoundView:
    """A turn of the loop, ready to show."""

    row: RoundRow
    verdict: VerdictView
    lines: list[Line]
    repeated: bool


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answer in full."""

    key: Key
    row: SampleRow
    verdicts: tuple[VerdictView, ...]
    lines: list[Line]
    rounds: tuple[RoundView, ...] = ()
    notes: tuple[str, ...] = ()


def answer_view(run: Run, key: Key) -> AnswerView:
    """The answer of that key, which must be there."""
    row = run.samples.read(key)
    verdicts: tuple[VerdictView, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    if key in run.verdicts:
        found = run.verdicts.read(key).verdicts
        verdicts = _verdicts(found)
        diagnostics = tuple(d for verdict in found.values() for d in verdict.diagnostics)
    names = {source.name for source in row.sources}
    mine = tuple(d for d in diagnostics if not d.file or d.file in names)
    rounds: tuple[RoundView, ...] = ()
    notes: tuple[str, ...] = ()
    if key in run.trajectories:
        trajectory = run.trajectories.read(key)
        rounds = tuple(_round(each, row) for each in trajectory.rounds)
        notes = trajectory.notes
    return AnswerView(
        key, row, verdicts, code_lines(shortened(row.code, SHOWN_CODE), mine), rounds, notes
    )


def _verdicts(found: Mapping[str, Verdict]) -> tuple[VerdictView, ...]:
    """The strictest first; evidence that several share is shown once."""
    views: list[VerdictView] = []
    shown: list[object] = []
    for name in reversed(list(found)):
        verdict = found[name]
        new = [d for d in verdict.diagnostics if d not in shown]
        view = verdict_view(
            name,
            replace(
                verdict,
                first_mismatch=None if verdict.first_mismatch in shown else verdict.first_mismatch,
                diagnostics=tuple(new),
                log="" if verdict.log in shown else verdict.log,
            ),
        )
        shown += [*new, verdict.first_mismatch, verdict.log]
        views.append(view)
    return tuple(views)


def _round(row: RoundRow, answer: SampleRow) -> RoundView:
    repeated = row.candidate_sha256 == answer.candidate_sha256
    lines = [] if repeated else code_lines(shortened(row.code, SHOWN_CODE), row.verdict.diagnostics)
    return RoundView(row, verdict_view("", row.verdict), lines, repeated)


def verdict_view(name: str, verdict: Verdict) -> VerdictView:
    """A verdict as a page shows it, under a name of its own or none."""
    counts = ""
    if verdict.checks and verdict.mismatches is not None:
        counts = f"{verdict.mismatches:,} of {verdict.checks:,} checks wrong"
    return VerdictView(
        name=name,
        state="pass" if verdict.passed else str(verdict.failure_class or verdict.outcome),
        passed=verdict.passed,
        code="" if verdict.passed else verdict.code,
        score="" if verdict.passed or not verdict.score else f"{100 * verdict.score:.1f} %",
        counts=counts,
        diagnostics=verdict.diagnostics,
        tests=tuple((test.name, str(test.outcome), test.message) for test in verdict.tests),
        waveform=_waveform(verdict.first_mismatch),
        wave_title=_wave_title(verdict.first_mismatch),
        log=verdict.log.strip(),
    )


def _waveform(found: FirstMismatch | None) -> Markup | str:
    if found is None or not found.window:
        return ""
    from markupsafe import Markup

    from gatewright.pictures.waveform import waveform_svg

    return Markup(waveform_svg(found))  # it escapes every name and value itself


def _wave_title(found: FirstMismatch | None) -> str:
    if found is None:
        return ""
    return f"First mismatch at time {found.time:,}: {', '.join(found.signals[:8])}"
