"""What a run of the loop may spend, and what it has spent."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from gatewright.core import StopReason, Usage


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits on one run; None = unlimited. `wall_s` in seconds, `money` in US dollars.

    A limit is checked before a call, so one answer may overshoot it; none is cut short.
    """

    tokens: int | None = None
    money: float | None = None
    wall_s: float | None = None


@dataclass(slots=True)
class Purse:
    """Counts what a run spends against its budget."""

    budget: Budget
    clock: Callable[[], float] = time.monotonic
    spent: Usage = field(default_factory=Usage)
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    def pay(self, usage: Usage) -> None:
        """Add what a call cost."""
        self.spent += usage

    def exhausted(self) -> StopReason | None:
        """The first limit reached, or None while there is something left of everything."""
        budget = self.budget
        if budget.tokens is not None and self.spent.tokens >= budget.tokens:
            return StopReason.TOKENS
        if budget.money is not None and (self.spent.cost or 0.0) >= budget.money:
            return StopReason.MONEY
        if budget.wall_s is not None and self.clock() - self.started >= budget.wall_s:
            return StopReason.WALL
        return None
