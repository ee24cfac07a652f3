from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.agents.symbolic import Strength, emit, normalise, oracle_testbench, read
from gatewright.core import Direction, Interface, Port

PIECES = (
    "- input clk\n", "- input a\n", "- input b\n", "- output f\n", "module m(input a, output f);\n",
    "a b | f\n", "0 0 | 1\n", "0 1 | x\n", "1 0 | 0\n", "1 1 | 1\n", "a\\b 0 1\n", "0 1 0\n",
    "A (0) --0--> B\n", "B (1) --else--> A\n", "Synchronous reset to A.\n", "time clk a f\n",
    "0ns 0 1 x\n", "5ns 1 1 0\n", "f(a,b) = Σm(1,2)\n", "boolean f = a ^ b\n", "\n", "| ", "│ ┌┐\n",
    "State | a=0 | a=1 | f\n", "A | A | B | 0\n", "Rule 90 cellular automaton\n", "```\n", "// ",
)  # fmt: skip
TABLE = "a b | f\n0 0 | 1\n0 1 | 0\n1 0 | 0\n1 1 | 1\n"


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=30).map("".join))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    reading = read(text)
    if reading.complete:
        assert emit(reading, "dut").text
        assert normalise(reading)
        oracle_testbench(reading, "dut")
    else:
        assert reading.abstained


def test_long_texts_are_refused_quickly() -> None:
    started = time.process_time()
    for piece in ("a", "0 1\n", "| a ", "-", "A (0) --0--> "):
        assert not read("- input a\n- output f\n\n" + piece * 100_000).complete
        assert not read("- input a\n- output f\n\n" + piece * 900).complete
    assert time.process_time() - started < 20


def test_a_given_interface_is_believed() -> None:
    ports = (Port("a", Direction.INPUT), Port("b", Direction.INPUT), Port("f", Direction.OUTPUT))
    reading = read(TABLE, Interface("equal", ports))
    assert reading.strength is Strength.PROVED
    assert "module equal (" in emit(reading).text


def test_a_given_interface_must_agree_with_the_text() -> None:
    ports = (Port("a", Direction.INPUT), Port("f", Direction.OUTPUT))
    reading = read("Inputs: a, b\nOutput: f\n\n" + TABLE, Interface("equal", ports))
    assert "differ" in reading.abstained


def test_a_text_without_ports_is_refused() -> None:
    assert read(TABLE).abstained == "the text does not name the module's ports"


def test_the_emitted_header_keeps_ranges_and_order() -> None:
    spec = "module m (input [2:1] x, output reg f);\n\nx[2] x[1] | f\n0 0 | 1\n0 1 | 0\n1 - | 0\n"
    text = emit(read(spec)).text
    assert text.startswith("module m (\n  input [2:1] x,\n  output f\n);\n")
    assert "assign f = (~x[2] & ~x[1]);" in text


def test_registers_start_only_where_the_text_says_so() -> None:
    machine = "A (0) --0--> A\nA (0) --1--> B\nB (1) --0--> A\nB (1) --1--> B\n"
    ports = "- input clk\n{}- input x\n- output z\n\n"
    told = read(ports.format("") + "The initial state is B.\n\n" + machine)
    assert "initial state = S_B;" in emit(told).text
    reset = read(ports.format("- input rst\n") + "Synchronous reset to A.\n\n" + machine)
    assert "initial" not in emit(reset).text
    assert not read(ports.format("") + machine).complete


REASONS = (
    ("input a, b\noutput y\n\ny = a ? b : a\n", "line 4", "y = a ? b : a"),
    ("input a, b\noutput y\n\nassign y = a & b;\nDone twice.\n", "line 5", "Done twice."),
    ("input a, b\noutput y\n\na b | y\n0 0 | 1\n0 1 | 2\n1 0 | 0\n1 1 | 0\n", "line 4", "a b | y"),
    ("input a, b\noutput y\n\na b | y\n0 0 | 1\n0 1 |\n1 0 | 0\n1 1 | 0\n", "line 6", "0 1 |"),
    ("input a, b\noutput f\n\nf(a,b) = sum m(1,1)\n", "line 4", "f(a,b) = sum m(1,1)"),
    ("input clk, rst, x\noutput z\n\nA --x=2--> B\nB --x=0--> A\n", "line 4", "A --x=2--> B"),
    (
        "Write a Verilog module named m with this interface:\n- input a\n- output y\n\n"
        "Once upon a time.\nIt rained.\n",
        "line 5",
        "Once upon a time",
    ),
    ("input a\noutput y\n\nOnce upon a time.\nIt rained.\n", "line 4", "Once upon a time"),
)


@pytest.mark.parametrize(("spec", "number", "text"), REASONS)
def test_the_reason_shows_the_line(spec: str, number: str, text: str) -> None:
    reason = read(spec).abstained
    assert reason.startswith(number)
    assert text in reason
