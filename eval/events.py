"""What a run tells whoever watches it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gatewright.core import GatewrightError
from gatewright.eval.rows import Key, RuleResult


@dataclass(frozen=True, slots=True)
class Planned:
    """The run is about to start: `total` answers are wanted, `done` of them are finished."""

    suite: str
    problems: int
    samples: int
    rules: tuple[str, ...]
    total: int
    done: int


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer is there and not yet scored."""

    key: Key


@dataclass(frozen=True, slots=True)
class Scored:
    """An answer has its verdicts."""

    key: Key
    rules: Mapping[str, RuleResult]


@dataclass(frozen=True, slots=True)
class Failed:
    """A tool or the model failed: the answer stays open, and a resumed run tries again."""

    key: Key
    error: GatewrightError


@dataclass(frozen=True, slots=True)
class Noted:
    """Something worth a line to the user."""

    text: str


Event = Planned | Answered | Scored | Failed | Noted
Listener = Callable[[Event], None]


def ignore(event: Event) -> None:
    """The listener of a run that nobody watches."""
