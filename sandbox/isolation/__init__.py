"""How a process is confined: levels, limits, and the probe that picks the best one here."""

from gatewright.sandbox.isolation.base import (
    Command,
    Ending,
    Finished,
    Isolation,
    Level,
    Limits,
    Mount,
)

__all__ = ["Command", "Ending", "Finished", "Isolation", "Level", "Limits", "Mount"]
