"""What is kept of specifications: by content, within a bound."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gatewright.core import Source
from gatewright.sandbox.harness.kept import Kept, digest, letters


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40)), max_size=60))
def test_the_bound_holds_and_the_last_ones_stay(asked: list[tuple[int, int]]) -> None:
    kept: Kept[tuple[int, int]] = Kept(50)
    for number, weight in asked:
        key = bytes([number, weight])
        assert kept.get(key, weight, lambda n=number, w=weight: (n, w)) == (number, weight)
        assert kept.weight <= 50
        assert kept.get(key, weight, lambda: (-1, -1)) == (number, weight)


def test_the_one_that_was_not_used_goes_first() -> None:
    kept: Kept[str] = Kept(2)
    made: list[str] = []

    def ask(name: str) -> None:
        kept.get(name.encode(), 1, lambda: made.append(name) or name)

    for name in ("a", "b", "a", "c", "a", "b"):
        ask(name)
    assert made == ["a", "b", "c", "b"]


def test_what_is_too_heavy_is_read_anew() -> None:
    kept: Kept[int] = Kept(10)
    numbers = iter(range(5))
    assert [kept.get(b"k", 11, lambda: next(numbers)) for _ in range(3)] == [0, 1, 2]
    assert kept.weight == 0


def test_a_digest_tells_texts_names_and_groups_apart() -> None:
    one, two = Source("a.v", "x"), Source("b.v", "x")
    digests = [
        digest(("t", ""), [one]),
        digest(("", "t"), [one]),
        digest(("t", ""), [two]),
        digest(("t", ""), [one], []),
        digest(("t", ""), [], [one]),
        digest(("t", ""), [one, two]),
        digest(("t", ""), [one], [two]),
        digest(("t", ""), [Source("a.v", "xa.v")]),
    ]
    assert len(set(digests)) == len(digests)
    assert digest(("t", ""), [one]) == digest(("t", ""), [Source("a.v", "x")])
    assert letters([one, two], [one]) == 3
