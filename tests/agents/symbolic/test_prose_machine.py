"""Sentences beside machines that say something else: read rightly, or the reader abstains."""

from __future__ import annotations

import pytest

from gatewright.agents.symbolic import read
from gatewright.agents.symbolic.ir import Clocked, Machine, Reset

LOW = (
    "Synchronous active-low reset to A.",
    "When rst is low, the machine is synchronously reset to state A.",
    "Reset is synchronous and active low and puts the machine into state A.",
)
MACHINE = """\
Implement the following Moore state machine.

- input clk
- input rst
- input x
- output z

A (z=0) --x=0--> A
A (z=0) --x=1--> B
B (z=1) --x=0--> A
B (z=1) --x=1--> B
"""
MEALY = """\
Implement the following Mealy state machine.

- input clk
- input rst
- input x
- output z

A --0/0--> A
A --1/0--> B
B --0/1--> A
B --1/0--> B
"""
TWO = """\
Implement the following state machine.

- input clk
- input rst
- input x
- input y
- output z
- output w

Synchronous reset to A.

A (01) --00--> A
A (01) --01--> B
A (01) --10--> A
A (01) --11--> B
B (10) --0- --> A
B (10) --10--> B
B (10) --11--> A
"""
NOTES_ON_A_MACHINE = (
    "A low on rst resets the machine to state A, synchronously.",
    "When rst is pulled low the machine returns to state A, synchronously.",
    "The synchronous reset is asserted low and returns the machine to state A.",
    "The synchronous reset to state A happens when rst becomes 0.",
    "rst = 0 resets the machine to state A. Reset is synchronous.",
    "Synchronous reset to state A on rst low.",
    "Synchronous reset (rst low) to state A.",
    "The machine is synchronously reset to state A while rst is driven low.",
    "On rst=0 the state is synchronously set to A.",
    "The synchronous reset rst is low active, initial state A.",
    "The reset is active when low; it is synchronous; it returns the machine to state A.",
    "Reset (synchronous, to state A) is asserted when rst is 0.",
    "A 0 on rst sets the state to A on the next clock edge.",
    "After rst is set to 0, the machine is in state A. The reset is synchronous.",
    "When rst is high the machine enters state A immediately, regardless of the clock.",
    "When rst is high the state becomes A, independent of the clock.",
    "The reset to state A is not synchronous.",
    "Reset to A is not synchronous with clk.",
    "rst independently of clk sets state A.",
    "When rst is 1, the machine is immediately set to state A.",
    "The state changes on the high-to-low transition of clk. Synchronous reset to A.",
    "Clock: 1-to-0 transition. Synchronous reset to A.",
    "Synchronous reset to A. The state updates every two clock cycles.",
    "Synchronous reset to A. Transitions occur on every edge of clk.",
    "Synchronous reset to A. Transitions happen on each clock edge, high or low.",
    "Synchronous reset to A. Clock: on low transition.",
    "Synchronous reset to A. The state advances at each high to low clk change.",
    "Synchronous reset to A. Negative clock.",
    "Synchronous reset to state A, asserted on the low phase.",
    "Asynchronous synchronous reset to A.",
    "Synchronous reset to C.",
    "Synchronous reset x to A.",
    "Synchronous reset to A. Asynchronous reset to B.",
    "Synchronous active-low reset to A. When rst is high, the machine goes to state A.",
    "Reset is synchronous and active-low and active-high, to state A.",
    "Synchronous reset to A. All sequential logic is triggered on the negative edge of x.",
    "Synchronous reset to A. All sequential logic is triggered on the positive edge "
    "of clk. The machine is negative edge triggered.",
    "The initial state is B. Synchronous reset to A.",
    "Synchronous reset to A. Implement only the next-state logic.",
    "Synchronous reset to A. It is a Mealy machine with two states.",
    "Synchronous reset to A. It is a state machine with three states.",
    "Synchronous reset to A. Outputs are zero unless x is 1.",
    "Synchronous reset to A. The value in parentheses is x.",
    "Synchronous reset to A. Inputs on the arrows are z.",
    "Synchronous reset to A. clk: clock, negative edge of x",
    "Power-up state B. Synchronous reset to A.",
    "Synchronous reset to A. The module is combinational.",
    "Synchronous set to A when rst is 0.",
    "When x is high, the machine goes to state A.",
    "While rst is not asserted the machine goes to A.",
    "Unless rst is high, the machine resets to A synchronously.",
)
NOTES_ON_A_MEALY_MACHINE = (
    "The outputs change on the rising edge of clk.",
    "The output is clocked.",
    "The output value updates at the clock edge following the transition.",
    "Outputs happen at the clock edge.",
    "The labels are output/input.",
    "Labels are written as z/x.",
    "On each arrow the output is first, then the input.",
)
NOTES_ON_TWO_INPUTS = (
    "The first bit of a label is y.",
    "x is the right bit.",
    "The bits of each label are y, then x.",
    "In parentheses: w, then z.",
    "Outputs are in parentheses (w first).",
    "The first output bit is w.",
    "Labels give y on the left-hand side.",
    "x is on the right.",
    "Inputs on the arrows are yx.",
    "Outputs are wz.",
    "The machine has inputs y, x.",
    "It is a state machine with outputs (w, z).",
)
BESIDE = {
    MACHINE: NOTES_ON_A_MACHINE,
    MEALY: NOTES_ON_A_MEALY_MACHINE,
    TWO: NOTES_ON_TWO_INPUTS,
}
# What may be said of them.
SOUND = {
    MACHINE: (
        "Synchronous reset to A.",
        "It is a Moore machine with two states.",
    ),
    MEALY: ("Synchronous reset to A.",),
    TWO: ("It is a state machine with inputs x and y and outputs z, w.",),
}


