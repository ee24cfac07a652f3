"""The checks: each fault is seen, at its line, and right kernels are left in peace."""

from __future__ import annotations

import pytest

from gatewright.sandbox.emulator import EventKind, Mode, Place

CALL = """
Numbers go(Numbers x) {
  return on_device(x, 64, [](float* in, float* out, int n) { k<<<2, 32>>>(in, out, n); });
}
"""


def kernel(body: str) -> str:
    return f"__global__ void k(float* x, float* y, int n) {{\n{body}\n}}" + CALL


FAULTS = {
    EventKind.OUT_OF_BOUNDS: ("int i = threadIdx.x;\ny[i + 40] = x[i];", Place("t.cu", 3)),
    EventKind.MISALIGNED: ("if (n > 8)\n*(float2*)(y + 1) = *(float2*)x;", Place("t.cu", 3)),
    EventKind.RACE_SHARED: (
        "__shared__ float s[32];\n"
        "s[threadIdx.x] = x[threadIdx.x];\ny[threadIdx.x] = s[31 - threadIdx.x];",
        Place("t.cu", 4),
    ),
    EventKind.RACE_GLOBAL: ("y[0] += x[threadIdx.x];", Place("t.cu", 2)),
    EventKind.UNINITIALISED_SHARED: (
        "__shared__ float s[33];\ns[threadIdx.x] = 1;\n"
        "__syncthreads();\ny[threadIdx.x] = s[threadIdx.x + 1];",
        Place("t.cu", 5),
    ),
    EventKind.UNINITIALISED_GLOBAL: ("y[threadIdx.x] = y[threadIdx.x + 32];", Place("t.cu", 2)),
    EventKind.DIVERGENT_BARRIER: (
        "if (threadIdx.x < 16)\n__syncthreads();\nelse\n__syncthreads();",
        Place("t.cu", 5),
    ),
    EventKind.WARP_MASK: (
        "float v = x[threadIdx.x];\nif (threadIdx.x < 16)\n"
        "v = __shfl_down_sync(0xffffffff, v, 8);\n__syncthreads();",
        Place("t.cu", 4),
    ),
}


@pytest.mark.parametrize("kind", list(FAULTS))
def test_a_fault_is_seen_at_its_line(bench, prelude, kind) -> None:
    body, place = FAULTS[kind]
    ran = bench.run(prelude + kernel(body), [1.0] * 64, Mode.CHECK)
    assert (kind, place) in [(event.kind, event.place) for event in ran.report.events]


def test_right_kernels_have_no_faults(bench, prelude) -> None:
    body = """\
__shared__ float s[32];
int i = blockIdx.x * 32 + threadIdx.x;
s[threadIdx.x] = x[i];
__syncthreads();
float v = s[31 - threadIdx.x];
for (int by = 16; by > 0; by /= 2) v += __shfl_xor_sync(0xffffffff, v, by);
__syncthreads();
s[threadIdx.x] = v;
__syncwarp();
y[i] = s[threadIdx.x ^ 1];
atomicAdd(x, 1.0f);"""
    ran = bench.run(
        prelude + kernel(body.replace("atomicAdd(x", "atomicAdd(x + 64")), [1.0] * 65, Mode.CHECK
    )
    assert ran.report.events == ()
    assert ran.values == (32,) * 64


def test_writes_of_one_value_by_many_are_marked(bench, prelude) -> None:
    ran = bench.run(prelude + kernel("y[0] = 3;"), [1.0], Mode.CHECK)
    races = [e for e in ran.report.events if e.kind is EventKind.RACE_GLOBAL]
    assert races and all(race.same_value for race in races)


def test_a_kernel_that_leaves_its_memory_ends_with_an_error(bench, prelude) -> None:
    ran = bench.run(prelude + kernel("y[threadIdx.x * 100000] = 1;"), [1.0], Mode.CHECK)
    assert "illegal memory access" in ran.error
    assert any("illegal memory access" in error for error in ran.report.errors)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("__builtin_trap();", EventKind.CRASH),
        (
            "volatile char big[1 << 20]; big[threadIdx.x] = 1; y[0] = big[5];",
            EventKind.STACK_OVERFLOW,
        ),
        ("while (n) { y[1] = n; }", EventKind.TIMEOUT),
    ],
)
def test_a_crash_says_where(bench, prelude, body, kind) -> None:
    ran = bench.run(prelude + kernel(body), [1.0] * 4, Mode.CHECK)
    assert ran.returncode != 0
    (event,) = ran.report.events
    # What is too much for the stack is at the line where the function begins.
    line = 1 if kind is EventKind.STACK_OVERFLOW else 2
    assert (event.kind, event.place, event.kernel) == (kind, Place("t.cu", line), "k")


@pytest.mark.parametrize("compiled", [Mode.CHECK, Mode.PROFILE])
def test_what_is_compiled_with_checks_runs_without_them(bench, prelude, compiled) -> None:
    body, _ = FAULTS[EventKind.RACE_SHARED]
    ran = bench.run(prelude + kernel(body), [1.0] * 64, Mode.FAST, compiled=compiled)
    assert ran.values[31] == 1.0
    assert ran.report.events == ()
    assert ran.report.sites == ()
