"""Counters of a kernel without a profiler: sums of what was observed, exact at the sizes run."""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.sandbox.kernel_model.architecture import WARP
from gatewright.sandbox.kernel_model.observed import ATOMIC, GLOBAL, SHARED, Seen

SECTOR = 32


@dataclass(frozen=True, slots=True)
class Counters:
    """One kernel's, or with name '' the whole candidate's.

    `flops` is None where they were not counted. `vector_share` is the share of global lanes whose
    access has 8 bytes or more.
    """

    kernel: str
    global_requests: int = 0
    global_sectors: int = 0
    ideal_sectors: int = 0
    shared_requests: int = 0
    wavefronts: int = 0
    ideal_wavefronts: int = 0
    atomics: int = 0
    barriers: int = 0
    warp_issues: int = 0
    lane_issues: int = 0
    vector_share: float = 0.0
    flops: int | None = None

    @property
    def coalescing(self) -> float:
        """Sectors that would do, as a share of those moved; 1 = nothing is moved in vain."""
        return self.ideal_sectors / self.global_sectors if self.global_sectors else 1.0

    @property
    def bank_efficiency(self) -> float:
        """Passes that would do, as a share of those taken; 1 = no bank conflicts."""
        return self.ideal_wavefronts / self.wavefronts if self.wavefronts else 1.0

    @property
    def branch_efficiency(self) -> float:
        """How full warps are; 1 = no divergence and no idle lanes."""
        return self.lane_issues / (WARP * self.warp_issues) if self.warp_issues else 1.0

    @property
    def global_bytes(self) -> int:
        """Bytes that went between multiprocessors and the caches behind them."""
        return self.global_sectors * SECTOR


def count(seen: Seen, kernel: str = "") -> Counters:
    """Sum up one kernel, or all of them."""
    sites = [s for s in seen.sites if not kernel or s.kernel == kernel]
    launches = [x for x in seen.launches if not kernel or x.kernel == kernel]
    outer = [site for site in sites if site.access in GLOBAL]
    inner = [site for site in sites if site.access in SHARED]
    lanes = sum(site.lanes for site in outer)
    flops = [launch.flops for launch in launches if launch.flops is not None]
    return Counters(
        kernel,
        sum(site.requests for site in outer),
        sum(site.sectors for site in outer),
        sum(site.ideal_sectors for site in outer),
        sum(site.requests for site in inner),
        sum(site.wavefronts for site in inner),
        sum(site.ideal_wavefronts for site in inner),
        sum(site.lanes for site in sites if site.access in ATOMIC),
        sum(launch.barriers for launch in launches),
        sum(launch.warp_issues for launch in launches),
        sum(launch.lane_issues for launch in launches),
        sum(site.lanes for site in outer if site.width >= 8) / lanes if lanes else 0.0,
        sum(flops) if len(flops) == len(launches) and launches else None,
    )


def kernels(seen: Seen) -> tuple[str, ...]:
    """The names of all kernels that were launched, in their order."""
    return tuple(dict.fromkeys(launch.kernel for launch in seen.launches))


def compulsory_bytes(seen: Seen) -> int:
    """What has to move at least: every byte that is read once, every byte that is written once."""
    return sum(buffer.read + buffer.written for buffer in seen.touched)
