"""Theoretical occupancy: how many blocks of a kernel a multiprocessor can hold at once, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gatewright.sandbox.kernel_model.architecture import WARP, Architecture


class Limit(StrEnum):
    """What keeps another block out."""

    WARPS = "threads"
    BLOCKS = "blocks"
    REGISTERS = "registers"
    SHARED = "shared memory"
    BARRIERS = "barriers"


@dataclass(frozen=True, slots=True)
class Usage:
    """What a launch uses: threads a block, registers a thread, shared bytes a block, barriers."""

    threads: int
    registers: int = 0
    static_shared: int = 0
    dynamic_shared: int = 0
    barriers: int = 0

    @property
    def warps(self) -> int:
        """Warps of a block."""
        return -(-self.threads // WARP)


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Blocks and warps that a multiprocessor holds at once; 0 where the launch is refused.

    `ratio` is the share of the warps that it could hold; `limits` what keeps another block out.
    """

    blocks: int
    warps: int
    ratio: float
    limits: tuple[Limit, ...]


def occupancy(architecture: Architecture, usage: Usage) -> Occupancy:
    """By the rules of CUDA's own calculator, with the largest share for shared memory."""
    allowed = {
        Limit.WARPS: _by_warps(architecture, usage),
        Limit.BLOCKS: architecture.blocks,
        Limit.REGISTERS: _by_registers(architecture, usage),
        Limit.SHARED: _by_shared(architecture, usage),
        Limit.BARRIERS: _by_barriers(architecture, usage),
    }
    known = {limit: blocks for limit, blocks in allowed.items() if blocks is not None}
    blocks = min(known.values())
    limits = tuple(limit for limit, most in known.items() if most == blocks)
    warps = blocks * usage.warps
    return Occupancy(blocks, warps, warps / architecture.warps, limits)


def _by_warps(architecture: Architecture, usage: Usage) -> int:
    if not 0 < usage.threads <= architecture.threads_per_block:
        return 0
    return architecture.warps // usage.warps


def _by_registers(architecture: Architecture, usage: Usage) -> int | None:
    """Registers are given out a warp at a time, from the partition that the warp runs on."""
    if not usage.registers:
        return None
    if usage.registers > architecture.registers_per_thread:
        return 0
    of_warp = _up(usage.registers * WARP, architecture.register_portion)
    if of_warp * _up(usage.warps, architecture.partitions) > architecture.registers:
        return 0
    of_partition = architecture.registers // architecture.partitions
    warps = of_partition // of_warp * architecture.partitions
    return warps // usage.warps if usage.warps else 0


def _by_shared(architecture: Architecture, usage: Usage) -> int | None:
    wanted = usage.static_shared + usage.dynamic_shared
    if usage.static_shared > architecture.shared_static or wanted > architecture.shared_opt_in:
        return 0
    allocated = _up(wanted + architecture.reserved_shared, architecture.shared_portion)
    return architecture.shared // allocated if allocated else None


def _by_barriers(architecture: Architecture, usage: Usage) -> int | None:
    if not usage.barriers:
        return None
    return architecture.blocks * architecture.barriers_per_block // usage.barriers


def _up(value: int, portion: int) -> int:
    return -(-value // portion) * portion
