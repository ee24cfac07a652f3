from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.core import Diagnostic, FailureClass, Outcome, Severity, Source, ToolMissing
from gatewright.sandbox.emulator.unit import Unit
from gatewright.sandbox.isolation import Ending, Isolation, open_isolation
from gatewright.sandbox.kernel.packed import Packed
from gatewright.sandbox.kernel_model.timing import Timing
from gatewright.sandbox.tools import device_stages
from gatewright.sandbox.tools.device_stages import (
    Opened,
    gpu_stages,
    nvcc_stage,
    open_first,
    stages_of,
)
from gatewright.sandbox.tools.gpu import DRIVER_FOLDER, Gpu
from gatewright.sandbox.tools.gpu_run import Fault, GpuRun, GpuTask, Outputs
from gatewright.sandbox.tools.ncu import ProfiledKernel
from gatewright.sandbox.tools.nvcc import open_nvcc
from gatewright.sandbox.tools.nvcc_extension import Extension

H100 = Gpu(0, "NVIDIA H100 80GB HBM3", "sm_90", 81920, 132, 1980, 2619, 5120, 50 << 20, "13.2")
ONE = Packed("", ())
GOOD = "__global__ void k(float* a) { a[threadIdx.x] *= 2; }\n"


def unit(text: str, *defines: str) -> Unit:
    return Unit("k", (Source("cuda.cu", text),), (), (), defines)


@pytest.fixture(scope="module")
def isolation() -> Isolation:
    found = open_isolation()
    try:
        open_nvcc(found)
    except ToolMissing as error:
        pytest.skip(str(error))
    return found


def test_kernels_that_compile(isolation: Isolation) -> None:
    found = nvcc_stage(
        [unit(GOOD), unit("__global__ void m(int* a) { *a = COUNT; }", "-DCOUNT=3")],
        isolation,
        "sm_80",
    )
    assert (found.outcome, found.failure) == (Outcome.PASS, None)
    assert [kernel.base for kernel in found.kernels] == ["k", "m"]
    assert all(kernel.registers > 0 for kernel in found.kernels)
    assert found.metrics == {}
    assert found.tools["nvcc"].startswith("13.")
    assert found.test.outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("text", "outcome", "failure"),
    [
        ("__global__ void k(float* a) { a[0] = b; }", Outcome.FAIL, FailureClass.SYNTAX),
        (
            "__global__ void k(float* a) { __shared__ float s[20000]; s[threadIdx.x] = *a; "
            "__syncthreads(); *a = s[2 * threadIdx.x]; }",
            Outcome.FAIL,
            FailureClass.ELABORATION,
        ),
        ("#include <cutlass/gemm.h>\n", Outcome.INCONCLUSIVE, None),
    ],
    ids=["error", "shared memory", "library"],
)
def test_kernels_that_do_not(
    isolation: Isolation, text: str, outcome: Outcome, failure: FailureClass | None
) -> None:
    found = nvcc_stage([unit(text)], isolation, "sm_90")
    assert (found.outcome, found.failure) == (outcome, failure)
    assert found.message
    assert found.diagnostics


def test_an_architecture_that_nvcc_left_behind_is_skipped(isolation: Isolation) -> None:
    found = nvcc_stage([unit(GOOD)], isolation, "sm_70")
    assert found.outcome is None
    assert "does not compile for sm_70" in found.message
    assert found.test.outcome is Outcome.INCONCLUSIVE


def test_without_nvcc_the_stage_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: Isolation) -> None:
        raise ToolMissing("nvcc is not installed", hint="doctor --install cuda")

    monkeypatch.setattr(device_stages, "open_nvcc", missing)
    found = nvcc_stage([unit(GOOD)], open_isolation(), "sm_90")
    assert (found.outcome, found.failure) == (None, None)
    assert "doctor --install cuda" in found.message


def test_a_candidates_own_flags_count(isolation: Isolation) -> None:
    text = "__global__ void k(float* a) { auto f = [] __device__ (float x) { return COUNT * x; }; "
    text += "*a = f(*a); }"
    flags = ("--extended-lambda", "--compiler-bindir=/tmp/evil")
    asked = Unit("k", (Source("cuda.cu", text),), (), (), ("-DCOUNT=3",), flags)
    assert nvcc_stage([asked], isolation, "sm_80").outcome is Outcome.PASS


def test_without_a_driver_no_gpu_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DRIVER_FOLDER, str(tmp_path))
    with pytest.raises(ToolMissing, match="no GPU"):
        open_first(open_isolation())


def test_a_gpu_that_nvcc_does_not_compile_for(isolation: Isolation) -> None:
    old = replace(H100, architecture="sm_61")
    (found,) = gpu_stages(GpuTask("", ""), [unit(GOOD)], isolation, lambda _: "", Opened(old, None))
    assert (found.name, found.outcome) == ("gpu", None)
    assert "does not compile for sm_61" in found.message


