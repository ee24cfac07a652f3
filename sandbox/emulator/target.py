"""Architectures: what a launch may ask for, and what the device says of itself."""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.core import UsageError

_KB = 1 << 10
_MB = 1 << 20
_GB = 1 << 30


@dataclass(frozen=True, slots=True)
class Target:
    """The limits of an architecture (CUDA programming guide, "Compute Capabilities"), and of a
    usual device of it the sizes. Shared memory is in bytes."""

    name: str
    sm: int
    shared_opt_in: int
    shared_per_multiprocessor: int
    threads_per_multiprocessor: int
    blocks_per_multiprocessor: int
    multiprocessors: int
    global_memory: int
    l2_bytes: int
    threads_per_block: int = 1024
    block_limit: tuple[int, int, int] = (1024, 1024, 64)
    grid_limit: tuple[int, int, int] = (2**31 - 1, 65535, 65535)
    shared_per_block: int = 48 * _KB
    registers_per_block: int = 65536

    def numbers(self) -> tuple[int, ...]:
        """All numbers, in the order in which the library takes them."""
        return (
            self.sm,
            self.threads_per_block,
            *self.block_limit,
            *self.grid_limit,
            self.shared_per_block,
            self.shared_opt_in,
            self.shared_per_multiprocessor,
            self.multiprocessors,
            self.threads_per_multiprocessor,
            self.blocks_per_multiprocessor,
            self.registers_per_block,
            self.global_memory,
            self.l2_bytes,
        )


TARGETS = {
    t.name: t
    for t in (
        Target("sm_70", 70, 96 * _KB, 96 * _KB, 2048, 32, 80, 32 * _GB, 6 * _MB),
        Target("sm_75", 75, 64 * _KB, 64 * _KB, 1024, 16, 40, 16 * _GB, 4 * _MB),
        Target("sm_80", 80, 163 * _KB, 164 * _KB, 2048, 32, 108, 80 * _GB, 40 * _MB),
        Target("sm_86", 86, 99 * _KB, 100 * _KB, 1536, 16, 84, 48 * _GB, 6 * _MB),
        Target("sm_89", 89, 99 * _KB, 100 * _KB, 1536, 24, 142, 48 * _GB, 96 * _MB),
        Target("sm_90", 90, 227 * _KB, 228 * _KB, 2048, 32, 132, 80 * _GB, 50 * _MB),
        Target("sm_100", 100, 227 * _KB, 228 * _KB, 2048, 32, 148, 180 * _GB, 126 * _MB),
        Target("sm_120", 120, 99 * _KB, 100 * _KB, 1536, 24, 170, 32 * _GB, 96 * _MB),
    )
}


def target(name: str) -> Target:
    """The architecture of a name such as `sm_90`. Raises UsageError for another."""
    found = TARGETS.get(name)
    if found is None:
        known = ", ".join(TARGETS)
        raise UsageError(f"there is no architecture {name!r}", hint=f"known ones: {known}")
    return found
