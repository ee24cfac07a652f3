"""Which simulator a testbench is run on."""

from __future__ import annotations

from enum import StrEnum

from gatewright.core import UsageError


class SimulatorChoice(StrEnum):
    """AUTO: Icarus; where it cannot read the design, its conversion; where it cannot read the
    testbench or the conversion fails, Verilator if it is installed. The others: that one alone.
    """

    AUTO = "auto"
    ICARUS = "icarus"
    VERILATOR = "verilator"


def simulator_named(name: str) -> SimulatorChoice:
    """The choice of that name. Raises UsageError for another."""
    try:
        return SimulatorChoice(name)
    except ValueError:
        names = ", ".join(SimulatorChoice)
        raise UsageError(f"there is no simulator {name!r}", hint=f"one of {names}") from None
