from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gatewright.sandbox.formal.question import Answer, Asked, Found, Steps

NAMES = st.text("abcxyz_", min_size=1, max_size=4)
FOUND = st.builds(
    Found,
    st.sampled_from(Answer),
    st.sampled_from(("", "pairing", "abc")),
    st.text(max_size=9),
    st.sampled_from(Steps),
    st.lists(st.tuples(NAMES, st.integers(0, 1)), max_size=2).map(tuple),
    st.lists(st.dictionaries(NAMES, st.integers(0, 1 << 70), max_size=3), max_size=3).map(tuple),
    st.lists(st.tuples(NAMES, st.integers(0, 9)), max_size=2).map(tuple),
)


@given(FOUND)
def test_json_and_back(found: Found) -> None:
    assert Found.of_json(found.to_json()) == found


def test_takes_its_own_part_of_a_request() -> None:
    request: dict[str, object] = {"gold_top": "a", "gate_top": "b", "number": 3, "cpu_s": 2.0}
    assert Asked.of(request) == Asked("a", "b", 2.0)
