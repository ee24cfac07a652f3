"""Counters against hand counts."""

from __future__ import annotations

from gatewright.sandbox.emulator import Access, Mode, Site

TRANSPOSE = """\
__global__ void k(const float* x, float* y, int pad) {
  __shared__ float tile[32][32];
  __shared__ float padded[32][33];
  int i = threadIdx.y * 32 + threadIdx.x;
  tile[threadIdx.y][threadIdx.x] = x[i];
  padded[threadIdx.y][threadIdx.x] = x[threadIdx.x * 32 + threadIdx.y];
  __syncthreads();
  float a = tile[threadIdx.x][threadIdx.y];
  float b = padded[threadIdx.x][threadIdx.y];
  y[i] = a + b;
  if (threadIdx.x < 8)
    y[i] = x[i + 1];
  atomicAdd(y + 1024, 1.0f);
}
Numbers go(Numbers x) {
  return on_device(x, 1025, [](float* in, float* out, int) {
    cudaMemset(out, 0, 4 * 1025);
    k<<<1, dim3(32, 32)>>>(in, out, 0);
  });
}
"""


def test_sectors_and_bank_conflicts_are_those_counted_by_hand(bench, prelude) -> None:
    ran = bench.run(prelude + TRANSPOSE, [1.0] * 1024, Mode.PROFILE)

    def site(line: int, access: Access) -> Site:
        (found,) = [s for s in ran.report.sites if (s.place.line, s.access) == (line, access)]
        return found

    rows = site(5, Access.GLOBAL_LOAD)
    assert (rows.requests, rows.lanes, rows.bytes) == (32, 1024, 4096)
    assert (rows.sectors, rows.ideal_sectors) == (32 * 4, 32 * 4)
    columns = site(6, Access.GLOBAL_LOAD)
    assert (columns.sectors, columns.ideal_sectors) == (32 * 32, 32 * 4)
    assert site(5, Access.SHARED_STORE).wavefronts == 32
    assert site(8, Access.SHARED_LOAD).wavefronts == 32 * 32
    assert site(8, Access.SHARED_LOAD).ideal_wavefronts == 32
    assert site(9, Access.SHARED_LOAD).wavefronts == 32
    few = site(12, Access.GLOBAL_STORE)
    assert (few.requests, few.lanes, few.sectors) == (32, 256, 32)
    shifted = site(12, Access.GLOBAL_LOAD)
    assert (shifted.sectors, shifted.ideal_sectors) == (32 * 2, 32)
    assert site(13, Access.GLOBAL_ATOMIC).sectors == 32


def test_branches_are_counted_by_warps_and_lanes(bench, prelude) -> None:
    ran = bench.run(prelude + TRANSPOSE, [1.0] * 1024, Mode.PROFILE)
    (taken,) = [
        b for b in ran.report.branching if b.place.line in (11, 12) and b.lane_issues == 256
    ]
    assert (taken.warp_issues, taken.lane_issues) == (32, 256)
    touched = {t.what: t for t in ran.report.touched}
    assert len(ran.report.launches) == 1 and ran.report.launches[0].threads == 1024
    assert touched == {}  # both buffers are freed by now


VECTORS = """\
__global__ void k(const float4* x, float4* y) {
  float4 v = x[threadIdx.x];
  float4 w = make_float4(v.x * 2, v.y + 1, v.z, v.w);
  y[threadIdx.x] = w;
}
Numbers go(Numbers x) {
  return on_device(x, 128, [](float* in, float* out, int) {
    k<<<1, 32>>>(reinterpret_cast<float4*>(in), reinterpret_cast<float4*>(out));
  });
}
"""


def test_a_vector_is_one_access(bench, prelude) -> None:
    ran = bench.run(prelude + VECTORS, [1.0] * 128, Mode.PROFILE)
    got = [(s.place.line, s.access, s.width, s.requests, s.sectors) for s in ran.report.sites]
    assert sorted(got) == [
        (2, Access.GLOBAL_LOAD, 16, 1, 16),
        (4, Access.GLOBAL_STORE, 16, 1, 16),
    ]
