"""Counters, findings, roofline of a candidate: as a verdict's numbers, as remarks for a reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gatewright.sandbox.kernel_model.counters import compulsory_bytes, count, kernels
from gatewright.sandbox.kernel_model.estimate import Estimate, estimate
from gatewright.sandbox.kernel_model.findings import (
    Finding,
    Kind,
    compiled_findings,
    observed_findings,
    occupancies,
    occupancy_findings,
)
from gatewright.sandbox.kernel_model.gpus import GpuSpec
from gatewright.sandbox.kernel_model.observed import Seen
from gatewright.sandbox.kernel_model.roofline import Bound, Work, roof
from gatewright.sandbox.tools.nvcc_kernels import Kernel

PREFIX = "static_"
_MOST = 8
# What costs most as a rule comes first.
_ORDER = (
    *(Kind.SPILLS, Kind.LOCAL, Kind.UNCOALESCED, Kind.REDUNDANT, Kind.BANK_CONFLICTS),
    *(Kind.DOUBLE, Kind.ATOMICS, Kind.DIVERGENCE, Kind.OCCUPANCY, Kind.NARROW, Kind.DIVISION),
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a candidate's kernels without a GPU, held against `gpu`.

    `flops` is what the problem takes at the sizes that were run, `output_bytes` what it leaves.
    """

    gpu: GpuSpec
    seen: Seen | None = None
    compiled: tuple[Kernel, ...] = ()
    flops: float = 0.0
    output_bytes: int = 0

    @property
    def counted(self) -> bool:
        """Memory accesses were counted."""
        return self.seen is not None and bool(self.seen.sites)

    def needed(self, seen: Seen) -> Work:
        """What any kernel for this problem has to do: read its inputs, write its outputs.

        What a candidate writes and reads again is its own affair.
        """
        given = sum(buffer.read for buffer in seen.touched if not buffer.written)
        moved = given + self.output_bytes if self.output_bytes else compulsory_bytes(seen)
        return Work(self.flops or count(seen).flops or 0, moved)

    def shares(self, seen: Seen, guess: Estimate) -> tuple[float, float]:
        """How near the roofline the estimate lies: if all parts overlap, and if none does."""
        needed, gpu = self.needed(seen), self.gpu
        per_clock = gpu.bandwidth * 1e9 / (gpu.clock_mhz * 1e6)
        arithmetic = needed.flops / (2 * gpu.architecture.float32) / gpu.multiprocessors
        clocks = max(needed.bytes / per_clock, arithmetic)
        if not guess.at_most:
            return 0.0, 0.0
        return min(1.0, clocks / guess.at_least), min(1.0, clocks / guess.at_most)


def metrics(profile: Profile) -> Mapping[str, float]:
    """Numbers for a verdict's metrics, all of them named as static. Only what is known is there."""
    found: dict[str, float] = {}
    seen, compiled, gpu = profile.seen, profile.compiled, profile.gpu
    if compiled:
        found["registers"] = max(kernel.registers for kernel in compiled)
        found["spill_bytes"] = sum(k.spill_stores + k.spill_loads for k in compiled)
        found["shared_bytes"] = max(kernel.static_shared for kernel in compiled)
    if seen is not None and compiled:
        held = [one.ratio for _, _, one in occupancies(seen, compiled, gpu.architecture)]
        if held:
            found["occupancy"] = min(held)
    if seen is not None and seen.sites:
        found |= _counted(profile, seen)
    return {f"{PREFIX}{name}": float(value) for name, value in found.items()}


