"""The device model: what kernels compute, in every order."""

from __future__ import annotations

import pytest

from gatewright.sandbox.emulator import Mode

REDUCTION = """\
__global__ void sums(const float* x, float* y, int n) {
  __shared__ float part[64];
  extern __shared__ float more[];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  part[threadIdx.x] = i < n ? x[i] : 0;
  more[threadIdx.x] = 1;
  __syncthreads();
  for (int by = 32; by > 0; by /= 2) {
    if (threadIdx.x < by) part[threadIdx.x] += part[threadIdx.x + by];
    __syncthreads();
  }
  if (threadIdx.x == 0) { y[blockIdx.x] = part[0]; atomicAdd(&y[2], part[0]); }
  int all = __syncthreads_count(more[63 - threadIdx.x] == 1);
  if (i == 0) y[3] = all;
}
Numbers go(Numbers x) {
  return on_device(x, 4, [](float* in, float* out, int n) {
    cudaMemset(out, 0, 16);
    sums<<<2, 64, 64 * sizeof(float)>>>(in, out, n);
  });
}
"""

WARP = """\
#include <cooperative_groups.h>
#include <cub/cub.cuh>
namespace cg = cooperative_groups;
__global__ void warps(const float* x, float* y, int n) {
  float v = x[threadIdx.x], s = v;
  for (int by = 16; by > 0; by >>= 1) s += __shfl_down_sync(0xffffffff, s, by);
  if (threadIdx.x == 0) y[0] = s;
  unsigned votes = __ballot_sync(0xffffffff, v > 9);
  if (threadIdx.x == 1) y[1] = __popc(votes);
  y[2] = __reduce_max_sync(0xffffffff, (int)v);
  auto tile = cg::tiled_partition<8>(cg::this_thread_block());
  float t = cg::reduce(tile, v, cg::plus<float>());
  if (threadIdx.x == 8) y[3] = t;
  typedef cub::BlockReduce<float, 32> Reduce;
  __shared__ typename Reduce::TempStorage storage;
  float total = Reduce(storage).Sum(v);
  if (threadIdx.x == 0) y[4] = total;
  y[5] = __shfl_xor_sync(0xffffffff, v, 1) == x[threadIdx.x ^ 1] ? 1 : 0;
  if (__match_any_sync(0xffffffff, (int)v / 8) == 0xffu << (threadIdx.x / 8 * 8)) y[6] = 1;
}
Numbers go(Numbers x) {
  return on_device(x, 7, [](float* in, float* out, int n) { warps<<<1, 32>>>(in, out, n); });
}
"""

TYPES = """\
#include <cuda_fp16.h>
#include <cuda_bf16.h>
__constant__ float scale[2];
__device__ float kept[1];
template <typename T, int N> __device__ __forceinline__ T times(T x) { return x * T(N); }
__global__ void __launch_bounds__(64) types(const float* x, float* y) {
  y[0] = __half2float(__float2half(x[0]) + __float2half(0.1f));
  y[1] = __bfloat162float(__float2bfloat16(x[0]));
  float4 four = *reinterpret_cast<const float4*>(x);
  y[2] = four.x + four.y + four.z + four.w;
  y[3] = times<float, 3>(scale[1]);
  y[4] = max(1, 2) + min(2.5f, 3.0f) + __ldg(x) + rsqrtf(4.0f);
  y[5] = __float_as_int(1.0f) == 0x3f800000 && __brev(1u) == 0x80000000u && __clz(1) == 31;
  kept[0] = 5;
  int* cell = reinterpret_cast<int*>(y + 6);
  *cell = __float_as_int(1.0f);
  int seen = *cell, want;
  do { want = seen; seen = atomicCAS(cell, want, __float_as_int(__int_as_float(want) + 1)); }
  while (want != seen);
}
Numbers go(Numbers x) {
  float w[2] = {1, 7};
  cudaMemcpyToSymbol(scale, w, sizeof w);
  Numbers y = on_device(x, 7, [](float* in, float* out, int) { types<<<1, 1>>>(in, out); });
  float back = 0;
  cudaMemcpyFromSymbol(&back, kept, 4);
  y.push_back(back);
  return y;
}
"""

