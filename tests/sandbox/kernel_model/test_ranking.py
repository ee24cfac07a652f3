"""Kernels of one purpose rank as they do on GPUs: naive before tiled before vectorised."""

from __future__ import annotations

import importlib.util

import pytest

from gatewright.core import ToolMissing
from gatewright.sandbox.emulator import Report
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.kernel_model.estimate import estimate
from gatewright.sandbox.kernel_model.gpus import gpu_spec
from tests.sandbox.kernel_model.profiled import Micro, profiled

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="needs torch: make cuda"
)
KINDS = ("naive", "tiled", "vectorised")
TRANSPOSES = {
    "naive": (
        "int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 32 + threadIdx.y;\n"
        "b[x * n + y] = a[y * n + x];",
        "dim3(n / 32, n / 32), dim3(32, 32)",
    ),
    "tiled": (
        "__shared__ float tile[32][33];\n"
        "int x = blockIdx.x * 32, y = blockIdx.y * 32, i = threadIdx.x, j = threadIdx.y;\n"
        "tile[j][i] = a[(y + j) * n + x + i];\n"
        "__syncthreads();\n"
        "b[(x + j) * n + y + i] = tile[i][j];",
        "dim3(n / 32, n / 32), dim3(32, 32)",
    ),
    "vectorised": (
        "__shared__ float tile[32][33];\n"
        "int x = blockIdx.x * 32, y = blockIdx.y * 32, q = threadIdx.x * 4, j = threadIdx.y;\n"
        "float4 v = *reinterpret_cast<const float4*>(&a[(y + j) * n + x + q]);\n"
        "tile[j][q] = v.x; tile[j][q + 1] = v.y; tile[j][q + 2] = v.z; tile[j][q + 3] = v.w;\n"
        "__syncthreads();\n"
        "*reinterpret_cast<float4*>(&b[(x + j) * n + y + q]) =\n"
        "    make_float4(tile[q][j], tile[q + 1][j], tile[q + 2][j], tile[q + 3][j]);",
        "dim3(n / 32, n / 32), dim3(8, 32)",
    ),
}
TREE = """
__shared__ float part[256];
part[threadIdx.x] = sum;
__syncthreads();
for (int s = 128; s > 0; s /= 2) {
  if (threadIdx.x < s) part[threadIdx.x] += part[threadIdx.x + s];
  __syncthreads();
}
if (threadIdx.x == 0) atomicAdd(b, part[0]);"""
SUMS = {
    "naive": (
        "int each = n * n / (gridDim.x * 256), first = (blockIdx.x * 256 + threadIdx.x) * each;\n"
        "float sum = 0;\n"
        "for (int i = first; i < first + each; i++) sum += a[i];\n"
        "atomicAdd(b, sum);",
        "4, 256",
    ),
    "tiled": (
        "float sum = 0;\n"
        "for (int i = blockIdx.x * 256 + threadIdx.x; i < n * n; i += gridDim.x * 256)\n"
        "  sum += a[i];" + TREE,
        "4, 256",
    ),
    "vectorised": (
        "float sum = 0;\n"
        "const float4* v = reinterpret_cast<const float4*>(a);\n"
        "for (int i = blockIdx.x * 256 + threadIdx.x; i < n * n / 4; i += gridDim.x * 256) {\n"
        "  float4 four = v[i];\n"
        "  sum += four.x + four.y + four.z + four.w;\n"
        "}\n"
        "for (int s = 16; s > 0; s /= 2) sum += __shfl_down_sync(0xffffffffu, sum, s);\n"
        "if (threadIdx.x % 32 == 0) atomicAdd(b, sum);",
        "4, 256",
    ),
}


def micro(body: str, launch: str) -> Micro:
    source = f"""\
__global__ void k(const float* a, float* b, int n) {{
{body}
}}
void run(torch::Tensor a, torch::Tensor b) {{
  int n = a.size(0);
  k<<<{launch}>>>(a.data_ptr<float>(), b.data_ptr<float>(), n);
}}
"""
    arguments = "(torch.rand(128, 128), torch.zeros(128, 128))"
    return Micro(source, "void run(torch::Tensor a, torch::Tensor b);", arguments)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    kernels = {f"transpose-{kind}": micro(*TRANSPOSES[kind]) for kind in KINDS}
    kernels |= {f"sum-{kind}": micro(*SUMS[kind]) for kind in KINDS}
    try:
        return profiled(kernels, open_isolation(), tmp_path_factory.mktemp("ranked"))
    except ToolMissing as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("gpu", ["A100", "H100", "T4"])
@pytest.mark.parametrize("purpose", ["transpose", "sum"])
def test_naive_tiled_and_vectorised_rank_rightly(
    reports: dict[str, Report], purpose: str, gpu: str
) -> None:
    found = [estimate(reports[f"{purpose}-{kind}"], gpu_spec(gpu)).at_most for kind in KINDS]
    assert found[0] > found[1] > found[2]


@pytest.mark.parametrize("purpose", ["transpose", "sum"])
def test_a_vector_of_four_is_one_request(reports: dict[str, Report], purpose: str) -> None:
    def requests(kind: str) -> int:
        sites = reports[f"{purpose}-{kind}"].sites
        return sum(site.requests for site in sites if site.access.value == "global_load")

    assert requests("tiled") == 128 * 128 // 32
    assert requests("vectorised") * 4 == requests("tiled")
