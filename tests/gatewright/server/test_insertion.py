"""From lines to what is typed."""

from __future__ import annotations

from gatewright.agents.complete_prompt import Place
from gatewright.server.insertion import inserted, limited


def place(typed: str = "", after: str = "") -> Place:
    return Place("a.sv", "module a;\n", typed, after)


def test_what_is_typed_already_is_not_typed_again() -> None:
    assert inserted(place("  assign y"), ["  assign y = a;"]) == " = a;"
    assert inserted(place("  assign z"), ["  assign y = a;"]) == ""
    assert inserted(place(), []) == ""


def test_what_follows_on_the_line_is_not_typed_again() -> None:
    assert inserted(place("  assign y = ", ";"), ["  assign y = a;", "endmodule"]) == "a"
    assert inserted(place("  f(", ");\nx"), ["  f(a, b);"]) == "a, b"
    assert inserted(place("  assign y", " = b;"), ["  assign y = a;"]) == " = a;"


def test_lines_that_follow_already_are_not_written_again() -> None:
    after = "\n  assign z = b;\nendmodule\n"
    lines = ["  assign y = a;", "  assign x = c;", "  assign z = b;", "endmodule"]
    assert inserted(place("", after), lines) == "  assign y = a;\n  assign x = c;"


def test_limits_cut_at_the_end_of_a_line() -> None:
    text = "assign y = a;\nassign z = b;"
    assert limited(text, None, ()) == (text, False)
    assert limited(text, 5, ()) == ("assign y = a;", True)
    assert limited(text, 1, ()) == ("assi", True)
    assert limited(text, None, ("\n",)) == ("assign y = a;", False)
    assert limited(text, None, ("", "z =")) == ("assign y = a;\nassign ", False)
