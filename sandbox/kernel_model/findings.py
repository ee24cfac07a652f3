"""What a reader should know of a kernel's speed: one sentence each, with the line and the counts.

From what was observed (exact at the sizes run) and from what the compiler tells (exact for the
architecture). Nothing here was measured on a GPU.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import prod

from gatewright.sandbox.kernel_model.architecture import WARP, Architecture
from gatewright.sandbox.kernel_model.counters import SECTOR, compulsory_bytes, count
from gatewright.sandbox.kernel_model.observed import GLOBAL, SHARED, Seen, SeenLaunch
from gatewright.sandbox.kernel_model.occupancy import Limit, Occupancy, Usage, occupancy
from gatewright.sandbox.tools.nvcc_kernels import Kernel
from gatewright.sandbox.tools.ptx import Sort


class Kind(StrEnum):
    """What is found. The last three describe and blame nothing."""

    UNCOALESCED = "uncoalesced"
    BANK_CONFLICTS = "bank-conflicts"
    DIVERGENCE = "divergence"
    REDUNDANT = "redundant-traffic"
    ATOMICS = "atomics"
    NARROW = "narrow-access"
    OCCUPANCY = "occupancy"
    SPILLS = "spills"
    LOCAL = "local-memory"
    DOUBLE = "double-precision"
    DIVISION = "division"
    COMPILED = "compiled"
    COUNTERS = "counters"
    ROOFLINE = "roofline"


@dataclass(frozen=True, slots=True)
class Finding:
    """`weight` orders findings of one kind: sectors, passes or warps lost, in vain.

    `clocks` is what that costs by the static model's rates, summed over multiprocessors; None
    where the model does not tell. `also`: further lines of which the same is to be said.
    """

    kind: Kind
    kernel: str
    text: str
    file: str = ""
    line: int = 0
    weight: float = 0.0
    clocks: float | None = None
    also: tuple[int, ...] = ()

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else ""
        return f"{place}{self.text}"


_LITTLE = 0.9  # above this share nothing is worth a word
_FEW_LANES = 0.01
_OFTEN = 2.0
_L2_SECTORS = 2  # that the second-level cache serves a clock


def observed_findings(seen: Seen) -> tuple[Finding, ...]:
    """What the counts say, the most wasteful lines first within a kind."""
    found = [*_uncoalesced(seen), *_conflicts(seen), *_divergent(seen)]
    found += [*_atomic(seen), *_redundant(seen), *_narrow(seen)]
    return tuple(found)


def compiled_findings(kernels: Sequence[Kernel]) -> tuple[Finding, ...]:
    """What the compiler tells of each kernel."""
    return tuple(finding for kernel in kernels for finding in _compiled(kernel))


def launch_usage(launch: SeenLaunch, kernel: Kernel) -> Usage:
    """What a launch of a compiled kernel uses."""
    static = max(launch.static_shared, kernel.static_shared)
    threads = prod(launch.block)
    return Usage(threads, kernel.registers, static, launch.dynamic_shared, kernel.barriers)


def occupancies(
    seen: Seen, kernels: Sequence[Kernel], architecture: Architecture
) -> tuple[tuple[SeenLaunch, Kernel, Occupancy], ...]:
    """The occupancy of each launch whose kernel was compiled."""
    by_name = {name: kernel for kernel in kernels for name in (kernel.base, kernel.name)}
    found = []
    for launch in seen.launches:
        kernel = by_name.get(launch.kernel) or by_name.get(_base(launch.kernel))
        if kernel is not None:
            found.append((launch, kernel, occupancy(architecture, launch_usage(launch, kernel))))
    return tuple(found)


def occupancy_findings(
    seen: Seen, kernels: Sequence[Kernel], architecture: Architecture
) -> tuple[Finding, ...]:
    """Launches that leave half of a multiprocessor's warps empty, and those that are refused."""
    found: dict[Finding, None] = {}
    for launch, kernel, held in occupancies(seen, kernels, architecture):
        if held.ratio > 0.5:
            continue
        limits = " and ".join(held.limits)
        usage = launch_usage(launch, kernel)
        blocks = "1 block" if held.blocks == 1 else f"{held.blocks} blocks"
        text = (
            f"{held.warps} of {architecture.warps} warps fit on a multiprocessor "
            f"({blocks} of {usage.threads} threads), limited by {limits}: "
            f"{kernel.registers} registers a thread, "
            f"{usage.static_shared + usage.dynamic_shared} bytes of shared memory a block"
            f"{next_block(architecture, usage)}"
        )
        if not held.blocks:
            text = f"{architecture.name} refuses this launch: too much of {limits}"
        place = kernel.place
        finding = Finding(
            Kind.OCCUPANCY, launch.kernel, text, place.file, place.line, 1 - held.ratio
        )
        found[finding] = None
    return tuple(found)


