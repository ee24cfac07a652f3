"""Sentences around a structure: those that change it, and those that do not."""

from __future__ import annotations

import pytest

from gatewright.agents.symbolic import read
from gatewright.agents.symbolic.ir import Clocked, Machine, Reset

MACHINE = """\
- input clk
- input rst
- input x
- output z

{}

A (0) --0--> A
A (0) --1--> B
B (1) --0--> A
B (1) --1--> B
"""
MAP = r"""
- input a
- input b
- input c
- output f

Implement the Karnaugh map.

a\bc 00 01 11 10
0 1 0 0 1
1 0 1 0 1

{}
"""
CHANGE_A_MACHINE = (
    "Synchronous reset to A. The FSM stays in B for at least two cycles.",
    "Synchronous reset to A. z goes high in B.",
    "Synchronous reset to A. Output z pulses for one cycle upon entering B.",
    "Synchronous reset to A. State B is left automatically.",
    "Synchronous reset to A. The output is active low.",
    "Synchronous reset to A. The output uses negative logic.",
    "Synchronous reset to A. Input x is synchronised by two stages.",
    "Synchronous reset to A. x is debounced before use.",
    "Synchronous reset to A. The arrows are labelled with the complement of x.",
    "Synchronous reset to A. The arrow labels give ~x.",
    "Reset is synchronous to A, and while it is asserted z is 1.",
    "Synchronous reset to A. Treat 0 on the arrows as x=1.",
    "Synchronous reset to A. Add an extra state C.",
    "Synchronous reset to A. There is a missing transition; complete it.",
    "Synchronous reset to A. z is a Mealy output equal to the XOR of the state and x.",
    "Synchronous reset to A. Swap the roles of A and B.",
    "Synchronous reset to A. The machine is clocked on both edges.",
    "Synchronous reset to A. The clock is gated by x.",
    "Synchronous reset to A. Register the output.",
    "Synchronous reset to A. Use a registered output.",
    "Synchronous reset to A. z must lag the state by a clock.",
    "Synchronous reset to A; the machine ignores x in state B.",
    "Synchronous reset to A. In state B the machine holds until x falls.",
    "Synchronous reset to A or to B depending on x.",
    "Resets to A, or B if x is high.",
    "Synchronous reset to A. In B, x=1 leads to A.",
    "Synchronous reset to A. A timeout brings the machine back.",
    "Synchronous reset to A. The FSM moves two states at a time.",
    "Synchronous reset to A. The output shown for each state appears on the next clock edge.",
    "Synchronous reset to A. Outputs are given for the next state.",
    "Synchronous reset to A. Invert z.",
    "Synchronous reset to A. z = NOT shown value.",
    "Synchronous reset to A. The transitions happen on the falling edge of x.",
)
CHANGE_A_MAP = (
    "Invert f.",
    "Drive f low if a equals b.",
    "The output is the complement of the map.",
    "f is one cycle late.",
    "Swap a and b.",
    "The map shows the zeros of f inverted.",
    "Output f is active low.",
    "The map lists f'.",
    "The map gives the complement of f.",
    "The map is for g; f = ~g.",
    "The map is transposed.",
    "The first column is wrong.",
    "Use a latch for f.",
    "Replace the 1 in cell 000 by 0.",
    "The value in cell a=0,b=0,c=0 is really 0.",
    "f is 0 when a is 1.",
    "Tie f to ground.",
    "Negative logic is used: 0 means true.",
    "Bit order of the labels is cb.",
    "The labels are in the order c, b.",
    "Treat 1 as 0.",
    "OR the result with a.",
    "XOR the output with c.",
    "f feeds a flip-flop.",
    "Force f to 1.",
    "f stays high.",
    "All entries must be complemented.",
    "AND the function with the input a.",
    "Columns are a, rows are bc.",
    "The columns are cb.",
    "Rows correspond to c.",
)
RESETS = (
    "The FSM has a synchronous active-high reset to state A.",
    "Reset is synchronous, active high, and puts the machine in state A.",
    "On reset (synchronous), the machine goes to state A.",
    "When rst is 1, the state becomes A at the next rising clock edge (synchronous reset).",
    "rst: synchronous reset, active high. Initial state: A.",
    "Use a synchronous reset. The reset state is A.",
    "The machine starts in state A after a synchronous reset.",
    "The state machine resets synchronously to A.",
    "Design a Moore machine. Label on the arrow is x; the value in parentheses is z."
    " Synchronous reset to A.",
    "The FSM uses rst as an active high synchronous reset into state A and updates on the"
    " rising edge of clk.",
    "Traffic light controller. Synchronous reset to state A.",
)
ASYNCHRONOUS_RESETS = (
    "An asynchronous reset (rst) returns the FSM to A.",
    "If rst is asserted, the FSM asynchronously returns to state A.",
    "The reset is active-high and asynchronous. It resets the machine to state A.",
)
HARMLESS = (
    "d denotes a don't care.",
    "Columns are bc, rows are a.",
    "The output is f.",
    "Entries marked x are don't cares.",
    "Implement in Verilog using assign statements.",
    "Find the minimal sum of products and implement it.",
    "You may use any implementation you like.",
    "Do not use a case statement.",
    "Only write the module.",
    "Write a Verilog module for the logic function given in the K-map below.",
    "Rows are a, columns are bc.",
    "The rows are labelled by a and the columns by bc.",
)


@pytest.mark.parametrize("sentence", CHANGE_A_MACHINE)
def test_a_sentence_that_changes_the_machine_stops_the_reading(sentence: str) -> None:
    assert not read(MACHINE.format(sentence)).complete


@pytest.mark.parametrize("sentence", CHANGE_A_MAP)
def test_a_sentence_that_changes_the_map_stops_the_reading(sentence: str) -> None:
    assert not read(MAP.format(sentence)).complete


@pytest.mark.parametrize("sentence", RESETS + ASYNCHRONOUS_RESETS)
def test_resets_in_many_words(sentence: str) -> None:
    reading = read(MACHINE.format(sentence))
    assert isinstance(reading.structure, Machine), reading.abstained
    assert not reading.assumptions
    form = reading.structure.form
    assert isinstance(form, Clocked)
    assert form.start == "A"
    asynchronous = sentence in ASYNCHRONOUS_RESETS
    assert form.reset == Reset("rst", active_low=False, asynchronous=asynchronous)


@pytest.mark.parametrize("sentence", HARMLESS)
def test_a_sentence_that_changes_nothing_is_passed_over(sentence: str) -> None:
    reading = read(MAP.format(sentence))
    assert reading.complete, reading.abstained
