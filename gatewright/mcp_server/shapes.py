"""What tools of the protocol answer with: no more than an agent's context can hold."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gatewright.agents.workbench.results import (
    Checked,
    Generated,
    PackFound,
    RoundMade,
    WaveWindow,
)
from gatewright.core import Diagnostic, FirstMismatch, Oracle, Source, StopReason, Verdict
from gatewright.core.verdict import TestResult

_MOST_DIAGNOSTICS = 40
_MOST_TESTS = 100
_LONGEST_LOG = 4000


@dataclass(frozen=True, slots=True)
class CheckShape:
    """A verdict. `wave` names the waveform of a failing simulation for wave_window ('' = none)."""

    passed: bool
    outcome: str
    failure_class: str | None
    score: float
    checks: int
    mismatches: int | None
    first_mismatch: FirstMismatch | None
    diagnostics: tuple[Diagnostic, ...]
    tests: tuple[TestResult, ...]
    log: str
    metrics: dict[str, float]
    tools: dict[str, str]
    cpu_s: float
    unit: str
    wave: str


@dataclass(frozen=True, slots=True)
class RoundShape:
    """A turn of the loop in short."""

    number: int
    outcome: str
    failure_class: str
    score: float
    kept: bool
    issue: str


@dataclass(frozen=True, slots=True)
class GeneratedShape:
    """What came of a specification; `verified` is the verdict's word."""

    verified: bool
    code: str
    files: tuple[Source, ...]
    provenance: str
    oracle: Oracle
    stop: StopReason
    text: str
    rounds: tuple[RoundShape, ...]
    notes: tuple[str, ...]
    verdict: CheckShape | None
    prompt_tokens: int
    completion_tokens: int
    cost: float | None


@dataclass(frozen=True, slots=True)
class PartShape:
    """Lines of a file in a context pack, and why they are there."""

    kind: str
    name: str
    file: str
    line: int
    end_line: int
    why: str


@dataclass(frozen=True, slots=True)
class ContextShape:
    """A context pack: `text` is all of its parts."""

    file: str
    line: int
    text: str
    tokens: int
    left_out: int
    parts: tuple[PartShape, ...]


def check_shape(checked: Checked) -> CheckShape:
    """A check's result."""
    return verdict_shape(checked.verdict, checked.unit, checked.wave)


def verdict_shape(verdict: Verdict, unit: str = "", wave: str = "") -> CheckShape:
    """A verdict."""
    return CheckShape(
        passed=verdict.passed,
        outcome=str(verdict.outcome),
        failure_class=str(verdict.failure_class) if verdict.failure_class else None,
        score=verdict.score,
        checks=verdict.checks,
        mismatches=verdict.mismatches,
        first_mismatch=verdict.first_mismatch,
        diagnostics=verdict.diagnostics[:_MOST_DIAGNOSTICS],
        tests=verdict.tests[:_MOST_TESTS],
        log=verdict.log[:_LONGEST_LOG],
        metrics=dict(verdict.metrics),
        tools=dict(verdict.tools),
        cpu_s=verdict.cpu_s,
        unit=unit,
        wave=wave,
    )


def generated_shape(made: Generated) -> GeneratedShape:
    """A run of the loop."""
    return GeneratedShape(
        verified=made.verified,
        code=made.code,
        files=made.files,
        provenance=str(made.provenance or ""),
        oracle=made.oracle,
        stop=made.stop,
        text=made.text,
        rounds=tuple(_round(turn) for turn in made.rounds),
        notes=made.notes,
        verdict=verdict_shape(made.verdict) if made.verdict else None,
        prompt_tokens=made.usage.prompt_tokens,
        completion_tokens=made.usage.completion_tokens,
        cost=made.usage.cost,
    )


def _round(turn: RoundMade) -> RoundShape:
    return RoundShape(
        turn.number, turn.outcome, turn.failure_class, turn.score, turn.kept, turn.issue
    )


def context_shape(found: PackFound) -> ContextShape:
    """A context pack."""
    parts = (
        PartShape(
            str(part.kind),
            part.name,
            part.file,
            part.spans[0].line,
            part.spans[-1].end_line,
            part.why,
        )
        for part in found.parts
    )
    return ContextShape(
        found.file, found.line, found.text, found.tokens, found.left_out, tuple(parts)
    )


def wave_shape(seen: WaveWindow) -> WaveWindow:
    """A window without the table: the text of the answer is that."""
    return replace(seen, text="")
