"""Which simulator a testbench is run on."""

from __future__ import annotations

from enum import StrEnum


class SimulatorChoice(StrEnum):
    """AUTO: Icarus; where it cannot read the design, its conversion; where it cannot read the
    testbench or the conversion fails, Verilator if it is installed. The others: that one alone.
    """

    AUTO = "auto"
    ICARUS = "icarus"
    VERILATOR = "verilator"
