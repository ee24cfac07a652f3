"""What a dry run at the problem's own sizes adds to the verdict of the emulated runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gatewright.core import Diagnostic, FailureClass, Outcome, Severity, TestResult, Verdict
from gatewright.sandbox.emulator import Place, Refused, Report, Unit
from gatewright.sandbox.kernel.dry_run import DryRun, Sizes
from gatewright.sandbox.kernel.findings import Fault, Finding, wrap_fault
from gatewright.sandbox.kernel.prepared import Ready
from gatewright.sandbox.kernel_model.gpus import GpuSpec

STAGE = "true sizes"
LIMITS, MEMORY, UNSEEN = "launch_limits", "memory", "unseen_kernel"
_MOST_INT = 2**31 - 1
_BINDING = "incompatible function arguments"  # pybind11's word; no value has a part in it
_WIDE = re.compile(r"\b(long|u?int64_t|u?int_fast64_t|s?size_t|ptrdiff_t|uintptr_t|index_t)\b")
_RIGHT = 0.9  # the score of what is right and cannot be launched


def wanted(verdict: Verdict, ready: Sequence[Ready]) -> bool:
    """Whether such a run may tell something: of what met smaller sizes alone."""
    if verdict.outcome is Outcome.FAIL:
        return False
    return any(own != now for _, own, now in ready[0].values)


def unseen(dry: DryRun, report: Report) -> tuple[str, ...]:
    """The kernels that it launches at the problem's own sizes, and in no run of this report."""
    seen = {launch.kernel for launch in report.launches}
    return tuple(sorted({launch.kernel for launch in dry.report.launches} - seen))


def with_unseen(verdict: Verdict, kernels: Sequence[str], fault: Fault | None) -> Verdict:
    """The verdict where nobody has seen these kernels be right; `fault` is what they did wrong."""
    if not verdict.passed:
        return verdict
    if fault is not None:
        told = f"at larger sizes: {fault.message}"
        return _failed(verdict, fault.code, FailureClass.MISMATCH, told)
    told = f"at the problem's own sizes it launches {', '.join(kernels)}, at none that were run"
    remark = Diagnostic(Severity.WARNING, told, code=UNSEEN, tool=verdict.tools["device"])
    diagnostics = (remark, *verdict.diagnostics)
    unsure = replace(verdict, outcome=Outcome.INCONCLUSIVE, score=0.0, code=UNSEEN)
    return _staged(replace(unsure, diagnostics=diagnostics), Outcome.INCONCLUSIVE, told)


def at_true_sizes(
    verdict: Verdict,
    dry: DryRun,
    gpu: GpuSpec,
    units: Sequence[Unit],
    ready: Ready | None = None,
) -> Verdict:
    """The verdict with this stage. A launch that the GPU refuses, or more memory than it has,
    decides it; a call that cannot be made without computing decides nothing.

    A refused launch is a wrong result: the kernel does not run, whether the host asks or not."""
    verdict = replace(verdict, cpu_s=verdict.cpu_s + dry.cpu_s)
    if dry.report.refused:
        one = dry.report.refused[0]
        return _failed(verdict, LIMITS, FailureClass.MISMATCH, _refused(one, gpu), one.place)
    if dry.sizes is None and _BINDING in dry.ended:
        return _failed(verdict, "interface", FailureClass.INTERFACE, dry.ended)
    if dry.sizes is None:
        return _staged(
            verdict, Outcome.INCONCLUSIVE, f"not to be had without computing: {dry.ended}"
        )
    idle = _idle(verdict, dry, ready)
    if idle:
        return _failed(verdict, "no_kernel", FailureClass.UNSAFE, idle)
    sizes = dry.sizes
    sized = {"true_bytes": float(sizes.most), "true_bytes_compared": float(sizes.compared)}
    verdict = replace(verdict, metrics={**verdict.metrics, **sized})
    there = gpu.memory_gb << 30
    if sizes.most > there:
        told = f"at the problem's own sizes it holds {_gb(sizes.most)} at once, the {gpu.name} has "
        return _failed(verdict, MEMORY, FailureClass.MEMORY, f"{told}{gpu.memory_gb}")
    told = f"launches within the limits of {gpu.sm}; at least {_gb(sizes.most)} of {gpu.memory_gb}"
    if sizes.compared > there * 0.97:
        told += f"; to compare it with the reference's output there takes {_gb(sizes.compared)}"
    return _staged(_with_narrow(verdict, sizes, units), Outcome.PASS, told)


def _idle(verdict: Verdict, dry: DryRun, ready: Ready | None) -> str:
    """Whether its kernels have no part in the result at the problem's own sizes, in words."""
    if verdict.passed and verdict.metrics.get("launches", 0) > 0 and dry.launches == 0:
        return "at the problem's own sizes it launches no kernel"
    found = Finding("", None, launches=dry.launches, operations=dry.operations)
    wrapped = wrap_fault(found, ready) if ready and verdict.passed else None
    return f"at the problem's own sizes {wrapped.message}" if wrapped else ""


def _refused(one: Refused, gpu: GpuSpec) -> str:
    kernel = f"{one.kernel}: " if one.kernel else ""
    return f"{kernel}at the problem's own sizes {gpu.sm} refuses the launch: {one.why}"


def _gb(size: int) -> str:
    return f"{size / (1 << 30):.1f} GB"


def _failed(
    verdict: Verdict, code: str, failure: FailureClass, message: str, place: Place | None = None
) -> Verdict:
    place, device = place or Place(), verdict.tools["device"]
    remark = Diagnostic(Severity.ERROR, message, place.file, place.line, code=code, tool=device)
    failed = replace(
        verdict,
        outcome=Outcome.FAIL,
        failure_class=failure,
        score=_RIGHT if verdict.passed else 0.0,
        diagnostics=(remark, *verdict.diagnostics),
        code=code,
    )
    return _staged(failed, Outcome.FAIL, message)


def _staged(verdict: Verdict, outcome: Outcome, message: str) -> Verdict:
    return replace(verdict, tests=(*verdict.tests, TestResult(STAGE, outcome, message)))


def _with_narrow(verdict: Verdict, sizes: Sizes, units: Sequence[Unit]) -> Verdict:
    """With a warning where no index of the code can reach the end of a tensor."""
    texts = [source.text for unit in units for source in (*unit.cuda, *unit.cpp)]
    if sizes.largest <= _MOST_INT or any(_WIDE.search(text) for text in texts):
        return verdict
    told = (
        f"a tensor has {sizes.largest} elements at the problem's own sizes, more than an int "
        "counts, and the code has no 64-bit integer"
    )
    remark = Diagnostic(Severity.WARNING, told, code="narrow_index", tool=verdict.tools["device"])
    return replace(verdict, diagnostics=(*verdict.diagnostics, remark))
