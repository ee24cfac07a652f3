"""What was never reached, told in few lines."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from gatewright.eval.missed import missed_remarks
from gatewright.sandbox.harness.verilator_coverage import Coverage, Missed, Share
from gatewright.sandbox.integrity import Place

BOTH, RISES, FALLS = ("0->1", "1->0"), ("0->1",), ("1->0",)


def told(*missed: Missed) -> list[str]:
    nothing = Share(0, len(missed))
    return missed_remarks(Coverage(nothing, nothing, nothing, missed))


def at(line: int, kind: str, what: str = "", file: str = "a.sv") -> Missed:
    return Missed(Place(file, line), kind, what)


def toggles(line: int, signal: str, edges: tuple[str, ...]) -> list[Missed]:
    return [at(line, "toggle", f"{signal}:{edge}") for edge in edges]


def test_neighbouring_lines_are_one_remark() -> None:
    lines = [at(number, "line") for number in (7, 3, 4, 5, 4)]
    assert told(*lines, at(4, "line", file="b.sv")) == [
        "a.sv:3-5: never executed",
        "a.sv:7: never executed",
        "b.sv:4: never executed",
    ]


def test_branches_are_told_once() -> None:
    branches = [at(9, "branch", way) for way in ("if", "if", "else", "cond_then", "odd")]
    assert told(*branches) == [
        "a.sv:9: a condition is never true",
        "a.sv:9: a condition is never false",
        "a.sv:9: '?' never takes its first value",
        "a.sv:9: the way 'odd' is never taken",
    ]


def test_bits_that_miss_the_same_edges_are_one_remark() -> None:
    bits = [
        *toggles(2, "q[0]", FALLS),
        *(point for bit in (4, 5, 6, 2) for point in toggles(2, f"q[{bit}]", BOTH)),
        *toggles(3, "reset", FALLS),
        *toggles(4, "m[0][1]", RISES),
        *(point for word in range(3) for point in toggles(5, f"ram[{word}][0]", BOTH)),
        *toggles(6, "s.field[1]", RISES),
    ]
    assert told(*bits) == [
        "a.sv:2: q[0] never falls",
        "a.sv:2: q[6:4,2] never changes",
        "a.sv:3: reset never falls",
        "a.sv:4: m[0][1] never rises",
        "a.sv:5: ram (3 bits) never changes",
        "a.sv:6: s.field[1] never rises",
    ]


def test_lines_come_before_branches_and_these_before_signals() -> None:
    mixed = [*toggles(1, "q", BOTH), at(2, "branch", "if"), at(3, "line")]
    assert [remark.partition(":")[2] for remark in told(*mixed)] == [
        "3: never executed",
        "2: a condition is never true",
        "1: q never changes",
    ]


@given(st.sets(st.integers(0, 70), min_size=1))
def test_ranges_name_each_bit_once(bits: set[int]) -> None:
    missed = (point for bit in bits for point in toggles(1, f"q[{bit}]", BOTH))
    (remark,) = told(*missed)
    match = re.fullmatch(r"a\.sv:1: q\[([0-9:,]+)\] never changes", remark)
    assert match is not None
    named: list[int] = []
    for part in match[1].split(","):
        high, _, low = part.partition(":")
        named += range(int(high), int(low or high) - 1, -1)
    assert named == sorted(bits, reverse=True)
