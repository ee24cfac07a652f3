"""Up to the driver's door: built with nvcc and torch's own headers, loaded, and launched."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

from gatewright.core import ToolMissing, UsageError
from gatewright.sandbox.emulator.unit import Unit, unit_of_inline
from gatewright.sandbox.isolation import Isolation, open_isolation
from gatewright.sandbox.tools.gpu_modules import unit_key
from gatewright.sandbox.tools.gpu_run import Fault, GpuTask, run_on_gpu
from gatewright.sandbox.tools.nvcc import Nvcc, open_nvcc
from gatewright.sandbox.tools.nvcc_extension import build_extension

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="needs torch: make cuda"
)
thorough = pytest.mark.skipif(
    not os.environ.get("GATEWRIGHT_THOROUGH"),
    reason="set GATEWRIGHT_THOROUGH=1 to read torch's headers (a minute of CPU time)",
)

CPP = "torch::Tensor twice(torch::Tensor x);"
CUDA = """\
#include <c10/cuda/CUDAException.h>
__global__ void twice_kernel(const float* in, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) out[i] = 2 * in[i];
}
torch::Tensor twice(torch::Tensor x) {
    auto out = torch::empty_like(x);
    int n = x.numel();
    twice_kernel<<<(n + 255) / 256, 256>>>(x.data_ptr<float>(), out.data_ptr<float>(), n);
    C10_CUDA_KERNEL_LAUNCH_CHECK();
    return out;
}
"""
PROBLEM = """
import torch
class Model(torch.nn.Module):
    def forward(self, x):
        return 2 * x
def get_inputs():
    return [torch.randn(1000)]
def get_init_inputs():
    return []
"""
CANDIDATE = f"""
import torch
from torch.utils.cpp_extension import load_inline
module = load_inline(name="twice", cpp_sources={CPP!r}, cuda_sources={CUDA!r}, functions=["twice"])
class ModelNew(torch.nn.Module):
    def forward(self, x):
        return module.twice(x)
"""


@pytest.fixture(scope="module")
def isolation() -> Isolation:
    return open_isolation()


@pytest.fixture(scope="module")
def nvcc(isolation: Isolation) -> Nvcc:
    try:
        return open_nvcc(isolation)
    except ToolMissing as error:
        pytest.skip(str(error))


def test_an_architecture_that_nvcc_does_not_know(nvcc: Nvcc, isolation: Isolation) -> None:
    with pytest.raises(UsageError, match="sm_70"):
        build_extension(Unit("none"), nvcc, isolation, "sm_70")


@thorough
def test_a_kernel_gets_as_far_as_the_driver(
    nvcc: Nvcc, isolation: Isolation, tmp_path: Path
) -> None:
    unit = unit_of_inline("twice", CPP, CUDA, ["twice"])
    built = build_extension(unit, nvcc, isolation, "sm_90", cache=tmp_path)
    assert built.module is not None, built.log
    again = build_extension(unit, nvcc, isolation, "sm_90", cache=tmp_path)
    assert (again.module, again.cached) == (built.module, True)
    task = GpuTask(PROBLEM, CANDIDATE, {unit_key(unit): built.module})
    found = run_on_gpu(task, isolation, None)
    assert found.fault is Fault.CRASH
    # The kernel is launched; only the driver is not there.
    assert "CUDA" in found.detail
    assert "driver" in found.detail


@thorough
def test_errors_have_the_users_lines(nvcc: Nvcc, isolation: Isolation, tmp_path: Path) -> None:
    unit = unit_of_inline("twice", CPP, CUDA.replace("out[i]", "wrong[i]"), ["twice"])
    built = build_extension(unit, nvcc, isolation, "sm_90", cache=tmp_path)
    assert built.module is None
    assert [(d.file, d.line) for d in built.diagnostics if "wrong" in d.message] == [("cuda.cu", 4)]
