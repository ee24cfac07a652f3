from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.sandbox.emulator.rewrite import rewrite

PIECES = (
    "k<<<grid, 32>>>(x);",
    'auto s = R"(<<<a>>>)";',
    "int a = b << 3; /* k<<<1, 2>>>(); */",
    "template <class T> void f(T x) { g<h<T>>(x >> 1); }",
    "__shared__ float s[32], t;",
    "__constant__ int c[4];",
    "#define LAUNCH(k) k<<<1, 2>>>(0)",
    "__device__ __forceinline__ int f();",
    "return a < b && c > d;",
    "char c = '\\'', d = '<';",
)


def rewritten(text: str) -> str:
    return rewrite(text, "a.cu").text


def test_a_launch_becomes_a_call() -> None:
    assert rewritten("k<<<g, b>>>(x, n);") == "GW_KERNEL(0, k).on(g, b)(x, n);"
    assert (
        rewritten("a::k<float, (N > 2 ? 1 : 2)><<<dim3(1, 2), 32, 0, s>>>(x);")
        == "GW_KERNEL(0, a::k<float, (N > 2 ? 1 : 2)>).on(dim3(1, 2), 32, 0, s)(x);"
    )
    assert rewritten("return k<A<B>><<<(n >> 3), 8>>>();") == (
        "return GW_KERNEL(0, k<A<B>>).on((n >> 3), 8)();"
    )


def test_what_is_no_launch_stays() -> None:
    text = '// k<<<1, 2>>>(x)\nauto s = "<<<"; int a = b << 3 >> 2; V<V<A<int>>> v;'
    assert rewritten(text) == text


def test_lines_stay_where_they_are() -> None:
    text = "__global__ void k() {\n  __shared__ float\n    a[4]\n    [5], b;\n}\nint x;\n"
    assert rewritten(text).count("\n") == text.count("\n")
    assert rewritten(text).splitlines()[-1] == "int x;"


def test_a_shared_variable_becomes_a_reference() -> None:
    got = rewritten("void f() { __shared__ float tile[8][9]; }")
    assert "typedef float gw_shared_tile[8][9];" in got
    assert "auto& tile = *static_cast<gw_shared_tile*>" in got
    assert "::gw::dynamic_shared()" in rewritten("void f() { extern __shared__ char s[]; }")


def test_bounds_of_a_kernel_reach_its_launch() -> None:
    text = "__global__ void __launch_bounds__(128, 2) k(int n) {}\nvoid f() { k<<<1, 64>>>(3); }"
    assert "GW_KERNEL(128, k)" in rewritten(text)


def test_null_arguments_are_pointers() -> None:
    assert rewritten("k<<<1, 1>>>(NULL, f(NULL), x);") == (
        "GW_KERNEL(0, k).on(1, 1)(nullptr, f(NULL), x);"
    )


def test_specifiers_that_cpp_lets_stand_once() -> None:
    assert rewritten("__device__ inline __forceinline__ int f();") == "__device__ inline  int f();"
    assert rewritten("__device__ __forceinline__ int f();") == "__device__ inline int f();"
    assert rewritten("static __constant__ float w[3];") == "static  float w[3];"
    assert rewritten("__constant__ float w[3];") == "static float w[3];"


def test_what_cannot_be_run_is_named_with_its_line() -> None:
    text = """#include <cudnn.h>
// #include <cufft.h>
__device__ void f(unsigned a) {
  asm volatile("{ .reg .b32 t; cp.async.cg.shared.global [%0], [%1], 16; }" :: "r"(a));
}
"""
    found = rewrite(text, "a.cu").unsupported
    assert [(u.feature, u.file, u.line) for u in found] == [
        ("cuDNN", "a.cu", 1),
        ("inline PTX", "a.cu", 4),
    ]
    assert "cp.async.cg.shared.global" in found[1].reason


@given(st.text(alphabet="<>(){}[],;=\"'/*\\\n abk_:1#", max_size=60))
def test_lines_stay_for_any_text(text: str) -> None:
    assert rewritten(text).count("\n") == text.count("\n")


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_text_outside_launches_and_declarations_stays(pieces: list[str]) -> None:
    text = "\n".join(pieces)
    got = rewritten(text)
    assert got.count("\n") == text.count("\n")
    for before, after in zip(text.split("\n"), got.split("\n"), strict=True):
        if not any(word in before for word in ("<<<", "__shared__", "__constant__", "inline")):
            assert before == after


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("std::vector<int> a;", False),
        ("std::map<int, int> a;", True),
        ("using namespace std; map<int, int> a;", True),
        ("int map = 1; float list[3];", False),
        ("// std::cout", False),
    ],
)
def test_seldom_used_headers_are_read_where_they_are_named(text: str, wants: bool) -> None:
    assert rewrite(text, "t.cu").wants_more is wants
