"""Counters, findings, roofline of a candidate: as a verdict's numbers, as remarks for a reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
_MOST, _LEAST = 12, 4
_TOLD = 0.01  # the least share of the model's cost that is worth a word
_MANY = 2.0
_WAITS = {Bound.MEMORY: "memory", Bound.COMPUTE: "arithmetic"}
# What the model gives no clocks for stands between the findings that have a share.
_RANKS = {
    Kind.SPILLS: 0.5,
    Kind.LOCAL: 0.3,
    Kind.OCCUPANCY: 0.1,
    Kind.DOUBLE: 0.05,
    Kind.DIVISION: 0.01,
}
_ELSEWHERE = 0.01  # of a kernel that was not launched


@dataclass(frozen=True, slots=True)
class Full:
    """The problem at its own sizes, where those that were run are smaller.

    `sizes` tells those that were run; `work` is None where nothing is known of it. `per_output`:
    how many times as much arithmetic an element of the output takes.
    """

    sizes: str
    work: Work | None = None
    per_output: float = 1.0


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a candidate's kernels without a GPU, held against `gpu`.

    `flops` is what the problem takes at the sizes that were run, `output_bytes` what it leaves;
    `full` is None where those are its own sizes. `launched` holds the launches at its own sizes,
    where they are known: by them blocks and their shared memory are judged.
    """

    gpu: GpuSpec
    seen: Seen | None = None
    compiled: tuple[Kernel, ...] = ()
    flops: float = 0.0
    output_bytes: int = 0
    full: Full | None = None
    launched: Seen | None = None

    @property
    def resident(self) -> Seen | None:
        """The launches that tell how many warps a multiprocessor holds."""
        return self.launched or self.seen

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

    def differs(self, seen: Seen) -> bool:
        """What bounds the run that was counted is known not to bound the problem in full."""
        work = self.full.work if self.full else None
        if work is None or not work.flops:
            return False
        return roof(self.gpu, work).bound is not roof(self.gpu, self.needed(seen)).bound

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
    if profile.resident is not None and compiled:
        every = occupancies(profile.resident, compiled, gpu.architecture)
        held = [one.ratio for _, _, one in every]
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
    if profile.differs(seen):
        found["roof_differs"] = 1.0
    return found


def _estimate(profile: Profile, seen: Seen) -> Estimate:
    return estimate(seen, profile.gpu, profile.flops)


def remarks(profile: Profile) -> tuple[Finding, ...]:
    """For a reader: the counters of each kernel, what bounds it, then what costs most."""
    seen, found = profile.seen, _resources(profile)
    if seen is not None and seen.sites:
        found += [Finding(Kind.COUNTERS, name, _kernel_line(seen, name)) for name in kernels(seen)]
        found.append(Finding(Kind.ROOFLINE, "", _bounds(profile, seen)))
    merged = sorted(_merged(worst(profile)), key=lambda one: -_rank(one, profile))
    blamed = [_with_share(one, profile) for one in merged if _rank(one, profile) >= _TOLD]
    return (*found, *blamed[: max(_LEAST, _MOST - len(found))])


def _resources(profile: Profile) -> list[Finding]:
    """What kernels use: a line each, but one for all that were not launched."""
    found, others = [], []
    for kernel in profile.compiled:
        if not _launched(kernel.name, profile):
            spilled = kernel.spill_stores + kernel.spill_loads
            others.append(f"{kernel.name} ({kernel.registers} registers, {spilled} bytes spilled)")
            continue
        text, place = f"{kernel.name}: {_uses(kernel, profile)}", kernel.place
        found.append(Finding(Kind.COMPILED, kernel.name, text, place.file, place.line))
    if others:
        text = f"not launched in the run that was counted: {', '.join(others)}"
        found.append(Finding(Kind.COMPILED, "", text))
    return found


def _launched(name: str, profile: Profile) -> bool:
    """Whether it was; all were where nothing was counted. Names may lack template arguments."""
    if profile.seen is None or not name:
        return True
    names = kernels(profile.seen)
    if any(_is(name, one) for one in names):
        return True
    generic = {one.partition("<")[0] for one in names if not _instance(one, profile)}
    return name.partition("<")[0].rpartition("::")[2] in generic


def _instance(name: str, profile: Profile) -> bool:
    """A launched kernel's name is that of one compiled kernel."""
    return any(_is(kernel.name, name) for kernel in profile.compiled)