def next_block(architecture: Architecture, usage: Usage) -> str:
    """What another block would take, where fewer registers or less shared memory bring it."""
    held = occupancy(architecture, usage)
    used = usage.static_shared + usage.dynamic_shared
    if not held.blocks:
        return ""
    if held.limits == (Limit.REGISTERS,):
        for registers in range(usage.registers - 1, 15, -1):
            blocks = occupancy(architecture, replace(usage, registers=registers)).blocks
            if blocks > held.blocks:
                return f"; {blocks} blocks would fit at {registers} registers or fewer"
    if held.limits == (Limit.SHARED,):
        room = architecture.shared // (held.blocks + 1) - architecture.reserved_shared
        fits = room // architecture.shared_portion * architecture.shared_portion
        less = replace(usage, static_shared=0, dynamic_shared=max(fits, 0))
        blocks = occupancy(architecture, less).blocks
        if 0 < fits < used and blocks > held.blocks:
            return f"; {blocks} blocks would fit at {fits} bytes of shared memory or fewer"
    return ""


def _base(name: str) -> str:
    return name.partition("<")[0].rpartition("::")[2]


def _ordered(found: Iterable[Finding]) -> list[Finding]:
    return sorted(found, key=lambda finding: -finding.weight)


def _uncoalesced(seen: Seen) -> list[Finding]:
    found = []
    for site in seen.sites:
        if site.access not in GLOBAL or site.ideal_sectors >= _LITTLE * site.sectors:
            continue
        verb = {"global_load": "load", "global_store": "store"}.get(site.access, "atomic operation")
        text = (
            f"uncoalesced {verb}: {site.sectors} sectors of 32 bytes for {site.requests} warp "
            f"requests, {site.ideal_sectors} would do "
            f"({site.sectors / site.requests:.1f} a request instead of "
            f"{site.ideal_sectors / site.requests:.1f})"
        )
        lost = site.sectors - site.ideal_sectors
        place = site.place
        clocks = lost / _L2_SECTORS + lost
        found.append(
            Finding(Kind.UNCOALESCED, site.kernel, text, place.file, place.line, lost, clocks)
        )
    return _ordered(found)


def _conflicts(seen: Seen) -> list[Finding]:
    found = []
    for site in seen.sites:
        if site.access not in SHARED or site.ideal_wavefronts >= _LITTLE * site.wavefronts:
            continue
        text = (
            f"bank conflicts: {site.wavefronts} passes for {site.requests} warp requests, "
            f"{site.ideal_wavefronts} would do "
            f"({site.wavefronts / site.ideal_wavefronts:.1f} times too many)"
        )
        lost = site.wavefronts - site.ideal_wavefronts
        place = site.place
        found.append(
            Finding(Kind.BANK_CONFLICTS, site.kernel, text, place.file, place.line, lost, lost)
        )
    return _ordered(found)


