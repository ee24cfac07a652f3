"""Exit statuses: a contract with scripts."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatewright.core import Outcome


class ExitCode(IntEnum):
    """What the process's exit status means."""

    OK = 0
    FAILED = 1
    ERROR = 2
    INCONCLUSIVE = 3
    INTERRUPTED = 130
    UNREAD = 141
    TERMINATED = 143


def exit_of(outcome: Outcome) -> ExitCode:
    """The exit status that stands for a verdict's outcome."""
    from gatewright.core import Outcome

    return {
        Outcome.PASS: ExitCode.OK,
        Outcome.FAIL: ExitCode.FAILED,
        Outcome.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
    }[outcome]
