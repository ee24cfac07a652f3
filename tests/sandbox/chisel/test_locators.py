from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gatewright.core import Diagnostic, Severity
from gatewright.sandbox.chisel.locators import ChiselPlace, at_source, chisel_lines, places_of


def test_a_file_left_out_is_the_one_before_and_braces_hold_columns() -> None:
    line = "  assign q = a;\t// @[A.scala:13:20, :14:{12,26}, B.scala:2:1, :3:4]"
    assert places_of(line) == (
        ChiselPlace("A.scala", 13, 20),
        ChiselPlace("A.scala", 14, 12),
        ChiselPlace("A.scala", 14, 26),
        ChiselPlace("B.scala", 2, 1),
        ChiselPlace("B.scala", 3, 4),
    )


def test_chisel_s_own_library_is_left_out() -> None:
    line = "x\t// @[src/main/scala/chisel3/util/Decoupled.scala:51:35, A.scala:3:2]"
    assert places_of(line) == (ChiselPlace("A.scala", 3, 2),)


def test_a_line_without_a_locator_names_nothing() -> None:
    assert places_of("endmodule // @[ not one") == ()


def test_remarks_are_moved_and_those_without_a_place_lose_their_line() -> None:
    text = "module m(\t// @[A.scala:4:7]\n  input a\n);\n"
    remark = Diagnostic(Severity.ERROR, "bad", "m.sv", 1, 3)
    moved = at_source(remark, text)
    assert (moved.file, moved.line, moved.column) == ("A.scala", 4, 7)
    assert at_source(Diagnostic(Severity.ERROR, "bad", "m.sv", 3, 1), text).line == 0
    assert at_source(Diagnostic(Severity.ERROR, "bad", "m.sv", 99, 1), text).line == 0


def test_lines_are_named_once() -> None:
    text = "a // @[A.scala:1:2]\nb // @[A.scala:1:9, :2:1]\n"
    assert chisel_lines(text, (1, 2, 7)) == (ChiselPlace("A.scala", 1), ChiselPlace("A.scala", 2))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A.scala", "B.scala"]), st.integers(1, 500), st.integers(1, 120)
        ),
        min_size=1,
        max_size=8,
    )
)
def test_what_is_written_in_full_is_read_in_full(places: list[tuple[str, int, int]]) -> None:
    written = ", ".join(f"{file}:{line}:{column}" for file, line, column in places)
    read = places_of(f"  wire x;\t// @[{written}]")
    assert read == tuple(ChiselPlace(*place) for place in places)
