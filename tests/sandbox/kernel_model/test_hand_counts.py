"""Counters against counts by hand. A warp has 32 lanes, a sector 32 bytes, a block here 256 threads
unless it says otherwise; tensors start at a multiple of 64 bytes.
"""

from __future__ import annotations

import importlib.util

import pytest

from gatewright.core import ToolMissing
from gatewright.sandbox.emulator import Report
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.kernel_model.counters import compulsory_bytes, count
from gatewright.sandbox.kernel_model.estimate import estimate
from gatewright.sandbox.kernel_model.gpus import gpu_spec
from tests.sandbox.kernel_model.profiled import Micro, profiled

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="needs torch: make cuda"
)

TWO = "void run(torch::Tensor a, torch::Tensor b);"
THREE = "void run(torch::Tensor a, torch::Tensor b, torch::Tensor c);"


def two(body: str, launch: str, arguments: str) -> Micro:
    """A kernel of `const float* a, float* b, int n`."""
    source = f"""\
__global__ void k(const float* a, float* b, int n) {{
{body}
}}
void run(torch::Tensor a, torch::Tensor b) {{
    k<<<{launch}>>>(a.data_ptr<float>(), b.data_ptr<float>(), a.numel());
}}
"""
    return Micro(source, TWO, arguments)


def three(body: str, launch: str, size: int) -> Micro:
    """A product of square matrices, `c = a b`, of n rows."""
    source = f"""\
__global__ void k(const float* __restrict__ a, const float* __restrict__ b, float* c, int n) {{
{body}
}}
void run(torch::Tensor a, torch::Tensor b, torch::Tensor c) {{
    k<<<{launch}>>>(a.data_ptr<float>(), b.data_ptr<float>(), c.data_ptr<float>(), a.size(0));
}}
"""
    made = f"torch.rand({size}, {size})"
    return Micro(source, THREE, f"({made}, {made}, torch.zeros({size}, {size}))")


INDEX = "    int i = blockIdx.x * blockDim.x + threadIdx.x;\n"
XY = (
    "    int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 32 + threadIdx.y;\n"
    "    int u = blockIdx.y * 32 + threadIdx.x, v = blockIdx.x * 32 + threadIdx.y;\n"
    "    int w = gridDim.x * 32;\n"
)


def pair(count: int, out: int | None = None) -> str:
    return f"(torch.rand({count}), torch.zeros({count if out is None else out}))"


def tile(width: int) -> str:
    return (
        f"    __shared__ float s[32][{width}];\n{XY}"
        "    s[threadIdx.y][threadIdx.x] = a[y * w + x];\n"
        "    __syncthreads();\n"
        "    b[v * w + u] = s[threadIdx.x][threadIdx.y];"
    )