@pytest.mark.parametrize(
    ("spec", "sentence"), [(spec, s) for spec, notes in SOUND.items() for s in notes]
)
def test_what_repeats_the_structure_is_read(spec: str, sentence: str) -> None:
    reading = read(f"{spec}\n{sentence}\n")
    assert reading.complete, reading.abstained


@pytest.mark.parametrize(
    ("spec", "sentence"), [(spec, s) for spec, notes in BESIDE.items() for s in notes]
)
def test_what_may_change_the_structure_is_refused(spec: str, sentence: str) -> None:
    assert not read(f"{spec}\n{sentence}\n").complete


@pytest.mark.parametrize("sentence", LOW)
def test_an_active_low_reset_is_read_as_such(sentence: str) -> None:
    structure = read(f"{MACHINE}\n{sentence}\n").structure
    assert isinstance(structure, Machine)
    assert isinstance(structure.form, Clocked)
    assert structure.form.reset == Reset("rst", active_low=True, asynchronous=False)


def test_a_falling_clock_is_read_as_such() -> None:
    text = "Synchronous reset to A. All sequential logic is triggered on the negative edge of clk."
    structure = read(f"{MACHINE}\n{text}\n").structure
    assert isinstance(structure, Machine)
    assert isinstance(structure.form, Clocked)
    assert structure.form.clock.falling


@pytest.mark.parametrize("comment", ["low resets", "inverted", "0 = reset, 1 = run"])
def test_a_comment_in_the_header_counts_as_a_sentence(comment: str) -> None:
    header = "module top(\n  input clk,\n  input rst, // {}\n  input x,\n  output z\n);\n"
    body = MACHINE[MACHINE.index("A (z=0)") :] + "\nAsynchronous reset to A.\n"
    assert read(header.format("reset input") + "\n" + body).complete
    assert not read(header.format(comment) + "\n" + body).complete


@pytest.mark.parametrize("kind", ["Moore", "Mealy"])
def test_the_kind_of_machine_must_agree(kind: str) -> None:
    for spec, own in ((MACHINE, "Moore"), (MEALY, "Mealy")):
        text = spec.replace(f"following {own}", f"following {kind}")
        assert read(text + "\nSynchronous reset to A.\n").complete is (kind == own)
