"""Names told from the text alone: the same as the tree tells, or nothing."""

from __future__ import annotations

import pytest

from gatewright.retrieval.facts import extract
from gatewright.retrieval.facts.simple import assignment_in, connection_in, names_in


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a & ~b[i] | (c == 4'hff)", ("a", "b", "c", "i")),
        ("{x, {4{y}}, 2'b0z}", ("x", "y")),
        ("'0", ()),
        ("sel ? 8'sd3 : '1", ("sel",)),
    ],
)
def test_names_of_plain_expressions(text: str, names: tuple[str, ...]) -> None:
    assert names_in(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "f(a)",
        "a.b",
        "p::b",
        "a inside {b}",
        "'{a, b}",
        "t'(a)",
        "`M",
        '"s"',
        "a /* b */",
        "{<<byte {x}}",
        "{<< t {x}}",
        "\\a+b ",
        "$time",
        "4 'h ff",
        "null",
    ],
)
def test_everything_else_is_left_to_the_tree(text: str) -> None:
    assert names_in(text) is None


def test_a_connection() -> None:
    assert connection_in(".d ( q [3:0]\n & en )") == ("d", "q [3:0] & en", ("en", "q"), False)
    assert connection_in(".clk_i") == ("clk_i", "clk_i", ("clk_i",), True)
    assert connection_in(".a()") == ("a", "", (), False)
    assert connection_in(".a(f(x))") is None
    assert connection_in("a") is None


def test_an_assignment() -> None:
    assert assignment_in("q[i] <= d <= e") == ("q", "q[i]", frozenset("ide"))
    assert assignment_in("{a, b} = c") is None
    assert assignment_in("a += b") is None
    assert assignment_in("a <= #1 b") is None
    assert assignment_in("a == b") is None


def test_the_tree_and_the_text_agree() -> None:
    """A define makes the whole file be read from the tree: the facts must not tell which it was."""
    text = (
        "module m(input clk, input [3:0] d, output reg [3:0] q);\n  wire [3:0] w = d & ~q;\n"
        "  always @(posedge clk) if (w[0]) q[1:0] <= {d[w], 1'b0} + 2'd1;\n"
        "  sub u (.a(w[3:0] | d), .b(), .clk, .q(q));\nendmodule\n"
    )
    plain = extract(text, "m.sv").modules
    defined = extract(text + "`define UNUSED\n", "m.sv").modules
    assert plain == defined
