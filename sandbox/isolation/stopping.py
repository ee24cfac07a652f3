"""Ends a check that nobody waits for any more: its confined processes are killed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from gatewright.core.stopping import Stopped
from gatewright.sandbox.isolation.base import Command, Finished, Isolation, Level, Limits


@dataclass(frozen=True, slots=True)
class Stoppable:
    """Runs commands as `isolation` does, until `stop` is set: then none is left and Stopped is
    raised."""

    isolation: Isolation
    stop: threading.Event

    @property
    def level(self) -> Level:
        """That of the isolation."""
        return self.isolation.level

    def run(self, command: Command, limits: Limits) -> Finished:
        """Run confined; see `Isolation.run`. Raises Stopped."""
        if self.stop.is_set():
            raise Stopped
        return self.isolation.run(replace(command, stop=self.stop), limits)


def stoppable(isolation: Isolation, stop: threading.Event | None) -> Isolation:
    """The isolation, ended by `stop` where there is one."""
    return isolation if stop is None else Stoppable(isolation, stop)


def lasting(isolation: Isolation) -> Isolation:
    """The isolation without its end: for processes that outlive the check they are started for."""
    return isolation.isolation if isinstance(isolation, Stoppable) else isolation