def _counted(profile: Profile, seen: Seen) -> dict[str, float]:
    total, needed, guess = count(seen), profile.needed(seen), _estimate(profile, seen)
    overlapped, serial = profile.shares(seen, guess)
    found = {
        "coalescing": total.coalescing,
        "bank_efficiency": total.bank_efficiency,
        "branch_efficiency": total.branch_efficiency,
        "barriers": float(total.barriers),
        "atomics": float(total.atomics),
        "sectors": float(total.global_sectors),
        "global_bytes": float(total.global_bytes),
        "needed_bytes": needed.bytes,
        "roof_share": overlapped,
        "roof_share_serial": serial,
    }
    if needed.flops and needed.bytes:
        found |= {"flops": needed.flops, "intensity": needed.intensity}
    return found


def _estimate(profile: Profile, seen: Seen) -> Estimate:
    return estimate(seen, profile.gpu, profile.flops)


def remarks(profile: Profile) -> tuple[Finding, ...]:
    """For a reader: the counters of each kernel, what bounds it, then the worst lines."""
    seen, found = profile.seen, []
    for kernel in profile.compiled:
        place = kernel.place
        text = f"{kernel.name}: {_uses(kernel, profile)}"
        found.append(Finding(Kind.COMPILED, kernel.name, text, place.file, place.line))
    if seen is not None and seen.sites:
        found += [Finding(Kind.COUNTERS, name, _kernel_line(seen, name)) for name in kernels(seen)]
        found.append(Finding(Kind.ROOFLINE, "", _bounds(profile, seen)))
    return (*found, *worst(profile)[:_MOST])


def worst(profile: Profile) -> tuple[Finding, ...]:
    """Every finding that names something to change, what costs most first."""
    found = compiled_findings(profile.compiled)
    if profile.seen is not None:
        limits = occupancy_findings(profile.seen, profile.compiled, profile.gpu.architecture)
        found = (*observed_findings(profile.seen), *limits, *found)
    once: dict[tuple[Kind, str, int], Finding] = {}
    for finding in found:
        once.setdefault((finding.kind, finding.file, finding.line), finding)
    return tuple(sorted(once.values(), key=lambda f: _ORDER.index(f.kind)))


def _uses(kernel: Kernel, profile: Profile) -> str:
    text = (
        f"{kernel.registers} registers a thread, {kernel.spill_stores + kernel.spill_loads} bytes "
        f"spilled, {kernel.static_shared} bytes of static shared memory"
    )
    if profile.seen is not None:
        every = occupancies(profile.seen, [kernel], profile.gpu.architecture)
        if every:
            _, _, held = min(every, key=lambda one: one[2].ratio)
            text += f", occupancy {held.ratio:.0%} (limited by {' and '.join(held.limits)})"
    return f"{text} on {profile.gpu.sm}"


def _kernel_line(seen: Seen, name: str) -> str:
    total = count(seen, name)
    parts = [
        f"{total.global_sectors} sectors of global memory in {total.global_requests} requests",
        f"{total.coalescing:.0%} of the sectors needed",
        f"warps {total.branch_efficiency:.0%} full",
    ]
    if total.shared_requests:
        parts.append(f"shared memory {total.bank_efficiency:.0%} free of conflicts")
    if total.barriers:
        parts.append(f"{total.barriers} barriers")
    if total.atomics:
        parts.append(f"{total.atomics} atomic operations")
    return f"{name}: " + ", ".join(parts)


def _bounds(profile: Profile, seen: Seen) -> str:
    """One sentence each on the roof and on what the model says takes the time."""
    guess, needed = _estimate(profile, seen), profile.needed(seen)
    best = roof(profile.gpu, needed)
    overlapped, serial = profile.shares(seen, guess)
    wait = "memory" if best.bound is Bound.MEMORY else "arithmetic"
    lines = (
        f"at these sizes the {profile.gpu.name} is bound by {wait} ({needed.bytes:.4g} bytes to "
        f"move, {needed.intensity:.3g} FLOP a byte; the roof turns at {best.ridge:.3g}); ",
        f"static model: {serial:.0%} to {overlapped:.0%} of the roofline, "
        f"{guess.bound} costs most ({guess.share(guess.bound):.0%})",
    )
    return "".join(lines)