def _is(compiled: str, launched: str) -> bool:
    return compiled == launched or compiled.endswith(f"::{launched}")


def worst(profile: Profile) -> tuple[Finding, ...]:
    """Every finding that names something to change, what costs most first."""
    found = compiled_findings(profile.compiled)
    if profile.seen is not None:
        launches = profile.resident or profile.seen
        limits = occupancy_findings(launches, profile.compiled, profile.gpu.architecture)
        found = (*observed_findings(profile.seen), *limits, *found)
    once: dict[tuple[Kind, str, int], Finding] = {}
    for finding in sorted(found, key=lambda one: -_rank(one, profile)):
        once.setdefault((finding.kind, finding.file, finding.line), finding)
    return tuple(once.values())


def _merged(found: Sequence[Finding]) -> list[Finding]:
    """One finding for all lines of a kernel of which the very same is to be said."""
    alike: dict[tuple[Kind, str, str, str], Finding] = {}
    for one in found:
        key = (one.kind, one.kernel, one.file, one.text)
        first = alike.get(key)
        if first is None:
            alike[key] = one
            continue
        known = first.clocks is not None and one.clocks is not None
        clocks = (first.clocks or 0) + (one.clocks or 0) if known else None
        alike[key] = replace(first, clocks=clocks, also=(*first.also, one.line))
    return list(alike.values())


def _rank(finding: Finding, profile: Profile) -> float:
    """Its share of the model's cost, or a rank among such shares."""
    share = _share(finding, profile)
    if share is not None:
        return share
    rank = _RANKS.get(finding.kind, 1.0)
    return rank if _launched(finding.kernel, profile) else max(_TOLD, rank * _ELSEWHERE)


def _share(finding: Finding, profile: Profile) -> float | None:
    if finding.clocks is None or profile.seen is None:
        return None
    total = _estimate(profile, profile.seen).at_most * profile.gpu.multiprocessors
    return min(1.0, finding.clocks / total) if total else 0.0


def _with_share(finding: Finding, profile: Profile) -> Finding:
    share = _share(finding, profile)
    if share is None:
        return finding
    together = " together" if finding.also else ""
    text = f"{finding.text}; {share:.0%} of the modelled cost{together}"
    if finding.kind is Kind.DIVERGENCE and profile.full is not None:
        text += ", perhaps less at full sizes"
    return replace(finding, text=text)


def _uses(kernel: Kernel, profile: Profile) -> str:
    text = (
        f"{kernel.registers} registers a thread, {kernel.spill_stores + kernel.spill_loads} bytes "
        f"spilled, {kernel.static_shared} bytes of static shared memory"
    )
    if profile.resident is not None:
        every = occupancies(profile.resident, [kernel], profile.gpu.architecture)
        if every:
            launch, _, held = min(every, key=lambda one: one[2].ratio)
            if launch.dynamic_shared:
                text += f" and {launch.dynamic_shared} of dynamic"
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
    """What bounds the problem in full, where that is known, and what takes the time as counted."""
    guess, needed, full = _estimate(profile, seen), profile.needed(seen), profile.full
    overlapped, serial = profile.shares(seen, guess)
    model = (
        f"static model of the run counted: {serial:.0%} to {overlapped:.0%} of the roofline, "
        f"its largest part is {guess.bound} ({guess.share(guess.bound):.0%})"
    )
    if full is None:
        return f"{_roof_line(profile.gpu, needed)}; {model}"
    parts = [f"counted at {full.sizes}"]
    if full.work is not None:
        parts.append(f"in full: {_roof_line(profile.gpu, full.work)}")
    if profile.differs(seen):
        other = roof(profile.gpu, needed).bound
        model += f", but {_WAITS[other]} bounds that small run, unlike the full one"
    parts.append(model)
    if full.per_output >= _MANY:
        parts.append(
            f"in full an output takes {full.per_output:.0f} times as many operations, so what is "
            "done once an output weighs that much less than here"
        )
    return "; ".join(parts)


def _roof_line(gpu: GpuSpec, work: Work) -> str:
    """What bounds some work; nothing is claimed where its arithmetic is not known."""
    moves = f"about {work.bytes:.3g} bytes have to move"
    if not work.flops:
        return moves
    best = roof(gpu, work)
    return (
        f"{moves}, {work.intensity:.3g} FLOP a byte: the {gpu.name} is bound by "
        f"{_WAITS[best.bound]} (its roof turns at {best.ridge:.3g} in float32)"
    )