def _divergent(seen: Seen) -> list[Finding]:
    """A line's idle lanes cost their share of what warps do, counted in memory instructions."""
    found = []
    total = count(seen)
    every = max(sum(line.warp_issues for line in seen.branching), total.warp_issues, 1)
    instructions = total.global_requests + total.shared_requests
    for line in seen.branching:
        full = WARP * line.warp_issues
        if not full or line.lane_issues >= _LITTLE * full:
            continue
        share = line.lane_issues / full
        text = (
            f"partly idle warps: {line.warp_issues} times a warp, with "
            f"{line.lane_issues / line.warp_issues:.1f} of {WARP} threads on average ({share:.0%})"
        )
        lost = line.warp_issues * (1 - share)
        place = line.place
        clocks = lost / every * instructions
        found.append(
            Finding(Kind.DIVERGENCE, line.kernel, text, place.file, place.line, lost, clocks)
        )
    return _ordered(found)


def _atomic(seen: Seen) -> list[Finding]:
    found = []
    lanes = sum(site.lanes for site in seen.sites) or 1
    for site in seen.sites:
        if site.access != "global_atomic" or site.lanes < _FEW_LANES * lanes:
            continue
        text = (
            f"{site.lanes} atomic operations on global memory: first combine within a warp "
            "(shuffles) and a block (shared memory)"
        )
        place = site.place
        lost = site.lanes
        found.append(Finding(Kind.ATOMICS, site.kernel, text, place.file, place.line, lost, lost))
    return _ordered(found)


def _redundant(seen: Seen) -> list[Finding]:
    """The same bytes asked for again and again: what tiling would keep in shared memory."""
    total, needed = count(seen), compulsory_bytes(seen)
    if not needed or total.global_bytes < _OFTEN * needed:
        return []
    times = total.global_bytes / needed
    text = (
        f"global memory is asked for {total.global_bytes} bytes where {needed} different ones are "
        f"read or written: each {times:.1f} times (the caches may serve some of it)"
    )
    heaviest = max(
        (site for site in seen.sites if site.access in GLOBAL), key=lambda site: site.sectors
    )
    place = heaviest.place
    clocks = (total.global_bytes - needed) / SECTOR / _L2_SECTORS
    where = (heaviest.kernel, text, place.file, place.line)
    return [Finding(Kind.REDUNDANT, *where, times, clocks)]


def _narrow(seen: Seen) -> list[Finding]:
    """Dense accesses of four bytes or fewer a thread, which wider ones could replace."""
    found = []
    most = max((site.requests for site in seen.sites if site.access in GLOBAL), default=0)
    for site in seen.sites:
        dense = site.access in ("global_load", "global_store") and site.width <= 4
        if not dense or site.requests < most or site.ideal_sectors < _LITTLE * site.sectors:
            continue
        if site.lanes * site.width < site.sectors * 32 * _LITTLE:
            continue
        text = (
            f"{site.requests} warp requests of {site.width} bytes a thread: 16-byte accesses "
            f"(float4) would take {-(-site.requests * site.width // 16)}"
        )
        place = site.place
        clocks = site.requests * (1 - site.width / 16)
        where = (site.kernel, text, place.file, place.line)
        found.append(Finding(Kind.NARROW, *where, site.requests, clocks))
    return _ordered(found)


def _compiled(kernel: Kernel) -> list[Finding]:
    found = []
    place = kernel.place
    if kernel.spill_stores or kernel.spill_loads:
        text = (
            f"registers are spilled: {kernel.spill_stores} bytes stored and {kernel.spill_loads} "
            f"loaded a thread, at {kernel.registers} registers"
        )
        spilled = kernel.spill_stores + kernel.spill_loads
        found.append(Finding(Kind.SPILLS, kernel.name, text, place.file, place.line, spilled))
    for kind, sort, text in (
        (Kind.DOUBLE, Sort.DOUBLE, "double-precision arithmetic ({} instructions)"),
        (Kind.LOCAL, Sort.LOCAL, "an array in local memory, indexed by a variable ({} accesses)"),
        (Kind.DIVISION, Sort.DIVIDE, "IEEE division or square root ({} instructions)"),
    ):
        counts = {at: n for (which, at), n in kernel.entry.lines.items() if which is sort}
        found += _ordered(
            Finding(kind, kernel.name, text.format(n), at.file, at.line, n)
            for at, n in counts.items()
        )
    return found
