from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gatewright.eval.suites.rtllm_table import (
    MISNAMED,
    Counts,
    plain_pass_at,
    published_pass_at,
    table,
)

PAIRS = st.lists(st.integers(0, 5).map(lambda c: (5, c)), min_size=1, max_size=60)


def test_fifty_right_designs_are_fifty_of_fifty_one() -> None:
    assert published_pass_at([(5, 5)] * 50, 1) == 50 / 51
    assert plain_pass_at([(5, 5)] * 50, 1) == 1


def test_a_perfect_run_gets_no_more_than_the_misnamed_design_lets_it() -> None:
    names = [f"design{n}" for n in range(49)] + [MISNAMED]
    text = table(dict.fromkeys(names, Counts(5, 5, 5)))
    assert f"func pass@1: {49 / 51}" in text
    assert "total_func_success: 49/50" in text
    assert "total_func_success: 50/50" in text
    assert "no published figure compares" not in text
    assert "no published figure compares" in table({"one": Counts(5, 5, 5)})


@given(PAIRS)
def test_the_appended_zero_takes_one_part_in_the_number_of_designs(pairs) -> None:
    whole = plain_pass_at(pairs, 1) * len(pairs)
    assert abs(published_pass_at(pairs, 1) * (len(pairs) + 1) - whole) < 1e-9
