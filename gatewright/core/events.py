"""What long work tells whoever watches it: the command line's progress, a web page, a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gatewright.core.verdict import FailureClass, Outcome


@dataclass(frozen=True, slots=True)
class TaskStarted:
    """One sample of one task was taken up."""

    task: str
    sample: int = 0


@dataclass(frozen=True, slots=True)
class TaskFinished:
    """One sample of one task is done with; the three counts are the run's so far.

    `outcome` is None where a tool or a model failed, so that there is no verdict.
    """

    task: str
    sample: int
    outcome: Outcome | None
    done: int
    total: int
    passed: int


@dataclass(frozen=True, slots=True)
class RoundStarted:
    """The loop begins round `number` (from 0, the first candidates) of at most `limit`."""

    number: int
    limit: int


@dataclass(frozen=True, slots=True)
class RoundFinished:
    """A round's best candidate was checked; `kept` is False where it was rolled back."""

    number: int
    outcome: Outcome
    score: float
    failure_class: FailureClass | None = None
    kept: bool = True


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of a model's answer, as it arrives."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """One line that a user wants to know although nothing failed."""

    text: str


Event = TaskStarted | TaskFinished | RoundStarted | RoundFinished | TextPiece | Note

Listener = Callable[[Event], None]
"""Receives events, possibly from several threads at once; must not raise."""


def ignore(event: Event) -> None:
    """The listener for work that nobody watches."""
