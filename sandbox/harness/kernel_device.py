"""The last stages of a kernel's check: nvcc, counters, a GPU where there is one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gatewright.core import (
    DataError,
    Diagnostic,
    KernelConfiguration,
    KernelSpec,
    Outcome,
    Severity,
    Source,
    ToolCrashed,
    ToolMissing,
    Verdict,
)
from gatewright.core.verdict import TestResult
from gatewright.sandbox.emulator import Report, Unit
from gatewright.sandbox.harness.kept import Kept
from gatewright.sandbox.harness.kernel_lines import Lines
from gatewright.sandbox.harness.told import STATIC
from gatewright.sandbox.isolation import Isolation
from gatewright.sandbox.kernel.compare import Expected, compare
from gatewright.sandbox.kernel.compare import Tolerance as Allowed
from gatewright.sandbox.kernel.prepared import Ready
from gatewright.sandbox.kernel_model.findings import Finding
from gatewright.sandbox.kernel_model.gpus import DEFAULT, gpu_spec
from gatewright.sandbox.kernel_model.roofline import Work
from gatewright.sandbox.kernel_model.summary import Full, Profile, metrics, remarks
from gatewright.sandbox.tools.device_stages import (
    Opened,
    Stage,
    gpu_stages,
    nvcc_stage,
    open_first,
)
from gatewright.sandbox.tools.gpu_run import GpuTask, Outputs, Tolerance

_BARE = (".cu", ".cpp")
_MOST_KEPT = 64 << 20
_MOST_SIZES = 8
_FLOAT = 4  # bytes of an element, as nearly all of these problems have them


@dataclass(frozen=True, slots=True)
class DeviceWish:
    """Which stages follow the emulated runs.

    `static`: nvcc and the counters, about two CPU seconds for a candidate that is new. `run`: on
    a GPU, where there is one. `gpu`: the one that estimates are made for.
    """

    static: bool = False
    run: bool = True
    gpu: str = DEFAULT


@dataclass(frozen=True, slots=True)
class Subject:
    """A candidate that the emulated runs did not refuse; `ready` is what its counters are of.

    `launched` tells its launches at the problem's own sizes, where they are known.
    """

    spec: KernelSpec
    source: Source
    units: tuple[Unit, ...]
    ready: Ready
    tolerance: Allowed
    launched: Report | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """What was counted, or why nothing was."""

    report: Report | None = None
    reason: str = ""
    cpu_s: float = 0.0


@dataclass(slots=True)
class DeviceStages:
    """Adds the stages that are wished for. `opener` finds the GPU. Safe in several threads."""

    isolation: Isolation
    wish: DeviceWish = field(default_factory=DeviceWish)
    opener: Callable[[Isolation], Opened] = open_first
    _found: Opened | str | None = field(init=False, default=None)
    _compiled: Kept[Stage] = field(init=False, default_factory=lambda: Kept(_MOST_KEPT))

    def added(self, verdict: Verdict, subject: Subject, observe: Callable[[], Observed]) -> Verdict:
        """The verdict with what the further stages find; one that failed stays as it is.

        Where emulation could not decide, a GPU does, if nothing but kernels computed there.
        """
        lines = Lines.of(subject.source, subject.units)
        if verdict.outcome is Outcome.FAIL:
            return verdict
        if self.wish.static:
            stage = self._nvcc(subject.units)
            verdict = with_stage(verdict, stage, lines)
            if verdict.outcome is Outcome.FAIL:
                return verdict
            if verdict.passed:
                verdict = self._counted(verdict, subject, stage, observe(), lines)
        return self._on_gpu(verdict, subject, lines) if self.wish.run else verdict

    def _nvcc(self, units: tuple[Unit, ...]) -> Stage:
        """Compiled once for each content."""
        if not any(unit.cuda for unit in units):
            return Stage("nvcc", None, "skipped: no CUDA source; Triton compiles on the GPU")
        sm = gpu_spec(self.wish.gpu).sm
        text = "\0".join((sm, *(unit.to_json() for unit in units)))
        key = hashlib.sha256(text.encode(errors="replace")).digest()
        made: list[Stage] = []

        def make() -> Stage:
            made.append(nvcc_stage(units, self.isolation, sm))
            return made[0]

        stage = self._compiled.get(key, 50_000, make)
        return stage if made else replace(stage, cpu_s=0.0)

    def _counted(
        self, verdict: Verdict, subject: Subject, stage: Stage, observed: Observed, lines: Lines
    ) -> Verdict:
        outputs = subject.ready.calls[0].expected.own.tensors if subject.ready.calls else ()
        profile = Profile(
            gpu_spec(self.wish.gpu),
            observed.report,
            stage.kernels,
            float(subject.ready.flops),
            sum(len(tensor.data) for tensor in outputs),
            full_problem(subject.ready),
            subject.launched,
        )
        told = observed.reason or "exact at the sizes that were run; nothing was timed"
        outcome = Outcome.INCONCLUSIVE if observed.reason else Outcome.PASS
        return replace(
            verdict,
            tests=(*verdict.tests, TestResult("counters", outcome, told)),
            metrics={**verdict.metrics, **metrics(profile)},
            diagnostics=(*verdict.diagnostics, *_notes(remarks(profile), lines)),
            tools={**verdict.tools, STATIC: profile.gpu.name},
            cpu_s=verdict.cpu_s + observed.cpu_s,
        )

    def _on_gpu(self, verdict: Verdict, subject: Subject, lines: Lines) -> Verdict:
        opened = self._opened()
        if isinstance(opened, str):
            return with_stage(verdict, Stage("gpu", None, f"skipped: {opened}"), lines)
        undecided = verdict.outcome is Outcome.INCONCLUSIVE
        for number, configuration in enumerate(_configurations(subject.spec)):
            task = _task(subject, configuration, timed=number == 0)
            agree = _agreement(subject.tolerance)
            for stage in gpu_stages(task, subject.units, self.isolation, agree, opened):
                verdict = with_stage(verdict, stage, lines)
                if undecided and stage.name == "gpu":
                    verdict = _decided(verdict, stage)
            if verdict.outcome is Outcome.FAIL:
                break
        return verdict

    def _opened(self) -> Opened | str:
        """The GPU, or why there is none; asked for once."""
        if self._found is None:
            try:
                self._found = self.opener(self.isolation)
            except (ToolMissing, ToolCrashed) as error:
                self._found = error.what
        return self._found


def with_stage(verdict: Verdict, stage: Stage, lines: Lines) -> Verdict:
    """The verdict with a stage's result; a stage that fails decides it."""
    tools = {name: text for name, text in stage.tools.items() if name != "device"}
    decides = stage.outcome in (Outcome.PASS, Outcome.FAIL) and "device" in stage.tools
    if decides:
        tools["device"] = stage.tools["device"]
    merged = replace(
        verdict,
        tests=(*verdict.tests, stage.test),
        metrics={**verdict.metrics, **stage.metrics},
        tools={**verdict.tools, **tools},
        cpu_s=verdict.cpu_s + stage.cpu_s,
    )
    if stage.outcome is not Outcome.FAIL:
        notes = tuple(d for d in stage.diagnostics if d.severity is not Severity.ERROR)
        return replace(merged, diagnostics=(*verdict.diagnostics, *lines.placed(notes)))
    found = stage.diagnostics or (Diagnostic(Severity.ERROR, stage.message, tool=stage.name),)
    return replace(
        merged,
        outcome=Outcome.FAIL,
        failure_class=stage.failure,
        score=0.0,
        diagnostics=(*lines.placed(found), *verdict.diagnostics),
        log=stage.log or verdict.log,
        code=stage.name,
    )


