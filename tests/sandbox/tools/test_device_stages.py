from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import FailureClass, Outcome, Source, ToolMissing
from gatewright.sandbox.emulator.unit import Unit
from gatewright.sandbox.isolation import Isolation, open_isolation
from gatewright.sandbox.kernel_model.timing import Timing
from gatewright.sandbox.tools import device_stages
from gatewright.sandbox.tools.device_stages import gpu_stage, nvcc_stage, stage_of
from gatewright.sandbox.tools.gpu import DRIVER_FOLDER, Gpu
from gatewright.sandbox.tools.gpu_run import Fault, GpuRun, GpuTask
from gatewright.sandbox.tools.nvcc import open_nvcc

H100 = Gpu(0, "NVIDIA H100 80GB HBM3", "sm_90", 81920, 132, 1980, 2619, 5120, 50 << 20, "13.2")
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
    assert found.metrics["registers"] > 0
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


def test_without_a_gpu_the_stage_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DRIVER_FOLDER, str(tmp_path))
    found = gpu_stage(GpuTask("", ""), [], open_isolation(), lambda _: "")
    assert found.outcome is None
    assert found.message.startswith("skipped: no GPU")
    assert found.metrics == {}


def test_times_that_are_believed_are_reported() -> None:
    timing = Timing(4.0, 1.0, 0.1, 20, roof_share=0.5)
    found = stage_of(GpuRun(H100.name, timing=timing), H100)
    assert found.outcome is Outcome.PASS
    assert found.metrics == {
        "speedup": 4.0,
        "reference_ms": 4.0,
        "candidate_ms": 1.0,
        "roof_share": 0.5,
    }
    assert found.tools["device"] == H100.name


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        (Fault.UNBELIEVED, FailureClass.UNSAFE),
        (Fault.MISMATCH, FailureClass.MISMATCH),
        (Fault.CRASH, FailureClass.CRASH),
    ],
)
def test_faults_have_no_times(fault: Fault, failure: FailureClass) -> None:
    timing = Timing(4.0, 0.01, 0.1, 20, doubt="too fast")
    run = GpuRun(H100.name, timing=timing, fault=fault, detail="because", line=7)
    found = stage_of(run, H100)
    assert (found.outcome, found.failure) == (Outcome.FAIL, failure)
    assert found.metrics == {}
    assert found.diagnostics[0].line == 7
