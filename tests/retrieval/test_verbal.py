"""Words for what code does, by its text."""

from __future__ import annotations

import pytest

from gatewright.retrieval.verbal import code_words


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("a <= a + 2;", {"increment counter add"}),
        ("ab = ab\n  - c;", {"decrement counter subtract"}),
        ("q <= ~q;", {"toggle"}),
        ("q = !q & a <= a + b;", {"toggle", "increment counter add"}),
        ("y = ~y <= y + b;", {"toggle", "increment counter add"}),
        ("a <= ab + 2; q <= ~q2; xa <= a + 2;", set()),
    ],
)
def test_what_is_made_of_itself_again(code, found):
    forms = {"increment counter add", "decrement counter subtract", "toggle"}
    assert forms & set(code_words(code)) == found


def test_a_word_of_the_language_counts_only_as_a_whole():
    assert "case select decode depending value" in set(code_words("unique casez(x)"))
    assert set(code_words("uncase x_for signedness defaults elsewhere forevers _if")) == set()
