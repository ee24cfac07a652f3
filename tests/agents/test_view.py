from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gatewright.agents import view
from gatewright.core import (
    Cycle,
    Diagnostic,
    Direction,
    FailureClass,
    FirstMismatch,
    Interface,
    Outcome,
    Port,
    Problem,
    Sampled,
    Severity,
    Source,
    Verdict,
)

BITS = st.text("01xz", min_size=1, max_size=12)


def cycle(time: int, got: str, expected: str) -> Cycle:
    return Cycle(time, (Sampled("clk", "1"), Sampled("q", got, expected)))


FIRST = FirstMismatch(30, ("q",), (cycle(10, "00000001", "00000001"), cycle(30, "xxxx", "1111")))


def test_numbered_lines_align() -> None:
    text = view.numbered([Source("a.sv", "\n".join("abcdefghij"))])
    assert text.splitlines()[0] == " 1| a"
    assert text.splitlines()[9] == "10| j"


def test_files_are_named_only_where_there_are_several() -> None:
    assert "// a.sv" in view.numbered([Source("a.sv", "x"), Source("b.sv", "y")])


def test_window_marks_what_differs() -> None:
    assert [line.split() for line in view.window(FIRST).splitlines()] == [
        ["time", "clk", "q"],
        ["10", "1", "h01"],
        ["30", "1", "x≠1111"],
    ]
    assert view.window(None) == ""


def test_window_is_bounded() -> None:
    cycles = tuple(
        Cycle(t, (*(Sampled(f"s{i}", "0") for i in range(40)), Sampled("q", "0", "1")))
        for t in range(30)
    )
    lines = view.window(FirstMismatch(29, ("q",), cycles)).splitlines()
    assert len(lines) == view.MOST_CYCLES + 1
    assert "q" in lines[0].split()
    assert len(lines[0].split()) <= 17


def test_result_line_has_the_numbers() -> None:
    verdict = Verdict(
        Outcome.FAIL, FailureClass.MISMATCH, 0.9, 100, mismatches=10, first_mismatch=FIRST
    )
    line = view.result_line(verdict)
    assert "10 of 100" in line
    assert "time 30" in line
    assert "`q`" in line


def test_every_failure_class_has_words() -> None:
    for failure in FailureClass:
        assert view.result_line(Verdict(Outcome.FAIL, failure)).endswith(".")


def test_diagnostics_errors_first_without_repeats() -> None:
    warning = Diagnostic(Severity.WARNING, "w", "a.sv", 1)
    error = Diagnostic(Severity.ERROR, "e", "a.sv", 9, 2)
    assert view.diagnostics([warning, error, error]).splitlines() == [
        "a.sv:9:2: error: e",
        "a.sv:1: warning: w",
    ]
    many = [Diagnostic(Severity.ERROR, f"e{i}") for i in range(40)]
    assert view.diagnostics(many).splitlines()[-1] == "… and 28 more"


def test_a_cone_that_is_most_of_the_code_is_named_by_its_lines() -> None:
    code = "\n".join(f"{i}| x" for i in range(1, 10))
    assert view.cone("2| x\n3| x\n7| x", code) == "2| x\n3| x\n7| x"
    most = "\n".join(f"{i}| x" for i in (1, 2, 3, 5, 8, 9))
    assert view.cone(most, code) == "lines 1-3, 5, 8-9 of the code"
    assert view.cone("", code) == ""


def test_contract_prefers_the_given_header() -> None:
    ports = (
        Port("clk", Direction.INPUT),
        Port("d", Direction.INPUT, 4, True, 3, 0),
        Port("q", Direction.OUTPUT, 4, False, 4, 1),
    )
    interface = Interface("m", ports)
    written = view.contract(Problem("p", "s", interface=interface, top="top"))
    assert written == (
        "module top (\n    input clk,\n    input signed [3:0] d,\n    output [4:1] q\n);"
    )
    assert view.contract(Problem("p", "s", interface=interface, header="module x;")) == "module x;"
    assert view.contract(Problem("p", "s")) == ""


@given(BITS)
def test_agreement_is_reflexive_and_x_takes_anything(bits: str) -> None:
    assert view.agree(bits, bits)
    assert view.agree(bits, "x" * len(bits))


@given(st.text("01", min_size=1, max_size=12), st.integers(0, 11))
def test_a_flipped_bit_disagrees(bits: str, place: int) -> None:
    place %= len(bits)
    flipped = bits[:place] + ("1" if bits[place] == "0" else "0") + bits[place + 1 :]
    assert not view.agree(flipped, bits)
    assert not view.agree(bits[:place] + "x" + bits[place + 1 :], bits)


@given(st.text("01", min_size=5, max_size=40))
def test_short_values_keep_their_number(bits: str) -> None:
    assert int(view.short(bits)[1:], 16) == int(bits, 2)
