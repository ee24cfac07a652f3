"""Sentences that turn a structure round: whatever else they are made of, the reader abstains."""

from __future__ import annotations

import pytest

from gatewright.agents.symbolic import read

TABLE = """Implement the following truth table.

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
MACHINE = """Implement the following Moore state machine.

- input clk
- input rst
- input x
- output z

A (z=0) --x=0--> A
A (z=0) --x=1--> B
B (z=1) --x=0--> A
B (z=1) --x=1--> B
"""


@pytest.mark.parametrize(
    "sentence",
    [
        "LSB first.",
        "Interchange the two letters.",
        "Polarity is flipped.",
        "Low is true.",
        "For example, 11 gives 0.",
        "For example, the chip is actually a NAND gate.",
        "1 means low.",
        "The first column is b.",
        "Typo: both zeros are ones.",
    ],
)
def test_a_note_after_a_table(sentence: str) -> None:
    assert read(TABLE).complete
    assert read(f"{TABLE}\n{sentence}\n").abstained


@pytest.mark.parametrize(
    "opening", ["Implement the negation of this table.", "Implement the dual of this table."]
)
def test_an_opening_that_asks_for_something_else(opening: str) -> None:
    text = TABLE.replace("Implement the following truth table.", opening)
    assert read(text).abstained


@pytest.mark.parametrize(
    "sentence",
    [
        "A low on rst resets the machine to state A, synchronously.",
        "When rst becomes 0 the machine is reset to state A synchronously.",
        "rst = 0 resets the machine to state A.",
        "The reset to state A is not synchronous.",
        "rst resets to A immediately, regardless of the clock.",
        "Synchronous reset to state A. The clock is active on the high-to-low transition of clk.",
        "Synchronous reset to state A. It updates every two clock cycles.",
        "Synchronous reset to state A. The outputs change on the rising edge of clk.",
    ],
)
def test_a_reset_or_clock_that_is_told_otherwise(sentence: str) -> None:
    assert read(f"{MACHINE}\nSynchronous reset to state A.\n").complete
    assert read(f"{MACHINE}\n{sentence}\n").abstained
