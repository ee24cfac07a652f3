"""What is kept of a verdict on disk: everything but the bulk of its log."""

from __future__ import annotations

import traceback
from dataclasses import replace

from gatewright.core import Trajectory, Verdict
from gatewright.eval.rows import ErrorRow, Key, RoundRow, TrajectoryRow

LOG_CHARACTERS = 4000
DIAGNOSTICS = 20
MESSAGE_CHARACTERS = 500
CODE_CHARACTERS = 200_000
TRACE_CHARACTERS = 8000


def encodable(text: str) -> str:
    """The text with whatever UTF-8 cannot carry (lone surrogates) replaced by question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def shortened(text: str, limit: int) -> str:
    """The head and the tail of a long text, with a line between them that says what is missing."""
    text = encodable(text)
    if len(text) <= limit:
        return text
    head, tail = text[: limit * 3 // 4], text[len(text) - limit // 4 :]
    return f"{head}\n… {len(text) - len(head) - len(tail)} characters left out …\n{tail}"


def kept_verdict(verdict: Verdict) -> Verdict:
    """The verdict with its log and its diagnostics capped, and without its waveform file."""
    diagnostics = tuple(
        replace(d, message=shortened(d.message, MESSAGE_CHARACTERS))
        for d in verdict.diagnostics[:DIAGNOSTICS]
    )
    return replace(
        verdict,
        diagnostics=diagnostics,
        log=shortened(verdict.log, LOG_CHARACTERS),
        waveform=None,
    )


def kept_error(key: Key, error: Exception) -> ErrorRow:
    """The error as a row, with its traceback and those of its causes."""
    return ErrorRow(
        key.task,
        key.sample,
        type(error).__name__,
        shortened(str(error), MESSAGE_CHARACTERS),
        shortened("".join(traceback.format_exception(error)), TRACE_CHARACTERS),
    )


def kept_trajectory(trajectory: Trajectory, sample: int) -> TrajectoryRow:
    """The trajectory as a row: every round, with capped verdicts."""
    rounds = tuple(
        RoundRow(
            number=r.number,
            candidate_sha256=r.candidate.sha256,
            code=shortened(r.candidate.text, CODE_CHARACTERS),
            provenance=r.candidate.provenance,
            verdict=kept_verdict(r.verdict),
            judgement=r.judgement,
            prompt_sha256=r.prompt_sha256,
            kept=r.kept,
            usage=r.usage,
        )
        for r in trajectory.rounds
    )
    return TrajectoryRow(
        trajectory.problem_id,
        sample,
        trajectory.oracle,
        trajectory.stop,
        rounds,
        trajectory.usage,
        trajectory.notes,
    )
