"""What a testbench's author is told of it: what it refuses, and what it lets through."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.agents import view
from gatewright.core import Source
from gatewright.sandbox.mutants import Fate, Strength, Trial

_MOST_SURVIVORS = 12
_LOG_LINES = 15
_MASKED = 0.02  # of the samples: what a reset at the start explains


def findings(
    strength: Strength, reference: Sequence[Source], right: str, trusted: bool
) -> dict[str, object]:
    """The values of the template `correct`; `right` names the design that should pass."""
    verdict = strength.reference
    refused = "" if strength.sound else view.result_line(verdict)
    log = "\n".join(verdict.log.strip().splitlines()[-_LOG_LINES:]) if refused else ""
    masked = strength.masked or 0.0
    return {
        "right": right,
        "trusted": trusted,
        "refused": refused,
        "diagnostics": view.diagnostics(verdict.diagnostics) if refused else "",
        "log": log,
        "result": result_of(strength),
        "unwatched": ", ".join(f"`{name}`" for name in strength.unwatched),
        "masked": f"{100 * masked:.0f} %" if masked > _MASKED else "",
        "survivors": [_told(trial, reference) for trial in _worst(strength.survivors)],
    }


def result_of(strength: Strength) -> str:
    """One line: how many wrong designs it rejects, in how many checks."""
    killed = strength.count(Fate.KILLED)
    total = killed + len(strength.survivors)
    if strength.score is None:
        return f"It makes {strength.checks} checks; no wrong design was tried."
    return f"It makes {strength.checks} checks and rejects {killed} of {total} wrong designs."


def is_strong(strength: Strength) -> bool:
    """Nothing is left to mend that anybody can see."""
    return strength.sound and not strength.survivors and not strength.unwatched


def rank(strength: Strength) -> tuple[bool, int, float, float, int]:
    """What makes a testbench better than another: it accepts what is right, then what it sees."""
    return (
        strength.sound,
        -len(strength.unwatched),
        strength.score or 0.0,
        1 - (strength.masked or 0.0),
        strength.checks,
    )


def _worst(trials: Sequence[Trial]) -> Sequence[Trial]:
    """Those that surely differ first, from all over the design."""
    ordered = sorted(trials, key=lambda t: t.fate is not Fate.DIFFERENT)
    return ordered[:_MOST_SURVIVORS]


def _told(trial: Trial, reference: Sequence[Source]) -> str:
    mutant = trial.mutant
    text = next((s.text for s in reference if s.name == mutant.source.name), "")
    lines = text.splitlines()
    line = lines[mutant.line - 1].strip() if mutant.line <= len(lines) else ""
    return f"in the line `{line}`: {mutant.change} ({mutant.operator})"