@pytest.mark.parametrize(
    ("ending", "failure"),
    [
        (Ending.EXITED, FailureClass.SYNTAX),
        (Ending.WALL, FailureClass.TIMEOUT),
        (Ending.MEMORY, FailureClass.MEMORY),
    ],
)
def test_an_extension_that_is_not_built(
    isolation: Isolation, monkeypatch: pytest.MonkeyPatch, ending: Ending, failure: FailureClass
) -> None:
    said = (Diagnostic(Severity.ERROR, "it was not built", "cuda.cu", 3, tool="nvcc"),)
    none = Extension(None, said, log="all of it", cpu_s=2.0, ending=ending)
    monkeypatch.setattr(device_stages, "build_extension", lambda *_: none)
    opened = Opened(H100, None)
    (found,) = gpu_stages(GpuTask("", ""), [unit(GOOD)], isolation, lambda _: "", opened)
    assert (found.name, found.outcome, found.failure) == ("gpu", Outcome.FAIL, failure)
    assert (found.diagnostics, found.log, found.cpu_s) == (said, "all of it", 2.0)


def test_times_that_are_believed_are_reported() -> None:
    timing = Timing(4.0, 1.0, 0.1, 20, roof_share=0.5)
    right, timed = stages_of(GpuRun(H100.name, operations={"mm": 1}, timing=timing), H100)
    assert (right.name, right.outcome, right.operations) == ("gpu", Outcome.PASS, {"mm": 1})
    assert (timed.name, timed.outcome) == ("timing", Outcome.PASS)
    assert "4.00 times as fast as the reference on NVIDIA H100" in timed.message
    assert timed.metrics == {
        "speedup": 4.0,
        "reference_ms": 4.0,
        "candidate_ms": 1.0,
        "roof_share": 0.5,
    }
    assert timed.tools == right.tools == {"device": H100.name, "driver": "13.2"}


def test_a_rehearsal_claims_no_device_and_no_speed() -> None:
    timing = Timing(4.0, 1.0, 0.1, 20)
    right, timed = stages_of(GpuRun("cpu", timing=timing), H100)
    assert (right.tools, timed.metrics, timed.outcome) == ({}, {}, None)


def test_a_configuration_that_is_not_timed_has_no_such_stage() -> None:
    assert [stage.name for stage in stages_of(GpuRun(H100.name), H100)] == ["gpu"]


@pytest.mark.parametrize(
    ("fault", "failure"),
    [(Fault.MISMATCH, FailureClass.MISMATCH), (Fault.CRASH, FailureClass.CRASH)],
)
def test_faults_have_no_times(fault: Fault, failure: FailureClass) -> None:
    timing = Timing(4.0, 0.01, 0.1, 20)
    run = GpuRun(H100.name, timing=timing, fault=fault, detail="because", line=7)
    (found,) = stages_of(run, H100)
    assert (found.name, found.outcome, found.failure) == ("gpu", Outcome.FAIL, failure)
    assert found.metrics == {}
    assert found.diagnostics[0].line == 7


def test_times_that_are_not_believed_fail_what_was_right() -> None:
    timing = Timing(4.0, 0.01, 0.1, 20, doubt="too fast")
    run = GpuRun(H100.name, timing=timing, fault=Fault.UNBELIEVED, detail="too fast")
    right, timed = stages_of(run, H100)
    assert (right.name, right.outcome) == ("gpu", Outcome.PASS)
    assert (timed.name, timed.outcome) == ("timing", Outcome.FAIL)
    assert (timed.failure, timed.metrics) == (FailureClass.UNSAFE, {})


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> GpuRun:
    """A run on a GPU that went well, in place of one."""
    run = GpuRun(H100.name, (Outputs(ONE, ONE, None),), timing=Timing(4.0, 1.0, 0.1, 20))
    monkeypatch.setattr(device_stages, "run_on_gpu", lambda *_: run)
    return run


def test_outputs_are_compared_by_the_callers_rules(measured: GpuRun, isolation: Isolation) -> None:
    opened = Opened(H100, None)
    good = gpu_stages(GpuTask("", ""), [], isolation, lambda _: "", opened)
    assert [stage.name for stage in good] == ["gpu", "timing", "ncu"]
    (bad,) = gpu_stages(GpuTask("", ""), [], isolation, lambda _: "off by one", opened)
    assert (bad.failure, bad.message) == (FailureClass.MISMATCH, "off by one")


def test_without_ncu_its_stage_is_skipped(
    measured: GpuRun, isolation: Isolation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise ToolMissing("ncu is not installed")

    monkeypatch.setattr(device_stages, "open_ncu", missing)
    last = gpu_stages(GpuTask("", ""), [], isolation, lambda _: "", Opened(H100, None))[-1]
    assert (last.name, last.outcome, last.message) == ("ncu", None, "skipped: ncu is not installed")


def test_what_ncu_says_becomes_remarks(
    measured: GpuRun, isolation: Isolation, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = ProfiledKernel("gated", 2, {"dram_throughput_pct": 91.25, "l2_hit_pct": 40.0})
    monkeypatch.setattr(device_stages, "open_ncu", lambda: None)
    monkeypatch.setattr(device_stages, "profile_on_gpu", lambda *_: (kernel,))
    last = gpu_stages(GpuTask("", ""), [], isolation, lambda _: "", Opened(H100, None))[-1]
    (remark,) = last.diagnostics
    assert remark.message == "gated: dram_throughput_pct 91.25, l2_hit_pct 40"
    assert (remark.severity, remark.tool) == (Severity.NOTE, "ncu")
