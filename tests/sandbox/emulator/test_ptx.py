"""Inline PTX: what instructions do, and what becomes of those that are not known."""

from __future__ import annotations

import pytest

from gatewright.sandbox.emulator import Access, Mode
from gatewright.sandbox.emulator.rewrite import rewrite

KERNEL = r"""
__global__ void k(const float* x, float* y, int n) {
  __shared__ alignas(16) float tile[64];
  extern __shared__ float more[];
  int lane = threadIdx.x;
  float a, b, c, d;
  asm volatile("ld.global.nc.L1::no_allocate.v4.f32 {%0, %1, %2, %3}, [%4];"
               : "=f"(a), "=f"(b), "=f"(c), "=f"(d)
               : "l"(x + 4 * (lane % 2)));
  uint32_t at = static_cast<uint32_t>(__cvta_generic_to_shared(&tile[lane]));
  asm volatile("cp.async.ca.shared.global [%0], [%1], %2;\n" ::"r"(at), "l"(&x[lane % 8]), "n"(4));
  asm volatile("cp.async.commit_group;\ncp.async.wait_group 0;\n" ::: "memory");
  asm volatile("bar.sync 0;");
  float near;
  asm("ld.shared.f32 %0, [%1+4];" : "=f"(near) : "r"(lane < 31 ? at : at - 4));
  unsigned id, merged, field, perm, next;
  asm("mov.u32 %0, %%laneid;" : "=r"(id));
  asm("lop3.b32 %0, %1, %2, %3, 0x96;" : "=r"(merged) : "r"(12u), "r"(10u), "r"(5u));
  asm("bfe.u32 %0, %1, 4, 8;" : "=r"(field) : "r"(0xabcdu));
  asm("prmt.b32 %0, %1, %2, 0x5410;" : "=r"(perm) : "r"(0x11u), "r"(0x22u));
  asm("shfl.sync.bfly.b32 %0, %1, 1, 0x1f, 0xffffffff;" : "=r"(next) : "r"(id));
  float e, r;
  asm("{\n\t.reg .pred p;\n\t.reg .f32 t;\n\tsetp.gt.f32 p, %1, 0f00000000;\n\t"
      "ex2.approx.ftz.f32 t, %1;\n\t"
      "mov.f32 %0, 0f40000000;\n\t@p mov.f32 %0, t;\n\t}" : "=f"(e) : "f"(a));
  asm("fma.rn.f32 %0, %1, %2, %3;" : "=f"(r) : "f"(2.0f), "f"(3.0f), "f"(4.0f));
  if (lane < n)
    asm volatile("st.global.cs.f32 [%0], %1;" ::"l"(y + lane), "f"(a + b + c + d + near));
  if (lane == 0) {
    y[32] = merged; y[33] = field; y[34] = perm; y[35] = next; y[36] = e; y[37] = r;
  }
}
Numbers go(Numbers x) {
  return on_device(x, 38, [](float* in, float* out, int n) { k<<<1, 32>>>(in, out, n); });
}
"""


@pytest.mark.parametrize("mode", [Mode.FAST, Mode.PROFILE])
def test_instructions_do_what_they_are_said_to(bench, prelude, mode) -> None:
    ran = bench.run(prelude + KERNEL, [float(n) for n in range(32)], mode)
    assert ran.error == ""
    assert ran.report.events == ()

    def expected(lane: int) -> float:
        first = 4 * (lane % 2)
        near = (lane + 1) % 8 if lane < 31 else lane % 8
        return sum(range(first, first + 4)) + near

    assert ran.values[:32] == tuple(expected(lane) for lane in range(32))
    # a ^ b ^ c; bits 4 to 11; the low halves of both; the neighbour's lane; 2 where x[0] is not > 0
    assert ran.values[32:] == (12 ^ 10 ^ 5, 0xBC, 0x220011, 1.0, 2.0, 10.0)
    if mode is Mode.PROFILE:
        (load,) = [s for s in ran.report.sites if s.access is Access.GLOBAL_LOAD and s.width == 16]
        assert (load.requests, load.lanes, load.sectors) == (1, 32, 1)


@pytest.mark.parametrize(
    ("statement", "instruction"),
    [
        ('asm("wgmma.fence.sync.aligned;");', "wgmma.fence.sync.aligned"),
        ('asm volatile("mma.sync.aligned.m16n8k8 {%0}, {%1};" : "=f"(a) : "r"(b));', "mma.sync"),
        ('asm("mov.u32 %0, %%pm0;" : "=r"(a));', "mov.u32"),
        ('asm("add.u32 %0, %1, %7;" : "=r"(a) : "r"(b));', "add.u32"),
        ('asm("{ .reg .b128 t; mov.b128 t, t; }");', ".reg .b128"),
        ('asm("cvt.rn.sat.f32.s32 %0, %1;" : "=f"(a) : "r"(b));', "cvt.rn.sat.f32.s32"),
    ],
)
def test_what_is_not_known_is_refused_by_its_name(statement: str, instruction: str) -> None:
    (refused,) = rewrite(f"__device__ void f() {{\n{statement}\n}}", "t.cu").unsupported
    assert refused.feature == "inline PTX"
    assert instruction in refused.reason
    assert refused.line == 2


def test_lines_stay() -> None:
    text = (
        'void f() {\n  asm volatile(\n    "membar.gl;\\n"\n    "bar.sync 0;"\n    ::: "memory");\n}'
    )
    got = rewrite(text, "t.cu")
    assert got.unsupported == ()
    assert got.text.count("\n") == text.count("\n")
    assert "__threadfence();" in got.text.splitlines()[1]
    assert rewrite("int asm_count;", "t.cu").before == ""
