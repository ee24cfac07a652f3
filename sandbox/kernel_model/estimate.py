"""A static estimate of where a kernel's time goes. It ranks kernels; it is no measurement.

Each part of a multiprocessor is given the clocks that its traffic takes at full rate. The rates
are those that the architectures' white papers and the programming guide give: one request, or
128 bytes, a clock at the first-level cache and at shared memory; 64 bytes a clock from the
second level; one memory instruction of a warp a clock; one atomic operation a clock. What the
caches serve again is not modelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gatewright.sandbox.kernel_model.counters import SECTOR, Counters, compulsory_bytes, count
from gatewright.sandbox.kernel_model.gpus import GpuSpec
from gatewright.sandbox.kernel_model.observed import Seen

_LINE_SECTORS = 4
_L2_BYTES = 64


class Part(StrEnum):
    """What takes the time."""

    DRAM = "memory bandwidth"
    L2 = "traffic to the second-level cache"
    L1 = "global memory requests"
    SHARED = "shared memory passes"
    ISSUE = "memory instructions"
    ATOMICS = "atomic operations"
    ARITHMETIC = "arithmetic"


@dataclass(frozen=True, slots=True)
class Estimate:
    """Clocks of one multiprocessor by part, at the sizes that were observed."""

    clocks: dict[Part, float]

    @property
    def at_least(self) -> float:
        """If everything overlaps."""
        return max(self.clocks.values())

    @property
    def at_most(self) -> float:
        """If nothing overlaps; kernels are ranked by this."""
        return sum(self.clocks.values())

    @property
    def bound(self) -> Part:
        """The part that takes longest."""
        return max(self.clocks, key=lambda part: self.clocks[part])

    def share(self, part: Part) -> float:
        """A part's share of the whole."""
        return self.clocks[part] / self.at_most if self.at_most else 0.0


def estimate(seen: Seen, gpu: GpuSpec, flops: float = 0.0) -> Estimate:
    """The estimate for everything that a candidate launched.

    `flops` is what the problem takes at these sizes, where the candidate's were not counted.
    """
    total = count(seen)
    per_clock = gpu.bandwidth * 1e9 / (gpu.clock_mhz * 1e6)
    spread = gpu.multiprocessors
    return Estimate(
        {
            Part.DRAM: compulsory_bytes(seen) / per_clock,
            Part.L2: total.global_sectors * SECTOR / _L2_BYTES / spread,
            Part.L1: _passes(total) / spread,
            Part.SHARED: max(total.wavefronts, total.shared_requests) / spread,
            Part.ISSUE: (total.global_requests + total.shared_requests) / spread,
            Part.ATOMICS: total.atomics / spread,
            Part.ARITHMETIC: (total.flops or flops) / (2 * gpu.architecture.float32) / spread,
        }
    )


def _passes(total: Counters) -> float:
    """Dense sectors go through by the line; a sector too many is as a rule in a line of its own."""
    wasted = total.global_sectors - total.ideal_sectors
    return max(total.global_requests, total.ideal_sectors / _LINE_SECTORS + wasted)
