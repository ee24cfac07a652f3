"""The table of cycles up to a first mismatch."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gatewright.core import Cycle, FirstMismatch, Sampled
from gatewright.sandbox.harness.mismatch_table import compact, mismatch_lines


@given(st.integers(9, 70).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, 2**n - 1))))
def test_wide_values_are_hexadecimal(case: tuple[int, int]) -> None:
    width, value = case
    shown = compact(f"{value:0{width}b}")
    assert int(shown, 16) == value
    assert len(shown) == -(-width // 4)


def test_unknown_digits_are_as_verilog_prints_them() -> None:
    assert compact("0001xxxx00x1zzzz001z") == "1xXzZ"
    assert compact("x01") == "x01"


def test_a_signal_that_is_not_sampled_leaves_its_cell_empty() -> None:
    first = FirstMismatch(
        20,
        ("q",),
        (
            Cycle(10, (Sampled("clk", "1"), Sampled("q", "00", "00"))),
            Cycle(20, (Sampled("q", "01", "10"),)),
        ),
    )
    assert mismatch_lines(first, "1ns") == [
        "first mismatch at time 20 (in units of 1ns): q",
        "  time  clk      q",
        "    10    1     00",
        "    20       01≠10",
        "  (got≠expected; wider than a byte: hexadecimal)",
    ]


def test_a_table_that_is_too_wide_names_once_what_does_not_change() -> None:
    still = tuple(Sampled(f"a_rather_long_name_{i}", f"{i:064b}") for i in range(6))
    first = FirstMismatch(
        2, ("q",), tuple(Cycle(t, (*still, Sampled("q", str(t - 1), "0"))) for t in (1, 2))
    )
    lines = mismatch_lines(first, "")
    assert lines[1] == "  time    q"
    assert lines[3] == "     2  1≠0"
    assert "a_rather_long_name_5 = 0000000000000005" in lines[4]
    assert max(map(len, lines[:4])) < 120
