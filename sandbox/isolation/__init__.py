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
from gatewright.sandbox.isolation.levels import Offer, Probe, open_isolation, probe
from gatewright.sandbox.isolation.reading import read_capped
from gatewright.sandbox.isolation.scratch import scratch
from gatewright.sandbox.isolation.stopping import lasting, stoppable

__all__ = [
    "Command",
    "Ending",
    "Finished",
    "Isolation",
    "Level",
    "Limits",
    "Mount",
    "Offer",
    "Probe",
    "lasting",
    "open_isolation",
    "probe",
    "read_capped",
    "scratch",
    "stoppable",
]
