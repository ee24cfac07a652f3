from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.retrieval.complete.respell import respell, spelled
from gatewright.retrieval.complete.tokens import (
    KEYWORDS,
    parse_line,
    strip_comment,
    value_of,
    with_value,
)

LINE = st.text(alphabet="ab_1'hx [](){}<=+;,.\"/\t$`é", max_size=40)


@given(LINE)
def test_any_line_has_tokens_that_hold_all_of_its_code(line: str) -> None:
    parsed = parse_line(line)
    assert "".join("".join(parsed.tokens).split()) == "".join(parsed.code.split())
    assert parsed.indent + parsed.code == strip_comment(line)


@given(LINE)
def test_a_line_respelled_with_its_own_tokens_is_itself(line: str) -> None:
    parsed = parse_line(line)
    assert respell(parsed.code, parsed.tokens, parsed.tokens) == parsed.code


@given(LINE)
def test_tokens_spelled_out_are_read_back(line: str) -> None:
    tokens = tuple(t for t in parse_line(line).tokens if t.isidentifier() or t in "()[]{};,=")
    assert parse_line(spelled(tokens, KEYWORDS)).tokens == tokens


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        ("assign a = b + 4'hF; // sum", "assign I = I + N ;"),
        ('  $display("a // b", x);', "I ( S , I ) ;"),
        ("q<=d[W-1:0];", "I <= I [ I - N : N ] ;"),
        ('`include "x.vh"', "I S"),
    ],
)
def test_shapes(line: str, shape: str) -> None:
    assert parse_line(line).shape == shape


@pytest.mark.parametrize(
    ("literal", "value", "written"),
    [
        ("4'd9", 10, "4'd10"),
        ("8'h0a", 11, "8'h0b"),
        ("8'h0A", 11, "8'h0B"),
        ("8'h09", 10, "8'h0A"),
        ("3'b001", 2, "3'b010"),
        ("007", 8, "008"),
        ("7", 12, "12"),
        ("'0", 3, None),
        ("4'bxx1", 3, None),
        ("5", -1, None),
    ],
)
def test_a_number_with_another_value_keeps_its_way_of_writing(
    literal: str, value: int, written: str | None
) -> None:
    assert with_value(literal, value) == written


@given(st.integers(0, 255), st.integers(0, 255), st.sampled_from(["b", "o", "d", "h"]))
def test_a_value_put_in_is_read_back(old: int, new: int, base: str) -> None:
    digits = format(old, {"b": "b", "o": "o", "d": "d", "h": "x"}[base])
    written = with_value(f"8'{base}{digits}", new)
    assert written is not None
    assert value_of(written) == new


def test_a_column_is_kept_when_a_name_grows() -> None:
    code = ".clk     (clk),"
    assert respell(code, parse_line(code).tokens, (".", "reset", "(", "reset", ")", ",")) == (
        ".reset   (reset),"
    )
