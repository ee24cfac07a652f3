"""The stages of a kernel's check that need NVIDIA's own tools: nvcc, and a GPU where there is one.

A stage that cannot be had here is skipped and says why; it never decides anything then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gatewright.core import (
    Diagnostic,
    FailureClass,
    Outcome,
    Severity,
    ToolCrashed,
    ToolMissing,
    UsageError,
)
from gatewright.core.verdict import TestResult
from gatewright.sandbox.emulator.unit import Unit
from gatewright.sandbox.isolation import Ending, Isolation
from gatewright.sandbox.tools.gpu import Driver, Gpu, find_gpus, open_driver
from gatewright.sandbox.tools.gpu_modules import unit_key
from gatewright.sandbox.tools.gpu_profile import profile_on_gpu
from gatewright.sandbox.tools.gpu_run import (
    REHEARSAL,
    Fault,
    GpuRun,
    GpuTask,
    Outputs,
    run_on_gpu,
)
from gatewright.sandbox.tools.ncu import ProfiledKernel, open_ncu
from gatewright.sandbox.tools.nvcc import open_nvcc
from gatewright.sandbox.tools.nvcc_extension import build_extension
from gatewright.sandbox.tools.nvcc_kernels import Compiled, Kernel, compile_kernels

Agree = Callable[[Outputs], str]


@dataclass(frozen=True, slots=True)
class Stage:
    """What a stage found. `outcome` None: it was skipped, for the reason in `message`.

    `operations` are those in which torch computed something beside the kernels.
    """

    name: str
    outcome: Outcome | None
    message: str = ""
    failure: FailureClass | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)
    kernels: tuple[Kernel, ...] = ()
    operations: Mapping[str, int] = field(default_factory=dict)
    log: str = ""
    cpu_s: float = 0.0

    @property
    def test(self) -> TestResult:
        """As a verdict lists its stages; a skipped one is inconclusive."""
        return TestResult(self.name, self.outcome or Outcome.INCONCLUSIVE, self.message)


def nvcc_stage(units: Sequence[Unit], isolation: Isolation, sm: str) -> Stage:
    """Compile the device code of every unit for an architecture."""
    try:
        nvcc = open_nvcc(isolation)
        nvcc.check(sm)
    except (ToolMissing, UsageError) as error:
        return Stage("nvcc", None, f"skipped: {error}")
    tools = {"nvcc": nvcc.version}
    kernels: list[Kernel] = []
    warnings: list[Diagnostic] = []
    seconds = 0.0
    for unit in units:
        flags = (*unit.flags, *unit.defines)
        found = compile_kernels(unit.cuda, nvcc, isolation, sm, flags)
        seconds += found.cpu_s
        if not found.ok:
            return replace(_failed(found), tools=tools, cpu_s=seconds)
        kernels += found.kernels
        warnings += found.diagnostics
    registers = max((kernel.registers for kernel in kernels), default=0)
    return Stage(
        "nvcc",
        Outcome.PASS,
        f"{len(kernels)} kernels for {sm}, at most {registers} registers a thread",
        None,
        tuple(warnings),
        tools=tools,
        kernels=tuple(kernels),
        cpu_s=seconds,
    )


_ENDINGS = {
    Ending.CPU: FailureClass.TIMEOUT,
    Ending.WALL: FailureClass.TIMEOUT,
    Ending.MEMORY: FailureClass.MEMORY,
}


def _failed(found: Compiled) -> Stage:
    if found.missing_headers:
        text = f"not decided here: {found.missing_headers[0].message}"
        return Stage("nvcc", Outcome.INCONCLUSIVE, text, None, found.diagnostics, log=found.log)
    if found.ending is not Ending.EXITED:
        failure = FailureClass.MEMORY if found.ending is Ending.MEMORY else FailureClass.TIMEOUT
        text = f"compiling was stopped by its {found.ending} limit"
        return Stage("nvcc", Outcome.FAIL, text, failure, found.diagnostics, log=found.log)
    first = found.errors[0]
    assembled = first.tool == "ptxas"
    failure = FailureClass.ELABORATION if assembled else FailureClass.SYNTAX
    return Stage("nvcc", Outcome.FAIL, str(first), failure, found.diagnostics, log=found.log)


_FAILURES = {
    Fault.CRASH: FailureClass.CRASH,
    Fault.INTERFACE: FailureClass.INTERFACE,
    Fault.MISMATCH: FailureClass.MISMATCH,
    Fault.MUTATION: FailureClass.MISMATCH,
    Fault.UNBELIEVED: FailureClass.UNSAFE,
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A GPU that can be used: what the driver tells of it, and what opens it.

    `driver` None rehearses the run on the CPU: everything but the GPU itself is the real thing.
    """

    gpu: Gpu
    driver: Driver | None


