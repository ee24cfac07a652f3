"""The similarity against the plain dynamic programme that defines it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gatewright.retrieval.complete.similarity import longest_common_subsequence, similarity

TEXT = st.text(alphabet="ab c\t\ré", max_size=24)


def plain_length(one: str, other: str) -> int:
    row = [0] * (len(other) + 1)
    for a in one:
        above = row
        row = [0]
        for at, b in enumerate(other):
            row.append(above[at] + 1 if a == b else max(above[at + 1], row[at]))
    return row[-1]


@given(TEXT, TEXT)
def test_the_length_is_that_of_the_longest_common_subsequence(one: str, other: str) -> None:
    assert longest_common_subsequence(one, other) == plain_length(one, other)


@given(TEXT, TEXT)
def test_it_is_symmetric_and_one_only_for_equal_texts(one: str, other: str) -> None:
    value = similarity(one, other)
    assert value == similarity(other, one)
    assert 0.0 <= value <= 1.0
    assert (value == 1.0) == (one == other)
