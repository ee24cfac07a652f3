"""The rows a run writes: one JSON object a line, keyed by (task, sample).

`results.jsonl` is the contract that scripts depend on; the other files carry what reports show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gatewright.core import (
    Candidate,
    FailureClass,
    Judgement,
    Oracle,
    Outcome,
    Provenance,
    Source,
    StopReason,
    Usage,
    Verdict,
)

SPEEDUP = "speedup"
STATIC_SERIAL, STATIC_OVERLAPPED = "static_roof_share_serial", "static_roof_share"
FIGURES = (SPEEDUP, "roof_share", STATIC_SERIAL, STATIC_OVERLAPPED)
"""The metrics of a kernel's verdict that a result row keeps."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Which answer a row is about: the problem's id and the sample's index from 0."""

    task: str
    sample: int

    def __str__(self) -> str:
        return f"{self.task}#{self.sample}"


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A line of `samples.jsonl`: an answer as it was given. No sources = it held no code.

    `code` is all sources together, so that the file can be given to `--generations` elsewhere.
    """

    task: str
    sample: int
    code: str
    sources: tuple[Source, ...]
    provenance: Provenance
    candidate_sha256: str
    oracle: Oracle = Oracle.NONE
    stop: StopReason | None = None
    note: str = ""
    usage: Usage = field(default_factory=Usage)

    @property
    def candidate(self) -> Candidate:
        """The answer, ready for a harness."""
        return Candidate(
            self.sources, self.provenance, self.sample, usage=self.usage, note=self.note
        )


def sample_row(
    task: str, candidate: Candidate, oracle: Oracle, stop: StopReason | None
) -> SampleRow:
    """The row that keeps a candidate."""
    return SampleRow(
        task=task,
        sample=candidate.sample,
        code=candidate.text,
        sources=candidate.sources,
        provenance=candidate.provenance,
        candidate_sha256=candidate.sha256,
        oracle=oracle,
        stop=stop,
        note=candidate.note,
        usage=candidate.usage,
    )


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule set found; `code` is the benchmark's own code for it, where it has one.

    `figures` tell how good a kernel is: `speedup` where a GPU timed it, else estimates whose names
    begin with `static_`, where those were asked for.
    """

    outcome: Outcome
    failure_class: FailureClass | None
    score: float
    mismatches: int | None
    checks: int
    code: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """True for a pass, and for nothing else."""
        return self.outcome is Outcome.PASS


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A line of `results.jsonl`. `cpu_s` counts what was spent: 0 where the verdict was known."""

    task: str
    sample: int
    rules: Mapping[str, RuleResult]
    candidate_sha256: str
    tools: Mapping[str, str]
    oracle: Oracle
    provenance: Provenance
    cpu_s: float


def result_row(sample: SampleRow, verdicts: Mapping[str, Verdict], cpu_s: float) -> ResultRow:
    """The row that keeps an answer's verdicts, one a rule set."""
    tools: dict[str, str] = {}
    for verdict in verdicts.values():
        tools |= verdict.tools
    rules = {name: _rule_result(verdict) for name, verdict in verdicts.items()}
    return ResultRow(
        sample.task,
        sample.sample,
        rules,
        sample.candidate_sha256,
        dict(sorted(tools.items())),
        sample.oracle,
        sample.provenance,
        round(cpu_s, 4),
    )


def _rule_result(verdict: Verdict) -> RuleResult:
    return RuleResult(
        verdict.outcome,
        verdict.failure_class,
        round(verdict.score, 6),
        verdict.mismatches,
        verdict.checks,
        verdict.code,
        {name: round(verdict.metrics[name], 6) for name in FIGURES if name in verdict.metrics},
    )


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """A line of `verdicts.jsonl`: the whole verdicts behind a result, logs capped."""

    task: str
    sample: int
    verdicts: Mapping[str, Verdict]


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """A line of `errors.jsonl`: what last kept an answer from being got or scored."""

    task: str
    sample: int
    kind: str
    message: str
    traceback: str


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One turn of the loop, as a trajectory row keeps it."""

    number: int
    candidate_sha256: str
    code: str
    provenance: Provenance
    verdict: Verdict
    judgement: Judgement | None
    prompt_sha256: str
    kept: bool
    usage: Usage


@dataclass(frozen=True, slots=True)
class TrajectoryRow:
    """A line of `trajectories.jsonl`: every round that led to an answer."""

    task: str
    sample: int
    oracle: Oracle
    stop: StopReason
    rounds: tuple[RoundRow, ...]
    usage: Usage
    notes: tuple[str, ...] = ()
