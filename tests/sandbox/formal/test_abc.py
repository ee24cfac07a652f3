from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gatewright.sandbox.formal.abc import Graph

# AIGER's own example: a toggle flip-flop with two outputs, Q and !Q, here with an and-gate more.
TOGGLE = b"aig 2 0 1 2 1\n3\n2\n3\n\x02\x02"


def test_reads_the_header() -> None:
    assert Graph(TOGGLE).latches == 1
    assert Graph(TOGGLE).gates == 1


def test_keeps_one_output() -> None:
    assert Graph(TOGGLE).only(0).content == b"aig 2 0 1 1 1\n3\n2\n\x02\x02"
    assert Graph(TOGGLE).only(1).content == b"aig 2 0 1 1 1\n3\n3\n\x02\x02"


@given(st.binary(max_size=40), st.lists(st.integers(0, 9), min_size=1, max_size=5))
def test_leaves_the_gates_alone(ands: bytes, outputs: list[int]) -> None:
    lines = "".join(f"{literal}\n" for literal in outputs).encode()
    graph = Graph(b"aig 9 9 0 %d 0\n" % len(outputs) + lines + ands)
    for index, literal in enumerate(outputs):
        assert graph.only(index).content == b"aig 9 9 0 1 0\n%d\n" % literal + ands


def test_knows_constants() -> None:
    assert Graph(b"aig 0 0 0 1 0\n0\n").constant() is False
    assert Graph(b"aig 0 0 0 1 0\n1\n").constant() is True
    assert Graph(TOGGLE).only(0).constant() is None
