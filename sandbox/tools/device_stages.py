"""The stages of a kernel's check that need NVIDIA's own tools: nvcc, and a GPU where there is one.

A stage that cannot be had here is skipped and says why; it never decides anything then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gatewright.core import Diagnostic, FailureClass, Outcome, Severity, ToolMissing, UsageError
from gatewright.core.verdict import TestResult
from gatewright.sandbox.emulator.unit import Unit
from gatewright.sandbox.isolation import Ending, Isolation
from gatewright.sandbox.kernel_model.architecture import architecture
from gatewright.sandbox.kernel_model.summary import metrics
from gatewright.sandbox.tools.gpu import Driver, Gpu, find_gpus, open_driver
from gatewright.sandbox.tools.gpu_modules import unit_key
from gatewright.sandbox.tools.gpu_run import Fault, GpuRun, GpuTask, Outputs, run_on_gpu
from gatewright.sandbox.tools.nvcc import open_nvcc
from gatewright.sandbox.tools.nvcc_extension import build_extension
from gatewright.sandbox.tools.nvcc_kernels import Compiled, Kernel, compile_kernels

Agree = Callable[[Outputs], str]


@dataclass(frozen=True, slots=True)
class Stage:
    """What a stage found. `outcome` None: it was skipped, for the reason in `message`."""

    name: str
    outcome: Outcome | None
    message: str = ""
    failure: FailureClass | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)
    kernels: tuple[Kernel, ...] = ()
    log: str = ""
    cpu_s: float = 0.0

    @property
    def test(self) -> TestResult:
        """As a verdict lists its stages; a skipped one is inconclusive."""
        return TestResult(self.name, self.outcome or Outcome.INCONCLUSIVE, self.message)


def nvcc_stage(
    units: Sequence[Unit], isolation: Isolation, sm: str, flags: Sequence[str] = ()
) -> Stage:
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
        wanted = (*flags, *unit.defines)
        found = compile_kernels(unit.cuda, nvcc, isolation, sm, tuple(dict.fromkeys(wanted)))
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
        metrics(None, kernels, architecture(sm)),
        tools,
        tuple(kernels),
        "",
        seconds,
    )


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


def gpu_stage(
    task: GpuTask,
    units: Sequence[Unit],
    isolation: Isolation,
    agree: Agree,
    flags: Sequence[str] = (),
) -> Stage:
    """Build for the first GPU here, run, compare whole outputs with `agree`, time.

    `agree` says by the rules in force what is wrong with a call's outputs; '' = nothing. Raises
    ToolCrashed where the reference fails on the GPU.
    """
    try:
        driver = open_driver()
        gpu = find_gpus(isolation)[0]
        nvcc = open_nvcc(isolation) if units else None
    except ToolMissing as error:
        return Stage("gpu", None, f"skipped: {error.what}")
    modules = {}
    for unit in units:
        if nvcc is None:
            break
        built = build_extension(unit, nvcc, isolation, gpu.architecture, flags)
        if built.module is None:
            errors = [d for d in built.diagnostics if d.severity is Severity.ERROR]
            failure = FailureClass.SYNTAX
            return Stage("gpu", Outcome.FAIL, str(errors[0]), failure, built.diagnostics)
        modules[unit_key(unit)] = built.module
    return _ran(replace(task, modules=modules), isolation, gpu, driver, agree)


def _ran(
    task: GpuTask, isolation: Isolation, gpu: Gpu, driver: Driver | None, agree: Agree
) -> Stage:
    run = run_on_gpu(task, isolation, gpu, driver)
    wrong = next((told for told in map(agree, run.outputs) if told), "")
    if wrong and run.fault is None:
        run = replace(run, fault=Fault.MISMATCH, detail=wrong)
    return stage_of(run, gpu)


def stage_of(run: GpuRun, gpu: Gpu) -> Stage:
    """A run on a GPU as a stage: with the times where they are believed."""
    tools = {"device": gpu.name, "driver": gpu.driver}
    if run.fault is not None:
        where = (Diagnostic(Severity.ERROR, run.detail, "candidate.py", run.line, tool="gpu"),)
        failure = _FAILURES[run.fault]
        return Stage("gpu", Outcome.FAIL, run.detail, failure, where, tools=tools)
    numbers: dict[str, float] = {}
    if run.timing is not None and run.speedup is not None:
        numbers = {
            "speedup": run.speedup,
            "reference_ms": run.timing.reference_ms,
            "candidate_ms": run.timing.candidate_ms,
        }
        if run.timing.roof_share:
            numbers["roof_share"] = run.timing.roof_share
    text = f"{numbers['speedup']:.2f} times as fast on {gpu.name}" if numbers else gpu.name
    return Stage("gpu", Outcome.PASS, text, None, (), numbers, tools)
