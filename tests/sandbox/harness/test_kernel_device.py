"""What nvcc, counters and a GPU add to the verdict of the emulated runs."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.core import (
    Candidate,
    Diagnostic,
    FailureClass,
    KernelConfiguration,
    KernelSpec,
    Language,
    Outcome,
    Problem,
    Severity,
    Source,
    ToolMissing,
    UsageError,
    Verdict,
)
from gatewright.sandbox.emulator import Unit
from gatewright.sandbox.harness import kernel_device
from gatewright.sandbox.harness.kernel import KernelHarness
from gatewright.sandbox.harness.kernel_device import (
    DeviceStages,
    DeviceWish,
    Observed,
    Subject,
    full_problem,
)
from gatewright.sandbox.isolation import Isolation, open_isolation
from gatewright.sandbox.kernel.compare import Expected, Tolerance
from gatewright.sandbox.kernel.packed import Packed, RawTensor
from gatewright.sandbox.kernel.plan import Variant
from gatewright.sandbox.kernel.prepared import CallCost, Ready, ReadyCall
from gatewright.sandbox.kernel_model.gpus import gpu_spec
from gatewright.sandbox.tools import device_stages
from gatewright.sandbox.tools.device_stages import Opened, Stage
from gatewright.sandbox.tools.gpu import Gpu
from gatewright.sandbox.tools.gpu_run import GpuTask
from gatewright.sandbox.tools.nvcc import open_nvcc
from gatewright.sandbox.tools.nvcc_extension import Extension

FOLDER = Path(__file__).parents[2] / "fixtures" / "kernels"
H100 = Gpu(0, "NVIDIA H100 80GB HBM3", "sm_90", 81920, 132, 1980, 2619, 5120, 50 << 20, "13.2")
ON_GPU = {"device": H100.name, "driver": H100.driver}
EMULATED = Verdict(Outcome.PASS, score=1.0, tools={"device": "cpu-emulated"}, code="pass")
OPEN = Verdict(Outcome.INCONCLUSIVE, tools={"device": "cpu-emulated"}, code="unsupported:x")
HALF = Packed("", (RawTensor("float16", (2,), b"abcd"),))
SUBJECT = Subject(
    KernelSpec(Source("p.py", "class Model: ...")),
    Source("solution.py", "first\n__global__ void k() {}\n"),
    (Unit("k", (Source("cuda.cu", "__global__ void k() {}\n"),)),),
    Ready(Variant("even", 1), calls=(ReadyCall(b"", Expected(HALF, None), True, (), "plain"),)),
    Tolerance(),
)
RIGHT = Stage("gpu", Outcome.PASS, H100.name, tools=ON_GPU)
TIMED = Stage("timing", Outcome.PASS, "2 times", metrics={"speedup": 2.0}, tools=ON_GPU)


def opened(_: Isolation) -> Opened:
    return Opened(H100, None)


def staged(
    monkeypatch: pytest.MonkeyPatch,
    *found: Stage,
    verdict: Verdict = EMULATED,
    subject: Subject = SUBJECT,
) -> tuple[Verdict, list[GpuTask]]:
    """The verdict where a GPU finds these stages, and what it was asked."""
    tasks: list[GpuTask] = []

    def run(task: GpuTask, *_: object) -> Sequence[Stage]:
        tasks.append(task)
        return found

    monkeypatch.setattr(kernel_device, "gpu_stages", run)
    stages = DeviceStages(open_isolation(), DeviceWish(), opened)
    return stages.added(verdict, subject, unobserved), tasks


def unobserved() -> Observed:
    raise AssertionError("nothing was to be counted")


def names(verdict: Verdict) -> list[str]:
    return [test.name for test in verdict.tests]


def test_a_gpu_decides_and_its_times_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict, (task,) = staged(monkeypatch, RIGHT, TIMED)
    assert verdict.passed
    assert verdict.tools == ON_GPU
    assert verdict.metrics["speedup"] == 2.0
    assert names(verdict) == ["gpu", "timing"]
    assert (task.suffix, task.is_function, task.timed_calls) == (".py", False, 20)
    # Half precision has a tolerance of its own.
    assert task.tolerance.absolute == Tolerance().half


def test_a_gpu_overrules_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    where = (Diagnostic(Severity.ERROR, "no", "cuda.cu", 1),)
    wrong = Stage("gpu", Outcome.FAIL, "no", FailureClass.MISMATCH, where, tools=ON_GPU)
    verdict, _ = staged(monkeypatch, wrong)
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.MISMATCH)
    assert (verdict.code, verdict.tools["device"]) == ("gpu", H100.name)
    assert (verdict.diagnostics[0].file, verdict.diagnostics[0].line) == ("solution.py", 2)
    assert "speedup" not in verdict.metrics


def test_what_emulation_refused_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = replace(EMULATED, outcome=Outcome.FAIL, failure_class=FailureClass.MISMATCH)
    verdict, tasks = staged(monkeypatch, RIGHT, verdict=failed)
    assert verdict is failed
    assert not tasks


def test_a_gpu_decides_what_emulation_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict, _ = staged(monkeypatch, RIGHT, TIMED, verdict=OPEN)
    assert (verdict.outcome, verdict.code, verdict.score) == (Outcome.PASS, "pass", 1.0)
    assert verdict.tools["device"] == H100.name


def test_but_not_where_torch_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    helped = replace(RIGHT, operations={"mm": 1})
    verdict, _ = staged(monkeypatch, helped, TIMED, verdict=OPEN)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "torch computes mm" in verdict.diagnostics[-1].message


def test_a_rehearsal_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict, _ = staged(monkeypatch, replace(RIGHT, tools={}), verdict=OPEN)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.tools["device"] == "cpu-emulated"


def test_every_configuration_is_run_and_the_first_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    two = (KernelConfiguration('{"n": 1}'), KernelConfiguration('{"n": 2}', '{"m": 3}'))
    spec = replace(SUBJECT.spec, configurations=two, is_function=True, entry="forward")
    subject = replace(SUBJECT, spec=spec, source=Source("forward.cu", "void forward();"))
    _, tasks = staged(monkeypatch, RIGHT, subject=subject)
    assert [task.timed_calls for task in tasks] == [20, 0]
    assert (tasks[1].inputs, tasks[1].init) == ({"n": 2}, {"m": 3})
    assert (tasks[0].suffix, tasks[0].is_function, tasks[0].entry) == (".cu", True, "forward")


def test_a_machine_without_a_gpu_is_asked_once() -> None:
    asked: list[Isolation] = []

    def none(isolation: Isolation) -> Opened:
        asked.append(isolation)
        raise ToolMissing("no GPU: none is here")

    stages = DeviceStages(open_isolation(), DeviceWish(), none)
    for _ in range(2):
        verdict = stages.added(EMULATED, SUBJECT, unobserved)
        assert verdict.passed
        assert verdict.tools["device"] == "cpu-emulated"
        (test,) = verdict.tests
        assert (test.outcome, test.message) == (
            Outcome.INCONCLUSIVE,
            "skipped: no GPU: none is here",
        )
    assert len(asked) == 1


def test_what_nobody_wishes_for_costs_nothing() -> None:
    def fail(_: Isolation) -> Opened:
        raise AssertionError

    stages = DeviceStages(open_isolation(), DeviceWish(run=False), fail)
    assert stages.added(EMULATED, SUBJECT, unobserved) is EMULATED


def static(
    monkeypatch: pytest.MonkeyPatch, stage: Stage, observe: Callable[[], Observed]
) -> Verdict:
    """The verdict where nvcc finds this."""
    made: list[str] = []

    def compiled(_: object, __: Isolation, sm: str) -> Stage:
        made.append(sm)
        return stage

    monkeypatch.setattr(kernel_device, "nvcc_stage", compiled)
    stages = DeviceStages(open_isolation(), DeviceWish(static=True, run=False, gpu="A100"))
    verdict = stages.added(EMULATED, SUBJECT, observe)
    again = stages.added(EMULATED, SUBJECT, observe)
    assert made == ["sm_80"]  # the same text is compiled once
    assert again.outcome is verdict.outcome
    return verdict


def test_nvcc_refuses_what_emulation_lets_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    where = (Diagnostic(Severity.ERROR, "bad", "cuda.cu", 1, tool="nvcc"),)
    stage = Stage("nvcc", Outcome.FAIL, "bad", FailureClass.SYNTAX, where, tools={"nvcc": "13"})
    verdict = static(monkeypatch, stage, unobserved)
    assert (verdict.outcome, verdict.code) == (Outcome.FAIL, "nvcc")
    assert (verdict.diagnostics[0].file, verdict.diagnostics[0].line) == ("solution.py", 2)
    assert verdict.tools == {"device": "cpu-emulated", "nvcc": "13"}


def test_without_nvcc_the_counters_still_come(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage("nvcc", None, "skipped: nvcc is not installed")
    verdict = static(monkeypatch, stage, lambda: Observed(reason="skipped: too large", cpu_s=0.5))
    assert verdict.passed
    assert [(test.name, str(test.outcome)) for test in verdict.tests] == [
        ("nvcc", "inconclusive"),
        ("counters", "inconclusive"),
    ]
    assert verdict.cpu_s == 0.5
    assert verdict.metrics == {}


def test_sizes_without_a_name_are_told_once() -> None:
    sizes = (("", 512, 128), ("", 1000, 250), ("", 512, 128))
    found = full_problem(Ready(Variant("even", 1), values=sizes))
    assert found is not None
    assert found.sizes == "128 (in full 512), 250 (in full 1000)"


def test_the_sizes_that_were_counted_are_told_beside_the_problems_own() -> None:
    sizes = (("batch", 1024, 2), ("features", 8192, 256), ("kernel", 3, 3))
    full = CallCost(elements=1000, flops=64_000, outputs=100)
    ready = Ready(Variant("even", 1), values=sizes, flops=80, outputs=2, full=full)
    found = full_problem(ready)
    assert found is not None
    assert found.sizes == "batch 2 (in full 1024), features 256 (in full 8192)"
    assert found.work is not None
    assert (found.work.flops, found.work.bytes, found.per_output) == (64_000, 4000, 16)
    unknown = full_problem(replace(ready, full=None))
    assert unknown is not None
    assert unknown.work is None
    assert full_problem(replace(ready, values=sizes[2:])) is None


def test_a_gpu_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(UsageError, match="nothing is known of the GPU"):
        KernelHarness(open_isolation(), wish=DeviceWish(gpu="Voodoo 2"))


# with the tools

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None or shutil.which("g++") is None,
    reason="needs torch and g++: `make cuda`",
)


@pytest.fixture(scope="module")
def harness() -> Iterator[KernelHarness]:
    isolation = open_isolation()
    try:
        open_nvcc(isolation)
    except ToolMissing as error:
        pytest.skip(str(error))
    with KernelHarness(isolation, seed=5, wish=DeviceWish(static=True)) as made:
        yield made


def checked(harness: KernelHarness, text: str) -> Verdict:
    spec = KernelSpec(Source("p.py", (FOLDER / "problem.py").read_text(), Language.PYTHON))
    source = Source("solution.py", text, Language.PYTHON)
    return harness.check(Problem("p", "", harness=spec), Candidate((source,)))


@needs_torch
def test_a_kernel_is_compiled_and_counted(harness: KernelHarness) -> None:
    text = (FOLDER / "honest" / "plain.py").read_text()
    verdict = checked(harness, text)
    assert verdict.passed, verdict
    assert names(verdict)[-3:] == ["nvcc", "counters", "gpu"]
    found = verdict.metrics
    assert found["static_registers"] > 0
    assert (found["static_occupancy"], found["static_coalescing"]) == (1.0, 1.0)
    assert found["static_roof_share"] > found["static_roof_share_serial"] > 0.3
    assert "speedup" not in found
    assert verdict.tools["device"] == "cpu-emulated"
    notes = [one for one in verdict.diagnostics if one.tool == "static"]
    assert [note.code for note in notes[:3]] == ["compiled", "counters", "roofline"]
    # 128 rows of 1536 in and out, and a scale for each column: what the problem moves in full.
    assert "batch_size 32 (in full 128)" in notes[2].message
    assert f"in full: about {4 * (2 * 128 * 1536 + 1536):.3g} bytes" in notes[2].message
    narrow = [note for note in notes if note.code == "narrow-access"]
    assert {note.file for note in narrow} == {"solution.py"}
    assert "x[i]" in text.splitlines()[narrow[0].line - 1]


@needs_torch
def test_the_worst_line_of_a_strided_kernel_is_named(harness: KernelHarness) -> None:
    text = (FOLDER / "honest" / "plain.py").read_text()
    plain = "int i = blockIdx.x * blockDim.x + threadIdx.x;"
    strided = (
        "int t = blockIdx.x * blockDim.x + threadIdx.x, rows = n / features; "
        "int i = t < n ? t % rows * features + t / rows : n;"
    )
    spread = text.replace(plain, strided)
    assert spread != text
    good, bad = checked(harness, text), checked(harness, spread)
    assert bad.outcome is good.outcome is Outcome.PASS, bad
    assert bad.metrics["static_coalescing"] < 0.5 < good.metrics["static_coalescing"]
    share = "static_roof_share_serial"
    assert bad.metrics[share] < good.metrics[share]
    blamed = next(one for one in bad.diagnostics if one.code == "uncoalesced")
    assert "% of the modelled cost" in blamed.message
    assert "x[i]" in spread.splitlines()[blamed.line - 1]


@needs_torch
def test_what_only_nvcc_refuses(harness: KernelHarness) -> None:
    """A kernel calls a function that is the host's own: for g++ they are all one."""
    text = (FOLDER / "honest" / "plain.py").read_text()
    called = text.replace("__global__", "float mine(float v) { return v; }\n__global__", 1)
    called = called.replace("float v = x[i];", "float v = mine(x[i]);")
    assert called.count("mine(") == 2
    verdict = checked(harness, called)
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.SYNTAX), verdict
    assert verdict.code == "nvcc"
    first = verdict.diagnostics[0]
    assert (first.file, first.tool) == ("solution.py", "nvcc")
    assert "mine(x[i])" in called.splitlines()[first.line - 1]