TREE = (
    "    __shared__ float s[256];\n"
    "    int t = threadIdx.x;\n"
    "    s[t] = a[blockIdx.x * 256 + t];\n"
    "    __syncthreads();\n"
    "    for (int half = 128; half > 0; half /= 2) {\n"
    "        if (t < half) s[t] += s[t + half];\n"
    "        __syncthreads();\n"
    "    }\n"
    "    if (t == 0) b[blockIdx.x] = s[0];"
)
BLOCK = "dim3(1, 1), dim3(32, 32)"
MICRO = {
    "copy": two(f"{INDEX}    b[i] = a[i];", "4, 256", pair(1024)),
    "wide": two(
        f"{INDEX}    reinterpret_cast<float4*>(b)[i] = reinterpret_cast<const float4*>(a)[i];",
        "1, 256",
        pair(1024),
    ),
    "stride": two(f"{INDEX}    b[i] = a[i * 8];", "1, 256", pair(2048, 256)),
    "offset": two(f"{INDEX}    b[i] = a[i + 1];", "1, 256", pair(257, 256)),
    "broadcast": two(f"{INDEX}    b[i] = a[blockIdx.x];", "1, 256", pair(1, 256)),
    "transpose": two(f"{XY}    b[x * w + y] = a[y * w + x];", BLOCK, pair(1024)),
    "conflicts": two(tile(32), BLOCK, pair(1024)),
    "padded": two(tile(33), BLOCK, pair(1024)),
    "tree": two(TREE, "2, 256", pair(512, 2)),
    "odd": two(f"{INDEX}    if (i % 2) {{\n        b[i] = a[i];\n    }}", "1, 256", pair(256)),
    "histogram": two("    atomicAdd(b, a[threadIdx.x]);", "1, 256", pair(256, 1)),
    "tail": two(f"{INDEX}    if (i < n) b[i] = 2 * a[i];", "1, 256", pair(100)),
    "product": three(
        "    int row = threadIdx.y, column = threadIdx.x;\n"
        "    float sum = 0;\n"
        "    for (int i = 0; i < n; ++i) sum += a[row * n + i] * b[i * n + column];\n"
        "    c[row * n + column] = sum;",
        BLOCK,
        32,
    ),
}
# requests sectors ideal of global memory; requests passes ideal of shared memory
COUNTS = {
    # 32 warps load and store 128 bytes each.
    "copy": (64, 256, 256, 0, 0, 0),
    # 8 warps load and store 512 bytes each.
    "wide": (16, 256, 256, 0, 0, 0),
    # 8 loads, every lane 32 bytes on: 32 sectors for 128 bytes; 8 dense stores.
    "stride": (16, 8 * 32 + 32, 64, 0, 0, 0),
    # 8 loads that begin 4 bytes into a sector: 5 sectors for 128 bytes.
    "offset": (16, 8 * 5 + 32, 64, 0, 0, 0),
    # 8 loads of one word.
    "broadcast": (16, 8 + 32, 8 + 32, 0, 0, 0),
    # 32 dense loads; 32 stores with a row between lanes.
    "transpose": (64, 128 + 1024, 256, 0, 0, 0),
    # Shared memory: 32 rows are written, 32 columns read, all of a column on one bank.
    "conflicts": (64, 256, 256, 64, 32 + 1024, 64),
    "padded": (64, 256, 256, 64, 64, 64),
    # Each of 2 blocks: 8 dense loads, one word stored. Shared: 8 stores; at halves of 128, 64, 32
    # and five below 4, 2, 1 and 5 warps load twice and store once; then one load.
    "tree": (2 * 9, 2 * 33, 2 * 33, 2 * (8 + 36 + 1), 2 * (8 + 36 + 1), 2 * (8 + 36 + 1)),
    # Every second word: all four sectors of a warp's, where two would hold them.
    "odd": (16, 64, 32, 0, 0, 0),
    # 8 loads of 128 bytes; 8 atomic requests on one word.
    "histogram": (16, 32 + 8, 32 + 8, 0, 0, 0),
    # Three warps are full, the fourth has 4 lanes: 13 sectors, loaded and stored.
    "tail": (8, 26, 26, 0, 0, 0),
    # 32 warps, 32 steps: a word of a's row, a row of b; then a row of c.
    "product": (32 * 65, 32 * 32 * 5 + 32 * 4, 32 * 32 * 5 + 32 * 4, 0, 0, 0),
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    try:
        folder = tmp_path_factory.mktemp("reports")
        return profiled({**MICRO, **RANKED}, open_isolation(), folder)
    except ToolMissing as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("name", COUNTS)
def test_memory_counts(reports: dict[str, Report], name: str) -> None:
    found = count(reports[name])
    assert (
        found.global_requests,
        found.global_sectors,
        found.ideal_sectors,
        found.shared_requests,
        found.wavefronts,
        found.ideal_wavefronts,
    ) == COUNTS[name]


def test_barriers_and_atomics(reports: dict[str, Report]) -> None:
    # A block meets one barrier, then one in each of eight steps.
    assert count(reports["tree"]).barriers == 2 * 9
    assert count(reports["conflicts"]).barriers == 1
    assert count(reports["histogram"]).atomics == 256


def test_compulsory_bytes(reports: dict[str, Report]) -> None:
    assert compulsory_bytes(reports["copy"]) == 2 * 4096
    assert compulsory_bytes(reports["stride"]) == 2 * 1024
    assert compulsory_bytes(reports["broadcast"]) == 4 + 1024
    assert compulsory_bytes(reports["product"]) == 3 * 4096
    assert compulsory_bytes(reports["tail"]) == 2 * 400


SIZE = 128
GRID = "dim3(4, 4), dim3(32, 32)"
TILED_PRODUCT = """\
    __shared__ float left[32][32], right[32][32];
    int row = blockIdx.y * 32 + threadIdx.y, column = blockIdx.x * 32 + threadIdx.x;
    float sum = 0;
    for (int at = 0; at < n; at += 32) {
        left[threadIdx.y][threadIdx.x] = a[row * n + at + threadIdx.x];
        right[threadIdx.y][threadIdx.x] = b[(at + threadIdx.y) * n + column];
        __syncthreads();
        for (int i = 0; i < 32; ++i) sum += left[threadIdx.y][i] * right[i][threadIdx.x];
        __syncthreads();
    }
    c[row * n + column] = sum;"""
VECTOR_PRODUCT = """\
    __shared__ float left[32][36], right[32][128];
    int t = threadIdx.x, row = threadIdx.y, first = blockIdx.y * 32;
    float sum[4][4] = {};
    for (int at = 0; at < n; at += 32) {
        int flat = row * 32 + t;
        int r = flat / 8, q = flat % 8 * 4;
        *reinterpret_cast<float4*>(&left[r][q]) =
            *reinterpret_cast<const float4*>(&a[(first + r) * n + at + q]);
        for (int line = row; line < 32; line += 8)
            *reinterpret_cast<float4*>(&right[line][t * 4]) =
                *reinterpret_cast<const float4*>(&b[(at + line) * n + t * 4]);
        __syncthreads();
        for (int i = 0; i < 32; i += 4) {
            float4 l[4];
            for (int j = 0; j < 4; ++j)
                l[j] = *reinterpret_cast<const float4*>(&left[row * 4 + j][i]);
            for (int d = 0; d < 4; ++d) {
                float4 m = *reinterpret_cast<const float4*>(&right[i + d][t * 4]);
                for (int j = 0; j < 4; ++j) {
                    float x = d == 0 ? l[j].x : d == 1 ? l[j].y : d == 2 ? l[j].z : l[j].w;
                    sum[j][0] += x * m.x;
                    sum[j][1] += x * m.y;
                    sum[j][2] += x * m.z;
                    sum[j][3] += x * m.w;
                }
            }
        }
        __syncthreads();
    }
    for (int j = 0; j < 4; ++j)
        *reinterpret_cast<float4*>(&c[(first + row * 4 + j) * n + t * 4]) =
            make_float4(sum[j][0], sum[j][1], sum[j][2], sum[j][3]);"""
RANKED = {
    "matmul-naive": three(
        "    int row = blockIdx.y * 32 + threadIdx.y, column = blockIdx.x * 32 + threadIdx.x;\n"
        "    float sum = 0;\n"
        "    for (int i = 0; i < n; ++i) sum += a[row * n + i] * b[i * n + column];\n"
        "    c[row * n + column] = sum;",
        GRID,
        SIZE,
    ),
    "matmul-tiled": three(TILED_PRODUCT, GRID, SIZE),
    "matmul-vectorised": three(VECTOR_PRODUCT, "dim3(1, 4), dim3(32, 8)", SIZE),
}


@pytest.mark.parametrize("gpu", ["A100", "H100", "T4"])
def test_naive_tiled_and_vectorised_products_rank_rightly(
    reports: dict[str, Report], gpu: str
) -> None:
    kinds = ("naive", "tiled", "vectorised")
    naive, tiled, vectorised = (
        estimate(reports[f"matmul-{kind}"], gpu_spec(gpu)).at_most for kind in kinds
    )
    assert naive > tiled > vectorised