def _decided(verdict: Verdict, stage: Stage) -> Verdict:
    """What emulation left open, by a GPU that found the result right.

    There nobody sees whether a kernel wrote it: it counts where torch computed nothing at all.
    """
    if stage.outcome is not Outcome.PASS or "device" not in stage.tools:
        return verdict
    if stage.operations:
        told = f"right on the GPU, but torch computes {', '.join(sorted(stage.operations))}: open"
        remark = Diagnostic(Severity.WARNING, told, code="no_kernel", tool="gpu")
        return replace(verdict, diagnostics=(*verdict.diagnostics, remark))
    return replace(verdict, outcome=Outcome.PASS, failure_class=None, score=1.0, code="pass")


def _notes(found: Sequence[Finding], lines: Lines) -> tuple[Diagnostic, ...]:
    notes = []
    for one in found:
        hint = one.kernel.partition("<")[0]
        line = lines.line(one.file, one.line, hint) if one.line else 0
        file = lines.file if line else one.file
        others = [lines.line(one.file, n, hint) if line else n for n in one.also]
        text = one.text + _same(sorted(n for n in others if n))
        notes.append(
            Diagnostic(Severity.NOTE, text, file, line or one.line, code=one.kind, tool=STATIC)
        )
    return tuple(notes)


def _same(lines: Sequence[int]) -> str:
    word = "line" if len(lines) == 1 else "lines"
    return f"; the same at {word} {', '.join(map(str, lines))}" if lines else ""


def full_problem(ready: Ready) -> Full | None:
    """The problem at its own sizes; None where those are the ones that were run."""
    changed = [(name, own, now) for name, own, now in ready.values if own != now]
    if not changed:
        return None
    # Sizes that the problem gives no name may be told by several numbers of its file.
    told = list(
        dict.fromkeys(f"{name} {now} (in full {own})".lstrip() for name, own, now in changed)
    )
    sizes = ", ".join(told[:_MOST_SIZES])
    if len(told) > _MOST_SIZES:
        sizes += f" and {len(told) - _MOST_SIZES} more"
    full = ready.full
    if full is None:
        return Full(sizes)
    per_output = 1.0
    if ready.flops and ready.outputs and full.outputs:
        per_output = full.flops / full.outputs / (ready.flops / ready.outputs)
    return Full(sizes, Work(full.flops, full.elements * _FLOAT), per_output)


def _configurations(spec: KernelSpec) -> tuple[KernelConfiguration, ...]:
    return spec.configurations or (KernelConfiguration(),)


def _task(subject: Subject, configuration: KernelConfiguration, *, timed: bool) -> GpuTask:
    """The first configuration is timed; the others must be right."""
    spec, tolerance = subject.spec, subject.tolerance
    dtypes = {t.dtype for call in subject.ready.calls for t in call.expected.own.tensors}
    allowed = max((tolerance.of(dtype) for dtype in dtypes), default=tolerance.single)
    task = GpuTask(
        spec.reference.text,
        subject.source.text,
        entry=spec.entry,
        suffix=Path(subject.source.name).suffix if subject.source.name.endswith(_BARE) else ".py",
        is_function=spec.is_function,
        backward=spec.backward,
        inputs=json.loads(configuration.inputs),
        init=json.loads(configuration.init),
        tolerance=Tolerance(allowed, allowed),
    )
    return task if timed else replace(task, warm_up=0, timed_calls=0)


def _agreement(tolerance: Allowed) -> Callable[[Outputs], str]:
    def agree(outputs: Outputs) -> str:
        expected = Expected(outputs.reference, outputs.exact)
        try:
            return compare(outputs.candidate, expected, tolerance).reason
        except DataError as error:
            return error.what

    return agree
