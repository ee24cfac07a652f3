"""The roofline: how fast a GPU could do some work at best, and what holds it back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gatewright.sandbox.kernel_model.gpus import GpuSpec

# Data sheets' bandwidth is the pins' own; clocks differ a little from card to card.
_TOLERANCE = 0.05


class Bound(StrEnum):
    """What a piece of work waits for at best."""

    MEMORY = "memory"
    COMPUTE = "compute"


@dataclass(frozen=True, slots=True)
class Work:
    """Floating-point operations (an fma counts two), and the bytes that must move at least."""

    flops: float
    bytes: float

    @property
    def intensity(self) -> float:
        """Operations per byte."""
        return self.flops / self.bytes if self.bytes else float("inf")


@dataclass(frozen=True, slots=True)
class Roof:
    """The least time that some work takes on a GPU. `ridge` is the intensity where it turns."""

    gpu: str
    work: Work
    memory_s: float
    compute_s: float
    ridge: float

    @property
    def bound(self) -> Bound:
        """What the work waits for."""
        return Bound.MEMORY if self.memory_s >= self.compute_s else Bound.COMPUTE

    @property
    def least_s(self) -> float:
        """The least time: memory and arithmetic overlap perfectly."""
        return max(self.memory_s, self.compute_s)

    def share(self, seconds: float) -> float:
        """How near a measured time is to the roof: 1 = on it."""
        return self.least_s / seconds if seconds > 0 else 0.0


def roof(gpu: GpuSpec, work: Work, dtype: str = "float32", *, tensor_cores: bool = False) -> Roof:
    """The roof for a piece of work in an element type."""
    rate, bandwidth = gpu.rate(dtype, tensor_cores=tensor_cores), gpu.bandwidth * 1e9
    return Roof(gpu.name, work, work.bytes / bandwidth, work.flops / rate, rate / bandwidth)


def least_possible_s(gpu: GpuSpec, input_bytes: float, output_bytes: float) -> float:
    """A time that no honest run with a cold cache beats: what it must read, at full bandwidth.

    Of the outputs the second-level cache may still hold as much as it has room for when the clock
    stops. Arithmetic is left out: there may be a way with less of it.
    """
    moved = input_bytes + max(0.0, output_bytes - gpu.l2_bytes)
    return moved / (gpu.bandwidth * 1e9) * (1 - _TOLERANCE)