MATRIX = """\
#include <mma.h>
#include <cuda_pipeline.h>
using namespace nvcuda;
__global__ void tiles(const float* x, float* y) {
  __shared__ half a[256];
  __shared__ float landed[32];
  for (int i = threadIdx.x; i < 256; i += 32) a[i] = __float2half(x[i]);
  __pipeline_memcpy_async(&landed[threadIdx.x], &x[threadIdx.x], 4);
  __pipeline_commit();
  __pipeline_wait_prior(0);
  __syncthreads();
  wmma::fragment<wmma::matrix_a, 16, 16, 16, half, wmma::row_major> left;
  wmma::fragment<wmma::matrix_b, 16, 16, 16, half, wmma::col_major> right;
  wmma::fragment<wmma::accumulator, 16, 16, 16, float> sum;
  wmma::fill_fragment(sum, 0.0f);
  wmma::load_matrix_sync(left, a, 16);
  wmma::load_matrix_sync(right, a, 16);
  wmma::mma_sync(sum, left, right, sum);
  wmma::store_matrix_sync(y, sum, 16, wmma::mem_row_major);
  if (threadIdx.x == 31) y[256] = landed[31];
}
Numbers go(Numbers x) {
  return on_device(x, 257, [](float* in, float* out, int) { tiles<<<1, 32>>>(in, out); });
}
"""

LIBRARIES = """\
#include <cublas_v2.h>
#include <curand_kernel.h>
__global__ void draw(float* y) {
  curandStatePhilox4_32_10_t state;
  curand_init(0, 0, 0, &state);
  y[4] = curand(&state) == 0x6627e8d5u;
  float u = curand_uniform(&state);
  y[5] = u > 0 && u <= 1;
}
Numbers go(Numbers x) {
  return on_device(x, 6, [](float* in, float* out, int) {
    cublasHandle_t handle;
    cublasCreate(&handle);
    float one = 1, zero = 0;
    cublasSgemm(handle, CUBLAS_OP_N, CUBLAS_OP_T, 2, 2, 2, &one, in, 2, in, 2, &zero, out, 2);
    draw<<<1, 1>>>(out);
  });
}
"""


@pytest.mark.parametrize("order", ["forward", "reverse", "random"])
def test_blocks_share_memory_and_wait_for_each_other(bench, prelude, order) -> None:
    x = [float(i) for i in range(100)]
    ran = bench.run(prelude + REDUCTION, x, order=order)
    assert ran.values == (sum(x[:64]), sum(x[64:]), sum(x), 64)
    (launch,) = ran.report.launches
    assert (launch.kernel, launch.grid, launch.block) == ("sums", (2, 1, 1), (64, 1, 1))
    assert (launch.static_shared, launch.dynamic_shared) == (256, 256)
    assert launch.barriers == 2 * 8


def test_lanes_of_a_warp_exchange_values(bench, prelude) -> None:
    x = [float(i) for i in range(32)]
    ran = bench.run(prelude + WARP, x, order="random")
    assert ran.error == ""
    assert ran.values == (496, 22, 31, sum(x[8:16]), 496, 1, 1)


def test_types_intrinsics_constants_and_atomics(bench, prelude) -> None:
    ran = bench.run(prelude + TYPES, [1.0, 2.0, 3.0, 4.0])
    half = 1.0 + 0.0999755859375
    assert ran.values[0] == pytest.approx(half, abs=1e-3)
    assert ran.values[1:] == (1, 10, 21, 6, 1, 2, 5)


def test_matrix_fragments_and_pipelines(bench, prelude) -> None:
    x = [float(i % 7 - 3) for i in range(256)]
    ran = bench.run(prelude + MATRIX, x)
    want = [
        sum(x[r * 16 + k] * x[c * 16 + k] for k in range(16)) for r in range(16) for c in range(16)
    ]
    assert list(ran.values[:256]) == want
    assert ran.values[256] == x[31]


