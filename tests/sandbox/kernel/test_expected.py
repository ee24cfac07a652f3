from __future__ import annotations

import pytest

from gatewright.sandbox.emulator import unit_of_inline
from gatewright.sandbox.kernel.expected import expected_units

ASKED = unit_of_inline("k", "void f();", "void f() {}", ["f"], ["-O3"])


@pytest.mark.parametrize(
    "text",
    [
        'm = load_inline("k", "void f();", "void f() {}", ["f"], None, ["-O3"])',
        'a = "void f"\nm = load_inline(name="k", cpp_sources=a + "();", cuda_sources=a + "() {}",'
        ' functions=["f"], extra_cuda_cflags=["-O3"], verbose=not True)',
        'S = ["f"]\nm = cpp_extension.load_inline("k", ["void f();"], ["void f() {}"], S,'
        ' extra_cuda_cflags=["-O3"])',
    ],
)
def test_literal_arguments_are_read(text: str) -> None:
    assert expected_units(text) == (ASKED,)


@pytest.mark.parametrize(
    "text",
    [
        "m = load_inline(name, a, b)",
        'm = load_inline("k", read("f.cu"), "")',
        'a = f()\nm = load_inline("k", a, "")',
        'a = "x"\na = g(a)\nm = load_inline("k", a, "")',
        'm = load_inline("k", **more)',
        'm = load_inline("k", 5, "")',
        'def f():\n    return load_inline("k", "", "")',
        "not python (",
    ],
)
def test_what_is_not_plain_is_not_guessed(text: str) -> None:
    assert expected_units(text) == ()
