"""A word put into a map, a table's heading or a diagram's caption is not passed over."""

from __future__ import annotations

import pytest

from gatewright.agents.symbolic import read

MAP = """\
- input a
- input b
- input c
- output f

The module implements the Karnaugh map below.

     bc
 a   00 01 11 10
 0 | 0 | 1 | 0 | 1 |
 1 | 1 | 1 | 0 | 0 |
"""
STATES = """\
- input clk
- input reset
- input x
- output z

Implement the following state table. Synchronous active-high reset to A.

State | Next state x=0, Next state x=1 | Output
A     | A, B                           | 0
B     | B, A                           | 1
"""
DIAGRAM = """\
- input clk
- input reset
- input x
- output z

Implement the Moore machine below. Synchronous active-high reset to A.

  state (output) --input--> next state
  A (0) --(always go to next cycle)--> B
  B (1) --x=0--> B
  B (1) --x=1--> A
"""
CELLS = """\
- input clk
- input load
- input [7:0] data
- output [7:0] q

The module should implement Rule 110, a one-dimensional cellular automaton. The boundaries are zero.
If load is 1, q is loaded with data at the rising edge.

Left[i+1] | Center[i] | Right[i-1] | Center's next state
1 | 1 | 1 | 0
1 | 1 | 0 | 1
1 | 0 | 1 | 1
1 | 0 | 0 | 0
0 | 1 | 1 | 1
0 | 1 | 0 | 1
0 | 0 | 1 | 1
0 | 0 | 0 | 0
"""
NEXT = """\
- input y [2:0]
- input x
- output Y0
- output z

Implement the next-state logic and the output logic for the state machine in the table below.
The output Y0 is y[0] of the next-state signal.

Present state y[2:0] | Next state y[2:0] x=0, Next state y[2:0] x=1 | Output z
000 | 000, 001 | 0
001 | 001, 100 | 0
010 | 010, 001 | 0
011 | 001, 010 | 1
100 | 011, 100 | 1
"""
PUT_IN = (
    (MAP, " 0 | 0 | 1", " not 0 | 0 | 1"),
    (MAP, " 1 | 1 | 1", " low 1 | 1 | 1"),
    (MAP, " 1 | 1 | 1", " b 1 | 1 | 1"),
    (STATES, "State |", "State inverted |"),
    (STATES, "State |", "State only |"),
    (STATES, "| Output", "| inverted output"),
    (STATES, "Next state x=0", "No next state x=0"),
    (DIAGRAM, "state (output) --", "state (output) not --"),
    (DIAGRAM, "--> next state", "--> next state after reset"),
    (DIAGRAM, "(always go", "(always except now go"),
    (DIAGRAM, "next cycle)", "next cycle but one)"),
    (CELLS, "Center[i]", "Center[i] falling"),
    (CELLS, "Right[i-1]", "Right[i-1] inverted"),
    (CELLS, "Right[i-1]", "Right[i+1]"),
    (CELLS, "Center's next state", "Center's next state inverted"),
    (CELLS, "Center's next state", "not Center's next state"),
    (NEXT, "The output Y0 is", "The inverse of the output Y0 is"),
    (NEXT, "The output Y0 is", "No output Y0 is"),
)


@pytest.mark.parametrize("spec", [MAP, STATES, DIAGRAM, CELLS, NEXT])
def test_the_drawing_is_read(spec: str) -> None:
    reading = read(spec)
    assert reading.complete, reading.abstained


@pytest.mark.parametrize(("spec", "old", "new"), PUT_IN)
def test_a_word_in_the_drawing_is_not_passed_over(spec: str, old: str, new: str) -> None:
    assert old in spec
    assert not read(spec.replace(old, new, 1)).complete


@pytest.mark.parametrize("word", ["backwards", "inverted", "twice"])
def test_what_follows_module_is_its_name_or_nothing_is_read(word: str) -> None:
    spec = MAP.replace("The module implements", f"Implement the module {word}. It implements")
    assert not read(spec).complete
