"""What a kernel that is right at reduced sizes does at the problem's own."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.core import (
    Candidate,
    FailureClass,
    KernelSpec,
    Language,
    Outcome,
    Problem,
    Source,
    Verdict,
)
from gatewright.sandbox.emulator import Unit
from gatewright.sandbox.harness.kernel import KernelHarness
from gatewright.sandbox.harness.kernel_device import DeviceWish
from gatewright.sandbox.harness.kernel_true_sizes import STAGE, at_true_sizes
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.kernel.dry_run import DryRun, Sizes
from gatewright.sandbox.kernel_model.gpus import gpu_spec

FOLDER = Path(__file__).parents[2] / "fixtures" / "kernels"
PROBLEM = (FOLDER / "problem.py").read_text()
PLAIN = (FOLDER / "honest" / "plain.py").read_text()
# One row of blocks for each row of the tensor: at most 65535 of them.
BY_ROWS = PLAIN.replace("<<<(n + 255) / 256, 256>>>", "<<<dim3(6, n / 1536 + 1), 256>>>").replace(
    "int i = blockIdx.x * blockDim.x",
    "int i = (blockIdx.y * gridDim.x + blockIdx.x) * blockDim.x",
)

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None or shutil.which("g++") is None,
    reason="needs torch and g++: `make cuda`",
)


@pytest.fixture(scope="module")
def harness() -> Iterator[KernelHarness]:
    with KernelHarness(open_isolation(), seed=5, wish=DeviceWish(gpu="T4")) as made:
        yield made


def checked(harness: KernelHarness, text: str, rows: int) -> Verdict:
    problem = PROBLEM.replace("batch_size = 128", f"batch_size = {rows}")
    spec = KernelSpec(Source("p.py", problem, Language.PYTHON))
    return harness.check(Problem("p", "", harness=spec), Candidate((Source("s.py", text),)))


def told(verdict: Verdict) -> str:
    return next(test.message for test in verdict.tests if test.name == STAGE)


@needs_torch
def test_a_grid_beyond_the_limits_at_true_sizes_alone(harness: KernelHarness) -> None:
    verdict = checked(harness, BY_ROWS, rows=70_000)
    assert (verdict.outcome, verdict.code) == (Outcome.FAIL, "launch_limits")
    remark = verdict.diagnostics[0]
    assert "grid.y is 70001, the limit is 65535" in remark.message
    assert "<<<" in BY_ROWS.splitlines()[remark.line - 1]


@needs_torch
def test_a_grid_within_the_limits(harness: KernelHarness) -> None:
    verdict = checked(harness, BY_ROWS, rows=60_000)
    assert verdict.passed
    # Input and output of 60 000 rows of 1536 floats, one weight a feature.
    assert verdict.metrics["true_bytes"] == 4 * 1536 * (2 * 60_000 + 1)
    assert "0.7 GB of 16" in told(verdict)


@needs_torch
def test_more_memory_than_the_gpu_has(harness: KernelHarness) -> None:
    text = PLAIN.replace(
        "return kernels.run", "kept = kernels.run(x, self.scale)\n        return kernels.run"
    )
    verdict = checked(harness, text, rows=1_100_000)
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.MEMORY)
    assert "18.9 GB at once, the NVIDIA T4 has 16" in told(verdict)


@needs_torch
def test_a_count_that_an_int_does_not_hold(harness: KernelHarness) -> None:
    """2 304 000 000 elements are a negative number of them, and that is no grid."""
    verdict = checked(harness, PLAIN, rows=1_500_000)
    assert (verdict.outcome, verdict.code) == (Outcome.FAIL, "launch_limits")


@needs_torch
def test_what_cannot_be_had_without_computing_decides_nothing(harness: KernelHarness) -> None:
    text = PLAIN.replace("return kernels", "assert float(x[0, 0]) < 100\n        return kernels")
    verdict = checked(harness, text, rows=70_000)
    assert verdict.passed
    assert "without computing" in told(verdict)


@needs_torch
def test_a_copy_to_the_host_is_never_believed(harness: KernelHarness) -> None:
    """The grid would be what was in memory that nobody wrote."""
    text = PLAIN.replace(
        "int n = x.numel();",
        "int n = x.numel(); float first = 0;\n"
        "    cudaMemcpy(&first, x.data_ptr<float>(), 4, cudaMemcpyDeviceToHost);\n"
        "    if (first == 0.0f) n = 0;",
    )
    verdict = checked(harness, text, rows=70_000)
    assert verdict.passed
    assert "the host reads what a kernel computed" in told(verdict)


PASSED = Verdict(Outcome.PASS, score=1.0, tools={"device": "cpu-emulated"})


def unit(text: str) -> list[Unit]:
    return [Unit("u", (Source("cuda.cu", text),))]


@pytest.mark.parametrize(
    ("largest", "text", "warned"),
    [
        (2**31, "int i = blockIdx.x * blockDim.x + threadIdx.x;", True),
        (2**31 - 1, "int i = blockIdx.x * blockDim.x + threadIdx.x;", False),
        (2**31, "size_t i = blockIdx.x * (size_t)blockDim.x;", False),
        (2**31, "int64_t i = 0;", False),
        (2**31, "int along = 0;", True),
    ],
)
def test_an_index_that_cannot_reach_the_end(largest: int, text: str, warned: bool) -> None:
    dry = DryRun(sizes=Sizes(1, 1, 1, 3, largest))
    verdict = at_true_sizes(PASSED, dry, gpu_spec("H100"), unit(text))
    assert verdict.passed
    assert [d.code for d in verdict.diagnostics] == ["narrow_index"] * warned


def test_the_memory_of_a_comparison_is_told_where_it_does_not_fit() -> None:
    """Two models, two outputs and what `torch.allclose` takes: the GPU itself would hold one."""
    sizes = Sizes(inputs=6 << 30, weights=0, outputs=6 << 30, most=12 << 30, largest=1)
    small = at_true_sizes(PASSED, DryRun(sizes=sizes), gpu_spec("A100"), unit(""))
    large = at_true_sizes(PASSED, DryRun(sizes=sizes), gpu_spec("H200"), unit(""))
    assert small.passed and large.passed
    assert small.metrics["true_bytes_compared"] == 39 << 30
    assert "compare" not in told(large)


def test_arguments_that_pybind11_refuses_are_no_matter_of_sizes() -> None:
    """Nothing was decided at reduced sizes, for which it was not written."""
    ended = "TypeError: run(): incompatible function arguments. (Tensor, NoneType)"
    undecided = Verdict(Outcome.INCONCLUSIVE, tools=PASSED.tools)
    verdict = at_true_sizes(undecided, DryRun(ended=ended), gpu_spec("H100"), unit(""))
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.INTERFACE)
    other = at_true_sizes(undecided, DryRun(ended="other"), gpu_spec("H100"), unit(""))
    assert other.outcome is Outcome.INCONCLUSIVE
