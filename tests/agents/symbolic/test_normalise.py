from __future__ import annotations

from gatewright.agents.symbolic import emit, normalise, read
from gatewright.core import Provenance


def test_a_truth_table_becomes_sentences() -> None:
    spec = "Inputs: a, b\nOutputs: q\n\na b | q\n0 0 | 0\n0 1 | 1\n1 0 | x\n1 1 | 0\n"
    assert normalise(read(spec)).splitlines() == [
        "If a=0, b=0 then q=0.",
        "If a=0, b=1 then q=1.",
        "If a=1, b=0 then q=either 0 or 1.",
        "If a=1, b=1 then q=0.",
    ]


def test_a_machine_becomes_sentences() -> None:
    spec = (
        "- input clk\n- input rst\n- input in\n- output out\n\n"
        "Asynchronous active-high reset to A.\n"
        "A (0) --0--> A\nA (0) --1--> B\nB (1) --0--> A\nB (1) --1--> B\n"
    )
    text = normalise(read(spec))
    assert "From state A: if in=0 go to A; if in=1 go to B." in text
    assert "In state B: out=1." in text
    assert "When rst=1 the state is asynchronously reset to A." in text


def test_assumptions_are_told() -> None:
    spec = (
        "- input clk\n- input reset\n- input in\n- output out\n\n"
        "A (0) --0--> A\nA (0) --1--> B\nB (1) --0--> A\nB (1) --1--> B\n"
    )
    reading = read(spec)
    assert "Assumed: reset leads to the first state listed, A." in normalise(reading)
    candidate = emit(reading)
    assert candidate.provenance is Provenance.SYMBOLIC
    assert "under a stated assumption" in candidate.note
    assert "lines 6-9" in candidate.note
