from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gatewright.agents.symbolic.cover import complete_sum, minimise


@st.composite
def functions(draw: st.DrawFn) -> tuple[int, set[int], set[int]]:
    width = draw(st.integers(1, 5))
    kinds = draw(st.lists(st.sampled_from("01x"), min_size=1 << width, max_size=1 << width))
    return (
        width,
        {k for k, kind in enumerate(kinds) if kind == "1"},
        {k for k, kind in enumerate(kinds) if kind == "x"},
    )


@given(functions())
def test_a_cover_holds_all_ones_and_no_zero(function: tuple[int, set[int], set[int]]) -> None:
    width, ones, free = function
    cubes = minimise(width, ones, free)
    covered = {m for m in range(1 << width) if any(c.covers(m) for c in cubes)}
    assert ones <= covered <= ones | free


@given(functions())
def test_no_term_of_a_cover_is_superfluous(function: tuple[int, set[int], set[int]]) -> None:
    width, ones, free = function
    cubes = minimise(width, ones, free)
    for left_out in cubes:
        rest = [c for c in cubes if c != left_out]
        assert any(not any(c.covers(m) for c in rest) for m in ones)


@given(functions())
def test_the_complete_sum_is_the_function(function: tuple[int, set[int], set[int]]) -> None:
    width, ones, _ = function
    cubes = complete_sum(width, ones)
    assert {m for m in range(1 << width) if any(c.covers(m) for c in cubes)} == ones
