"""Counters, findings, roofline of a candidate: as a verdict's numbers, as text for a reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gatewright.sandbox.kernel_model.architecture import Architecture
from gatewright.sandbox.kernel_model.counters import count, kernels, work
from gatewright.sandbox.kernel_model.estimate import estimate
from gatewright.sandbox.kernel_model.findings import (
    Finding,
    compiled_findings,
    observed_findings,
    occupancies,
    occupancy_findings,
)
from gatewright.sandbox.kernel_model.gpus import GpuSpec
from gatewright.sandbox.kernel_model.observed import Seen
from gatewright.sandbox.kernel_model.roofline import Bound, Work, roof
from gatewright.sandbox.tools.nvcc_kernels import Kernel

_MOST = 8
STATIC = (
    "Static counters: exact counts of the emulated run at reduced sizes and of the compiler's "
    "output. Nothing was timed on a GPU."
)


def metrics(
    seen: Seen | None,
    compiled: Sequence[Kernel],
    architecture: Architecture,
    flops: float | None = None,
) -> Mapping[str, float]:
    """Numbers for a verdict's metrics. Only what is known is there.

    `flops` is what the problem takes at the sizes that were run.
    """
    found: dict[str, float] = {}
    if compiled:
        found["registers"] = max(kernel.registers for kernel in compiled)
        found["spill_bytes"] = sum(k.spill_stores + k.spill_loads for k in compiled)
        found["static_shared_bytes"] = max(kernel.static_shared for kernel in compiled)
    if seen is None or not seen.launches:
        return found
    held = [occupied.ratio for _, _, occupied in occupancies(seen, compiled, architecture)]
    if held:
        found["occupancy"] = min(held)
    if not seen.sites:
        return found
    total, done = count(seen), work(seen, flops)
    found["coalescing"] = total.coalescing
    found["bank_efficiency"] = total.bank_efficiency
    found["branch_efficiency"] = total.branch_efficiency
    found["barriers"] = total.barriers
    found["atomics"] = total.atomics
    found["global_bytes"] = total.global_bytes
    found["compulsory_bytes"] = done.bytes
    if done.flops and done.bytes:
        found["flops"] = done.flops
        found["intensity"] = done.intensity
    return found


def all_findings(
    seen: Seen | None, compiled: Sequence[Kernel], architecture: Architecture
) -> tuple[Finding, ...]:
    """Every finding about a candidate."""
    found = compiled_findings(compiled)
    if seen is None:
        return found
    return (*observed_findings(seen), *occupancy_findings(seen, compiled, architecture), *found)


def describe(
    seen: Seen | None, compiled: Sequence[Kernel], gpu: GpuSpec, flops: float | None = None
) -> str:
    """The text that a judge reads: counters by kernel, what bounds it, the worst lines."""
    lines = [STATIC]
    if seen is not None and seen.sites:
        lines += [_kernel_line(seen, name) for name in kernels(seen)]
        lines += _bounds(seen, gpu, flops)
    for kernel in compiled:
        spills = kernel.spill_stores + kernel.spill_loads
        lines.append(
            f"{kernel.name}: {kernel.registers} registers a thread, {spills} bytes spilled, "
            f"{kernel.static_shared} bytes of static shared memory ({gpu.sm})"
        )
    found = all_findings(seen, compiled, gpu.architecture)
    lines += [f"- {finding}" for finding in found[:_MOST]]
    return "\n".join(lines)


def describe_goal(gpu: GpuSpec, needed: Work, dtype: str = "float32") -> str:
    """What the roofline allows for a piece of work at its true sizes."""
    best = roof(gpu, needed, dtype)
    wait = "memory" if best.bound is Bound.MEMORY else "arithmetic"
    return (
        f"{gpu.name}: at least {1000 * best.least_s:.4g} ms ({needed.bytes / 1e6:.4g} MB to move, "
        f"{needed.flops / 1e9:.4g} GFLOP, {needed.intensity:.3g} FLOP a byte); bound by {wait}"
    )


def _kernel_line(seen: Seen, name: str) -> str:
    total = count(seen, name)
    parts = [
        f"{total.global_requests} global requests, {total.coalescing:.0%} of the sectors needed",
        f"warps {total.branch_efficiency:.0%} full",
    ]
    if total.shared_requests:
        parts.append(f"shared memory {total.bank_efficiency:.0%} free of conflicts")
    if total.barriers:
        parts.append(f"{total.barriers} barriers")
    if total.atomics:
        parts.append(f"{total.atomics} atomic operations")
    return f"{name}: " + "; ".join(parts)


def _bounds(seen: Seen, gpu: GpuSpec, flops: float | None) -> list[str]:
    done, guess = work(seen, flops), estimate(seen, gpu)
    lines = [
        f"most of the estimated time: {guess.bound} ({guess.share(guess.bound):.0%}), "
        "by a static model that ranks and does not measure"
    ]
    if done.flops:
        best = roof(gpu, done)
        lines.append(
            f"arithmetic intensity {done.intensity:.3g} FLOP a compulsory byte; the roof of the "
            f"{gpu.name} turns at {best.ridge:.3g}: bound by {best.bound}"
        )
    return lines
