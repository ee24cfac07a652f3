"""CUDA C++ on a CPU: kernels compiled with g++ against headers that are the device model.

Outside (here): what to compile, compiling it confined, reading what was seen. Inside a confined
worker: `worker.Emulator`. The C++ is in `include/`, which candidates see, and `runtime/`.
"""

from gatewright.sandbox.emulator.build import Built, build
from gatewright.sandbox.emulator.kit import Kit, open_kit
from gatewright.sandbox.emulator.report import (
    Access,
    Branching,
    Event,
    EventKind,
    Launch,
    Place,
    Refused,
    Report,
    Site,
    Touched,
    read_report,
)
from gatewright.sandbox.emulator.target import TARGETS, Target, target
from gatewright.sandbox.emulator.unit import Mode, Unit, defines_of, unit_of_inline
from gatewright.sandbox.emulator.unsupported import Unsupported

__all__ = [
    "TARGETS",
    "Access",
    "Branching",
    "Built",
    "Event",
    "EventKind",
    "Kit",
    "Launch",
    "Mode",
    "Place",
    "Refused",
    "Report",
    "Site",
    "Target",
    "Touched",
    "Unit",
    "Unsupported",
    "build",
    "defines_of",
    "open_kit",
    "read_report",
    "target",
    "unit_of_inline",
]
