"""Two scores made one."""

from __future__ import annotations

import numpy as np
import pytest

from gatewright.retrieval.fusion import fused


def parts(*rows):
    return [np.array(row, np.float32) for row in rows]


EVERYWHERE = [np.ones(2, np.bool_), np.ones(3, np.bool_)]
NOTHING = parts([0, 0], [0, 0, 0])


def test_likeness_decides_between_equal_words():
    words = parts([5, 1], [5, 0, 0])
    (first, second) = fused(words, parts([0.2, 0], [0.6, 0, 0]), EVERYWHERE)
    assert second[0] > first[0] > first[1]


def test_words_keep_most_of_the_say():
    (first, _) = fused(parts([9, 1], [0, 0, 0]), parts([0.1, 0.9], [0, 0, 0]), EVERYWHERE)
    assert first[0] > first[1]


def test_the_scale_of_likeness_does_not_count():
    words = parts([5, 1], [3, 0, 0])
    likeness = parts([0.1, 0.2], [0, 0.3, 0])
    small = fused(words, [row / 100 for row in likeness], EVERYWHERE)
    for one, other in zip(fused(words, likeness, EVERYWHERE), small, strict=True):
        assert one == pytest.approx(other, rel=1e-4)


def test_what_no_word_finds_may_still_be_found():
    (_, second) = fused(parts([5, 0], [0, 0, 0]), parts([0, 0], [0, 0.5, 0]), EVERYWHERE)
    assert second[1] > 0
    (_, second) = fused(NOTHING, parts([0, 0.1], [0, 0.5, 0]), EVERYWHERE)
    assert second[1] > 0


def test_without_likeness_words_stay_as_they_are():
    words = parts([5, 1], [3, 0, 0])
    for one, other in zip(fused(words, NOTHING, EVERYWHERE), words, strict=True):
        assert (one == other).all()


def test_a_single_unit_is_found_by_likeness():
    (only,) = fused(parts([0]), parts([0.5]), [np.ones(1, np.bool_)])
    assert only[0] > 0


def test_nothing_that_is_wanted_is_no_failure():
    nowhere = [np.zeros(2, np.bool_), np.zeros(3, np.bool_)]
    found = fused(parts([5, 1], [3, 0, 0]), parts([1, 0], [0, 0, 0]), nowhere)
    assert all(np.isfinite(part).all() for part in found)
    assert fused([], [], []) == []
