"""Ratings however they are answered; parameters by the names that each language gives them."""

from __future__ import annotations

import pytest

from gatewright.agents.variability import (
    Rating,
    Trial,
    Variability,
    constructor_parameter,
    parse_rating,
    with_parameter,
)
from gatewright.core import Candidate, Language, Outcome, Source, UsageError

VERILOG = """module part #(parameter W = 4) (input [W-1:0] a); endmodule
module top #(parameter integer DATA_W = 8, parameter DEPTH = (1 << 4)) (input [DATA_W-1:0] a);
  part #(.W(DATA_W)) p (a);
endmodule
"""
SOURCES = (Source("top.v", VERILOG),)


@pytest.mark.parametrize(
    ("answer", "rating"),
    [
        ('{"score": 7, "reason": "widths are arguments"}', Rating(7, "widths are arguments")),
        ('<think>{"score": 2}</think>```json\n{"score": 9, "reason": "a\n"}\n```', None),
        ('Well: {"score": 9, "reason": "  a   b "}', Rating(9, "a b")),
        ("**Score**: 4, as numbers repeat", Rating(4, "**Score**: 4, as numbers repeat")),
        ('{"score": 11, "reason": "more than all"}', None),
        ('{"score": true}', None),
        ("I cannot say", None),
    ],
)
def test_a_rating_is_found_or_not(answer: str, rating: Rating | None) -> None:
    found = parse_rating(answer)
    if "think" in answer:
        assert found is not None
        assert found.score == 9
    else:
        assert found == rating


def test_only_the_top_s_parameter_is_set() -> None:
    (changed,) = with_parameter(SOURCES, "top", "DATA_W", "16")
    assert changed.text == VERILOG.replace("DATA_W = 8", "DATA_W = 16")
    (changed,) = with_parameter(SOURCES, "part", "W", "2")
    assert changed.text == VERILOG.replace("W = 4", "W = 2")
    with pytest.raises(UsageError, match="no parameter W"):
        with_parameter(SOURCES, "top", "W", "2")


@pytest.mark.parametrize(
    ("head", "name", "found"),
    [
        ("(dataW: Int = 8, depth: Int = 16)", "DATA_W", "dataW"),
        ("(width: Int = 8, depth: Int = 16)", "DATA_W", "width"),
        ("(width: Int = 8)", "DATA_W", None),
        ("", "DATA_W", None),
    ],
)
def test_a_parameter_goes_by_its_name_else_by_its_place(
    head: str, name: str, found: str | None
) -> None:
    text = f"class top{head} extends RawModule {{\n}}\n"
    candidate = Candidate((Source("top.scala", text, Language.CHISEL),))
    assert constructor_parameter(candidate, "top", name, SOURCES) == found


def test_it_is_told_in_one_line() -> None:
    told = Variability(Rating(6, "widths repeat"), (Trial("W=2", Outcome.FAIL, "too narrow"),))
    assert told.text() == "variability: 6 of 10 (widths repeat); W=2: fail (too narrow)"
    assert Variability(None).text() == "variability: the judge gave no rating"
