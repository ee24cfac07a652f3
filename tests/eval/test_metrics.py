from __future__ import annotations

import random
from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.eval.metrics import (
    mcnemar,
    mean_with_interval,
    paired_difference,
    pass_at_k,
)


@given(
    st.integers(1, 8).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n)))
)
def test_pass_at_k_counts_every_draw(case: tuple[int, int, int]) -> None:
    n, c, k = case
    draws = list(combinations([True] * c + [False] * (n - c), k))
    assert pass_at_k(n, c, k) == pytest.approx(sum(map(any, draws)) / len(draws), abs=1e-15)


@given(
    st.integers(1, 3000).flatmap(
        lambda n: st.tuples(st.just(n), st.integers(1, n), st.integers(1, n))
    )
)
def test_pass_at_k_stays_exact_where_the_binomials_are_huge(case: tuple[int, int, int]) -> None:
    n, c, k = case
    value = pass_at_k(n, c, k)
    assert 0 < value <= 1
    if c < n:
        assert value <= pass_at_k(n, c + 1, k)
    assert value >= c / n * (1 - 1e-15) or k == 0


def test_pass_at_k_keeps_small_rates() -> None:
    assert pass_at_k(10**6, 1, 1) == 1e-6
    assert pass_at_k(5, 5, 5) == 1.0
    assert pass_at_k(5, 0, 3) == 0.0


@pytest.mark.parametrize(("n", "c", "k"), [(5, 6, 1), (5, -1, 1), (5, 2, 0), (5, 2, 6)])
def test_pass_at_k_refuses_nonsense(n: int, c: int, k: int) -> None:
    with pytest.raises(ValueError, match="pass@"):
        pass_at_k(n, c, k)


def test_one_sample_a_problem_gives_the_plain_wilson_interval() -> None:
    # 8 of 10: the textbook's 0.490 to 0.943.
    found = mean_with_interval([1.0] * 8 + [0.0] * 2)
    assert (found.low, found.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_an_interval_holds_its_value(rates: list[float]) -> None:
    found = mean_with_interval(rates)
    assert 0 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1
    assert found.high - found.low > 0


def test_full_marks_still_have_a_width() -> None:
    found = mean_with_interval([1.0] * 24)
    assert found.high == 1.0
    assert found.low == pytest.approx(0.862, abs=1e-3)


def test_agreement_between_problems_narrows_the_interval() -> None:
    apart = mean_with_interval([0.0, 1.0] * 20)
    alike = mean_with_interval([0.5] * 39 + [0.6])
    assert alike.high - alike.low < apart.high - apart.low


@pytest.mark.parametrize(("problems", "samples", "low", "high"), [(40, 1, 0.2, 0.9), (78, 5, 0, 1)])
def test_the_interval_covers_the_truth_as_often_as_it_says(
    problems: int, samples: int, low: float, high: float
) -> None:
    dice = random.Random(7)
    covered = 0
    for _ in range(600):
        rates = []
        for _ in range(problems):
            chance = dice.uniform(low, high)
            rates.append(sum(dice.random() < chance for _ in range(samples)) / samples)
        found = mean_with_interval(rates)
        covered += found.low <= (low + high) / 2 <= found.high
    assert 0.93 < covered / 600 < 0.99


def test_the_paired_interval_is_agresti_and_mins() -> None:
    # 86 ties, 16 one way, 8... their formula by hand: N = 100, b = 10, c = 4.
    found = paired_difference([1.0] * 10 + [-1.0] * 4 + [0.0] * 86)
    assert found.value == pytest.approx(0.06)
    spread = 1.959963984540054 * (15 - 36 / 102) ** 0.5 / 102
    assert (found.low, found.high) == pytest.approx((6 / 102 - spread, 6 / 102 + spread))


def test_no_difference_at_all_is_not_certainty() -> None:
    found = paired_difference([0.0] * 24)
    assert found.low == -found.high
    assert 0.05 < found.high < 0.1


@given(st.lists(st.floats(-1, 1), max_size=50))
def test_turning_runs_round_turns_the_difference_round(differences: list[float]) -> None:
    one = paired_difference(differences)
    other = paired_difference([-d for d in differences])
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
    assert -1 <= one.low <= one.high <= 1


@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_sums_the_coin_s_tails(gained: int, lost: int) -> None:
    n = gained + lost
    as_odd = sum(comb(n, i) for i in range(n + 1) if abs(2 * i - n) >= abs(gained - lost)) / 2**n
    assert mcnemar(gained, lost) == pytest.approx(min(1.0, as_odd))