def test_libraries_are_counted_apart_from_kernels(bench, prelude) -> None:
    ran = bench.run(prelude + LIBRARIES, [1.0, 2.0, 3.0, 4.0])
    # A A^T of the matrix with columns (1, 2) and (3, 4).
    assert ran.values == (10, 14, 14, 20, 1, 1)
    assert ran.report.library_calls == (("cublasSgemm", 1),)
    assert [launch.kernel for launch in ran.report.launches] == ["draw"]


def test_the_limits_of_the_architecture_hold(bench, prelude) -> None:
    text = (
        prelude
        + """\
__global__ void __launch_bounds__(128) k(float* y) { y[threadIdx.x] = 1; }
Numbers go(Numbers x) {
  return on_device(x, 2048, [&](float*, float* out, int) {
    if (x[2] > 0) cudaFuncSetAttribute(k, cudaFuncAttributeMaxDynamicSharedMemorySize, (int)x[2]);
    k<<<(unsigned)x[0], (unsigned)x[1], (size_t)x[2]>>>(out);
  });
}
"""
    )
    assert "invalid configuration" in bench.run(text, [1, 2048, 0]).error
    assert "invalid configuration" in bench.run(text, [0, 32, 0]).error
    assert "too many resources" in bench.run(text, [1, 256, 0]).error
    assert bench.run(text, [1, 128, 100_000]).error == ""
    assert "invalid argument" in bench.run(text, [1, 128, 100_000], arch="sm_75").error


def test_arguments_are_as_strict_as_pybind(bench) -> None:
    text = """\
#include <torch/extension.h>
int go(int64_t n) { return (int)n + 1; }
"""
    ran = bench.run(text, [1])
    assert "incompatible function arguments" in ran.error and "list" in ran.error


def test_a_grid_can_wait_for_itself(bench, prelude) -> None:
    text = (
        prelude
        + """\
#include <cooperative_groups.h>
__global__ void both(float* y, int n) {
  auto grid = cooperative_groups::this_grid();
  y[blockIdx.x] = blockIdx.x + 1;
  grid.sync();
  if (threadIdx.x == 0) y[2 + blockIdx.x] = y[1 - blockIdx.x];
}
Numbers go(Numbers x) {
  return on_device(x, 4, [](float*, float* out, int n) {
    void* arguments[] = {&out, &n};
    cudaLaunchCooperativeKernel(both, dim3(2), dim3(8), arguments);
  });
}
"""
    )
    assert bench.run(text, [0]).values == (1, 2, 2, 1)


def test_arguments_are_read_by_the_host_and_not_by_the_kernel(bench, prelude) -> None:
    text = """
    __global__ void k(float* y, int a, int b) { y[threadIdx.x] = a * 10 + b; }
    Numbers go(Numbers x) {
      std::vector<int64_t> sizes{3, 4};
      return on_device(x, 2, [&](float*, float* y, int) { k<<<1, 2>>>(y, sizes[0], sizes[1]); });
    }
    """
    ran = bench.run(prelude + text, [1.0], Mode.CHECK)
    assert (ran.values, ran.error) == ((34.0, 34.0), "")


def test_conversions_from_text_and_streams(bench) -> None:
    text = """\
#include <torch/extension.h>
#include <sstream>
#include <string>
std::vector<double> go(std::vector<double>) {
  size_t end = 0;
  std::vector<double> out = {double(std::stoi("42x", &end)), double(end), double(std::stoll("-7")),
                             double(std::stoul("ff", nullptr, 16)), std::stod("2.5")};
  out.push_back(std::stof("1e3"));
  try { std::stoi("99999999999"); } catch (const std::out_of_range&) { out.push_back(1); }
  try { std::stof("none"); } catch (const std::invalid_argument&) { out.push_back(2); }
  std::ostringstream said;
  said << 5 << std::to_string(6);
  out.push_back(std::stod(said.str()));
  return out;
}
"""
    assert bench.run(text).values == (42, 2, -7, 255, 2.5, 1000, 1, 2, 56)
