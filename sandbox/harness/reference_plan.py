"""How a reference and a candidate are driven side by side, and for how long."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gatewright.core import Interface
from gatewright.sandbox.harness.reference_roles import Roles
from gatewright.sandbox.harness.reference_values import Values

MAX_CYCLES = 1_000_000
EXHAUSTIVE_BITS = 12
RESET_CYCLES = 4
_MOST_DIRECTED = 1026


@dataclass(frozen=True, slots=True)
class Plan:
    """What is driven and how long.

    `patience` 1 changes the manner of moving every 32 steps and resets often; larger factors do
    so ever more rarely, which long runs need to get to deep states.
    """

    interface: Interface
    roles: Roles
    reference: str
    candidate: str
    cycles: int
    seed: int
    values: Values
    patience: int = 1

    @property
    def sequential(self) -> bool:
        """Whether there is a clock to drive."""
        return bool(self.roles.clocks)

    @property
    def exhaustive(self) -> bool:
        """Whether all input values are tried: no clock, and few enough input bits."""
        return not self.sequential and 0 < self.input_bits <= EXHAUSTIVE_BITS

    @property
    def directed(self) -> int:
        """Vectors that are not drawn: all inputs 0, all 1, and each with one bit turned round."""
        return min(2 * self.input_bits + 2, _MOST_DIRECTED) if self.input_bits else 0

    @property
    def samples(self) -> int:
        """How many times the outputs are compared."""
        if not self.sequential:
            return self.cycles + (1 << self.input_bits if self.exhaustive else self.directed)
        pulses = sum(reset.asynchronous for reset in self.roles.resets)
        lead = 2 * RESET_CYCLES if self.roles.resets else 0
        return lead + self.cycles * (4 + 2 * pulses)

    def longer(self, times: int, patience: int) -> Plan:
        """The same for so many times the cycles (as many as are sensible), with that patience."""
        return replace(self, cycles=min(times * self.cycles, MAX_CYCLES), patience=patience)

    @property
    def input_bits(self) -> int:
        """Bits of all inputs together."""
        return sum(port.width for port in self.interface.inputs)
