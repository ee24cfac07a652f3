from __future__ import annotations

import pytest

from gatewright.core import UsageError
from gatewright.sandbox.emulator import TARGETS, Unit, defines_of, target, unit_of_inline


def test_a_unit_is_what_load_inline_says() -> None:
    unit = unit_of_inline("x", "int f();", ["a", "b"], ["f"], ["-O3", "-DN=4", "--use_fast_math"])
    assert [(s.name, s.text) for s in (*unit.cpp, *unit.cuda)] == [
        ("main.cpp", "int f();"),
        ("cuda.cu", "a\nb"),
    ]
    assert (unit.functions, unit.defines) == (("f",), ("-DN=4",))
    assert Unit.from_json(unit.to_json()) == unit


@pytest.mark.parametrize("functions", [3, ["f(); system"], [1]])
def test_functions_are_names(functions: object) -> None:
    with pytest.raises(UsageError):
        unit_of_inline("x", "", "", functions)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"name": "x", "cuda": [["../a", ""]], "cpp": [], "functions": [], "defines": []}'],
)
def test_what_a_worker_sends_is_not_trusted(text: str) -> None:
    with pytest.raises(UsageError):
        Unit.from_json(text)


def test_only_macros_of_flags_count() -> None:
    assert defines_of(["-DA", "-O2", "-DA", "-D_B=1", "-DC=;rm"]) == ("-DA", "-D_B=1")


def test_targets_have_names_and_limits() -> None:
    assert target("sm_90").shared_opt_in == 227 << 10
    assert all(f"sm_{t.sm}" == name and len(t.numbers()) == 17 for name, t in TARGETS.items())
    with pytest.raises(UsageError, match="sm_13"):
        target("sm_13")
