"""Sentences beside tables and maps that say something else: the reader abstains."""

from __future__ import annotations

import pytest

from gatewright.agents.symbolic import Strength, read

OPENINGS = (
    "Implement the negation of the following function.",
    "Implement the dual of the following function.",
    "Implement the mirror image of the following table.",
    "Implement the following truth table upside down.",
    "Implement the following truth table with a and b exchanged.",
    "Implement the following truth table with one clock of latency.",
    "Build a circuit whose response is contrary to this table.",
    "Design the complementary function of this table.",
    "Implement the following truth table with interchanged columns a and b.",
    "Implement the following active low function.",
    "Design a circuit with the opposite outputs of this truth table.",
    "Implement the truth table with outputs b.",
    "Implement the truth table for a.",
    "Design a sequential circuit with this truth table.",
    "Implement this Moore machine table.",
    "Implement the truth table with inputs b, a and output f.",
    "Implement a system with three states for this truth table.",
    "Implement the following truth table in the reverse direction.",
    "Build the inverse circuit for the table below.",
)
NOTES_ON_A_WAVEFORM = (
    "It may be non-combinational.",
    "This is a partly combinational circuit.",
    "The circuit has a propagation delay.",
    "A delay of 5 ns is included.",
    "The module is sequential.",
)
TABLE = """\
Implement the following truth table.

- input a
- input b
- output f

| a | b | f |
|---|---|---|
| 0 | 0 | 0 |
| 0 | 1 | 1 |
| 1 | 0 | 0 |
| 1 | 1 | 1 |
"""
FLIP_FLOP = """\
Implement the flip-flop with this characteristic table.

- input clk
- input rst
- input d
- output q

| rst | d | q(t+1) |
|-----|---|--------|
| 0   | 0 | 0 |
| 0   | 1 | 1 |
| 1   | 0 | 0 |
| 1   | 1 | 0 |
"""
AUTOMATON = """\
Implement a one-dimensional cellular automaton, Rule 110.

- input clk
- input load
- input [15:0] data
- output [15:0] q

In each clock cycle the state advances by one step.
load indicates that the state should be loaded with data.
Assume the boundaries are zero.
"""
MAP = """\
Implement the circuit described by the Karnaugh map.

- input a
- input b
- input c
- input d
- output f

      ab
cd    00 01 11 10
00  | 1  0  0  1
01  | 0  1  1  0
11  | 0  1  0  0
10  | 1  1  0  0
"""
MINTERMS = """\
Implement the Boolean equation.

- input a
- input b
- input c
- output f

f(a,b,c) = Σm(1,2,4,5)
"""
OPEN_TABLE = """\
Implement the truth table.

- input s
- input r
- output q

| s | r | q |
|---|---|---|
| 0 | 0 | x |
| 0 | 1 | 1 |
| 1 | 0 | 1 |
| 1 | 1 | 0 |
"""
WAVEFORM = """\
The following waveform is from a circuit.

- input a
- input b
- output q

time a b q
0ns 0 0 0
5ns 0 1 1
10ns 1 0 1
15ns 1 1 0
20ns 0 0 0
"""
WORDS = """\
The system with inputs (a,b,c) generates a logic-1 when 1 or 3 appears on the inputs, and a
logic-0 when 0, 2, 4, 5, 6 or 7 appears.

- input a
- input b
- input c
- output f
"""
NOTES_ON_A_TABLE = (
    "Everything is flipped.",
    "The last line is a misprint.",
    "Errata:\n\n11 0",
    "Errata:\n- 11: 0",
    "LSB first.",
    "Ones become zeros.",
    "Interchange the two letters.",
    "Exchange 0s and 1s.",
    "Polarity is flipped.",
    "For example, 11 gives 0.",
    "For example, the chip is actually a NAND gate.",
    "Low is true.",
    "A is the right digit.",
    "Correction:\n11\t0",
    "Output low means 1.",
    "1 means low.",
    "A 1 in the table means low, a 0 means high.",
    "In the table 0 means high and 1 means low.",
    "The b column is first.",
    "The first column is b.",
    "Entries are labelled b a f.",
    "High is 0, low is 1.",
    "The output row is inverted.",
    "Read the table from bottom to top.",
    "0 and 1 are transposed throughout.",
    "The columns are in the sequence b, a, f.",
    "Negative logic applies.",
    "The third entry should be 1.",
    "Implement this function of the falling clock.",
    "The module implements the complement.",
    "The circuit is a latch.",
    "f: active-low output",
    "a: inverted input",
    "d marks a 0.",
    "x denotes one.",
    "The output is a.",
    "Module f is the dual.",
    "With respect to f the table is off by one row.",
    "The function is not f.",
    "Use the given table for g.",
    "Implement the above table, then negate it.",
    "All ports are one bit unless they are two bits.",
)
NOTES_ON_A_FLIP_FLOP = (
    "The reset is asynchronous.",
    "rst is an asynchronous reset input.",
    "Reset: asynchronous.",
    "Initial output value: 1.",
    "The initial output is 1.",
    "Clocked at each clock transition.",
    "Trigger: high to low.",
    "Triggered by low clk.",
    "rst is active in the low state.",
    "rst: synchronous reset",
    "The initial state is 1.",
    "The flip-flop is falling-edge triggered on d.",
    "Reset is synchronous.",
    "q: inverted output",
)
NOTES_ON_AN_AUTOMATON = (
    "load is active low.",
    "The cells change on the falling edge of clk.",
    "The automaton is negative edge triggered.",
    "load is asynchronous.",
    "The load is asynchronous.",
    "The initial pattern is loaded when load is low.",
    "load=0 loads the data.",
    "Initial pattern: all ones.",
    "The first cell is q[15] on the right.",
    "The boundaries are both one.",
    "On load, q is loaded with ~data.",
    "When load is 0, q is loaded with data.",
    "It advances by two steps in each clock cycle.",
    "The left neighbour of q[i] is q[i-1].",
    "It is negative edge triggered.",
    "Rule 90 applies to the end cells.",
    "load: active-low load input",
    "The array is circular.",
    "All sequential logic is triggered on the negative edge of the clock.",
)
NOTES_ON_A_MAP = (
    "Labels read ba and dc.",
    "The column labels are written with b first.",
    "Labels are in the form dc.",
    "The labels are b a.",
    "The first label bit is b.",
    "The zeros of the map are shown as 1.",
)
NOTES_ON_MINTERMS = (
    "a is the least significant.",
    "a is the LSB.",
    "Little endian.",
    "a is bit 0, c is bit 2.",
    "Numbers are written cba.",
    "f(c,b,a) is meant.",
    "c is the MSB.",
    "b is the MSB.",
)
DONT_CARES = (
    "A dash means no change.",
    "X = previous value.",
    "X entries are to be 1.",
    "An x in the table stands for 1.",
    "Output don't-cares are zero.",
    "Don't-care outputs mean output 0.",
)
BESIDE = {
    TABLE: NOTES_ON_A_TABLE,
    FLIP_FLOP: NOTES_ON_A_FLIP_FLOP,
    AUTOMATON: NOTES_ON_AN_AUTOMATON,
    MAP: NOTES_ON_A_MAP,
    MINTERMS: NOTES_ON_MINTERMS,
    OPEN_TABLE: DONT_CARES,
}
# What may be said of them.
SOUND = {
    TABLE: ("The module is combinational.",),
    FLIP_FLOP: ("All sequential logic is triggered on the positive edge of clk.",),
    AUTOMATON: ("The left neighbour of q[i] is q[i+1].",),
    MAP: ("d is don't-care.",),
    MINTERMS: (
        "a is the MSB.",
        "c is the least significant bit.",
    ),
    OPEN_TABLE: ("x denotes a don't-care.",),
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


@pytest.mark.parametrize("opening", OPENINGS)
def test_an_opening_that_asks_for_more_is_refused(opening: str) -> None:
    assert not read(TABLE.replace("Implement the following truth table.", opening)).complete


@pytest.mark.parametrize("sentence", NOTES_ON_A_WAVEFORM)
def test_a_waveform_with_a_doubt_is_never_proved(sentence: str) -> None:
    assert read(f"{WAVEFORM}\n{sentence}\n").strength is not Strength.PROVED


def test_an_example_is_checked() -> None:
    text = WORDS + "\nFor example, {} corresponds to a,b,c being set to 0,1,1, respectively.\n"
    assert read(text.format(3)).complete
    assert not read(text.format(6)).complete
