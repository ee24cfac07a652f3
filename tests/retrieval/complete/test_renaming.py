"""What a line's names become when names elsewhere are its names here."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.retrieval.complete.renaming import Renaming, carry_over
from gatewright.retrieval.complete.tokens import is_name

_NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,7}", fullmatch=True).filter(is_name)


def _learnt(pairs: list[tuple[str, str]]) -> Renaming:
    renaming = Renaming()
    for one, other in pairs:
        renaming.learn((one,), (other,), 1.0)
    return renaming


@pytest.mark.parametrize(
    ("pair", "name", "expected"),
    [
        (("m_axi_awid", "m_axi_arid"), "m_axi_awid", "m_axi_arid"),  # met
        (("s_axi_awid", "awid"), "s_axi_wvalid", "wvalid"),  # a part that falls away
        (("s_axi_awid", "awid"), "s_axi_", "s_axi_"),  # nothing would be left
        (("lane_q", "q"), "lane_2d", "lane_2d"),  # and this begins as no name does
    ],
)
def test_a_name_becomes_a_name(pair: tuple[str, str], name: str, expected: str) -> None:
    mapped = carry_over((name,), _learnt([pair]), {"wvalid": 1}, foreign=True)
    assert mapped.tokens == (expected,)


@given(
    st.lists(st.tuples(_NAMES, _NAMES), max_size=4),
    st.lists(_NAMES, max_size=6),
    st.booleans(),
)
def test_names_stay_names(pairs: list[tuple[str, str]], line: list[str], foreign: bool) -> None:
    mapped = carry_over(line, _learnt(pairs), {}, foreign)
    assert len(mapped.tokens) == len(line)
    assert all(token and is_name(token) for token in mapped.tokens)
