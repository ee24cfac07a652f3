from __future__ import annotations

import pytest

from gatewright.core import Outcome, Verdict
from gatewright.eval.suites.kernel_table import (
    Answer,
    Row,
    answer_of,
    fast_p,
    geometric_mean,
    table,
)

WRONG = Answer(correct=False, speedup=9.0)


def right(speedup: float | None = None) -> Answer:
    return Answer(correct=True, speedup=speedup)


def row(*answers: Answer, name: str = "level1/1_a", weak: bool | None = False) -> Row:
    return Row(name, name.partition("/")[0], answers, weak)


def test_the_denominator_is_all_that_was_asked_for() -> None:
    rows = [row(right(3.0)), row(right(1.0)), row(WRONG), row(answer_of(None))]
    assert fast_p(rows, 0) == 0.5
    assert fast_p(rows, 1) == 0.25  # more than as fast: 1.0 is not
    assert fast_p(rows, 0.99) == 0.5
    assert fast_p(rows, 3) == 0.0
    assert fast_p([], 1) == 0.0


def test_what_was_not_timed_is_right_but_not_fast() -> None:
    rows = [row(right()), row(right(2.0))]
    assert (fast_p(rows, 0), fast_p(rows, 0.5)) == (1.0, 0.5)
    assert "1 right answers were not timed" in table(rows)


def test_geometric_means_are_over_right_answers() -> None:
    rows = [row(right(4.0)), row(right(0.25)), row(WRONG), row(right(16.0))]
    assert geometric_mean(rows) == pytest.approx(16 ** (1 / 3))
    assert geometric_mean(rows, faster_only=True) == pytest.approx(8.0)
    assert geometric_mean([row(right())]) is None


def test_no_speed_is_claimed_without_a_gpu() -> None:
    text = table([row(right()), row(WRONG, name="level2/1_b")])
    assert "fast_1" not in text
    assert "no GPU" in text
    lines = [line.split() for line in text.splitlines()]
    assert lines[1] == ["level1", "1", "100.0", "%"]
    assert lines[3] == ["all", "2", "50.0", "%"]


def test_weak_problems_are_left_out_in_a_row_of_their_own() -> None:
    rows = [row(right(2.0), weak=True), row(WRONG, name="level1/2_b"), row(right(2.0), weak=None)]
    text = table(rows)
    (line,) = [line for line in text.splitlines() if line.startswith("without weak")]
    assert line.split()[2:5] == ["2", "50.0", "%"]
    assert "weak (1: they pass without computing): level1/1_a" in text
    assert "unknown of 1" in text
    assert table([]) == ""


def test_an_answer_takes_the_measured_speed_of_its_verdict() -> None:
    assert answer_of(Verdict(Outcome.PASS, metrics={"speedup": 1.5})) == right(1.5)
    assert answer_of(Verdict(Outcome.INCONCLUSIVE)) == Answer(correct=False)