def open_first(isolation: Isolation) -> Opened:
    """The first GPU here. Raises ToolMissing where there is none."""
    driver = open_driver()
    return Opened(find_gpus(isolation)[0], driver)


def gpu_stages(
    task: GpuTask, units: Sequence[Unit], isolation: Isolation, agree: Agree, opened: Opened
) -> tuple[Stage, ...]:
    """Build for a GPU, run, compare whole outputs with `agree`, time, profile where ncu is.

    `agree` says by the rules in force what is wrong with a call's outputs; '' = nothing. Raises
    ToolCrashed where the reference fails on the GPU.
    """
    modules: dict[str, Path] = {}
    seconds = 0.0
    for unit in units:
        try:
            nvcc = open_nvcc(isolation)
            nvcc.check(opened.gpu.architecture)
        except (ToolMissing, UsageError) as error:
            return (Stage("gpu", None, f"skipped: {error}"),)
        built = build_extension(unit, nvcc, isolation, opened.gpu.architecture, unit.flags)
        seconds += built.cpu_s
        if built.module is None:
            errors = [d for d in built.diagnostics if d.severity is Severity.ERROR]
            failure = _ENDINGS.get(built.ending, FailureClass.SYNTAX)
            failed = Stage("gpu", Outcome.FAIL, str(errors[0]), failure, built.diagnostics)
            return (replace(failed, log=built.log, cpu_s=seconds, tools=_tools(opened.gpu)),)
        modules[unit_key(unit)] = built.module
    task = replace(task, modules=modules)
    run = run_on_gpu(task, isolation, opened.gpu if opened.driver else None, opened.driver)
    wrong = next((told for told in map(agree, run.outputs) if told), "")
    if wrong and run.fault in (None, Fault.UNBELIEVED):
        run = replace(run, fault=Fault.MISMATCH, detail=wrong)
    stages = stages_of(run, opened.gpu)
    if run.fault is None and run.timing is not None:
        stages = (*stages, _profiled(task, isolation, opened))
    return (replace(stages[0], cpu_s=seconds), *stages[1:])


def _tools(gpu: Gpu) -> dict[str, str]:
    return {"device": gpu.name, "driver": gpu.driver}


def stages_of(run: GpuRun, gpu: Gpu) -> tuple[Stage, ...]:
    """A run on a GPU as stages: right or wrong, and the times where they are believed."""
    tools = _tools(gpu) if run.device != REHEARSAL else {}
    if run.fault is not None:
        where = (Diagnostic(Severity.ERROR, run.detail, line=run.line, tool="gpu"),)
        failure = _FAILURES[run.fault]
        name = "timing" if run.fault is Fault.UNBELIEVED else "gpu"
        failed = Stage(name, Outcome.FAIL, run.detail, failure, where, tools=tools)
        right = Stage("gpu", Outcome.PASS, run.device, operations=run.operations, tools=tools)
        return (right, failed) if name == "timing" else (failed,)
    right = Stage("gpu", Outcome.PASS, run.device, operations=run.operations, tools=tools)
    if run.timing is None:
        return (right,)
    if run.speedup is None:
        return (right, Stage("timing", None, "skipped: only a GPU tells times"))
    numbers = {
        "speedup": run.speedup,
        "reference_ms": run.timing.reference_ms,
        "candidate_ms": run.timing.candidate_ms,
    }
    if run.timing.roof_share:
        numbers["roof_share"] = run.timing.roof_share
    text = f"{run.speedup:.2f} times as fast as the reference on {gpu.name}"
    return (right, Stage("timing", Outcome.PASS, text, None, (), numbers, tools))


def _profiled(task: GpuTask, isolation: Isolation, opened: Opened) -> Stage:
    """What ncu says of each kernel, as remarks."""
    try:
        found = profile_on_gpu(task, isolation, open_ncu(), opened.driver)
    except (ToolMissing, ToolCrashed) as error:
        return Stage("ncu", None, f"skipped: {error.what}")
    lines = tuple(
        Diagnostic(Severity.NOTE, f"{kernel.name}: {_told(kernel)}", code="ncu", tool="ncu")
        for kernel in found
    )
    return Stage("ncu", Outcome.PASS, f"{len(found)} kernels profiled", None, lines)


def _told(kernel: ProfiledKernel) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in kernel.metrics.items())
