"""What the limit that ended a run says of the design that was run."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gatewright.core import FailureClass
from gatewright.sandbox.isolation import Ending

CUT_SHORT: Mapping[Ending, FailureClass] = MappingProxyType(
    {
        Ending.CPU: FailureClass.TIMEOUT,
        Ending.WALL: FailureClass.TIMEOUT,
        Ending.OUTPUT: FailureClass.TIMEOUT,
        Ending.MEMORY: FailureClass.MEMORY,
        Ending.DISK: FailureClass.MEMORY,
        Ending.SIGNAL: FailureClass.CRASH,
    }
)
"""Every ending but a program's own."""