@needs_torch
def test_a_triton_kernel_is_neither_compiled_nor_counted(harness: KernelHarness) -> None:
    verdict = checked(harness, (FOLDER / "honest" / "triton_rows.py").read_text())
    assert verdict.passed
    skipped = {test.name: test.message for test in verdict.tests if "skipped" in test.message}
    assert set(skipped) == {"nvcc", "counters", "gpu"}
    assert "Triton" in skipped["nvcc"]


def test_the_gpus_architectures_are_known_to_the_emulator() -> None:
    from gatewright.sandbox.emulator import TARGETS
    from gatewright.sandbox.kernel_model.gpus import GPUS

    assert {gpu.sm for gpu in GPUS} <= set(TARGETS)
    assert gpu_spec().sm in TARGETS


MODULE = """
#include <Python.h>
static PyObject *run(PyObject *self, PyObject *args) {
    PyObject *x, *scale;
    if (!PyArg_ParseTuple(args, "OO", &x, &scale)) return NULL;
    PyObject *scaled = PyNumber_Multiply(x, scale);
    PyObject *gate = scaled ? PyObject_CallMethod(scaled, "sigmoid", NULL) : NULL;
    return gate ? PyNumber_Multiply(x, gate) : NULL;
}
static PyMethodDef methods[] = {{"run", run, METH_VARARGS, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "candidate", "", -1, methods};
PyMODINIT_FUNC PyInit_candidate(void) { return PyModule_Create(&module); }
"""


@needs_torch
def test_the_whole_way_without_a_driver(
    harness: KernelHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything but nvcc's module and the GPU is the real thing: the steps are rehearsed."""
    (tmp_path / "module.c").write_text(MODULE)
    include = f"-I{sysconfig.get_path('include')}"
    argv = ["gcc", "-shared", "-fPIC", include, "module.c", "-o", "module.so"]
    subprocess.run(argv, cwd=tmp_path, check=True)
    built = Extension(tmp_path / "module.so", cpu_s=1.0)
    monkeypatch.setattr(device_stages, "build_extension", lambda *_: built)
    monkeypatch.setattr(harness._stages, "_found", Opened(H100, None))
    verdict = checked(harness, (FOLDER / "honest" / "plain.py").read_text())
    assert verdict.passed, verdict
    told = {test.name: (str(test.outcome), test.message) for test in verdict.tests}
    assert told["gpu"] == ("pass", "cpu")
    assert told["timing"] == ("inconclusive", "skipped: only a GPU tells times")
    assert "ncu" in told
    assert "speedup" not in verdict.metrics
    assert verdict.tools["device"] == "cpu-emulated"
