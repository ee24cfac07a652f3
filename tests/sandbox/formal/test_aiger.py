from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.sandbox.formal.aiger import Aig, Latch

# A toggle flip-flop with an enable: 1 input, 1 latch, 3 gates (an exclusive or).
TOGGLE = Aig(1, (Latch(11),), [4, 10], [(2, 4), (3, 5), (7, 9)])


@st.composite
def graphs(draw: st.DrawFn) -> Aig:
    inputs, latches = draw(st.integers(0, 200)), draw(st.integers(0, 5))
    count = draw(st.integers(0, 30))
    gates = []
    for variable in range(1 + inputs + latches, 1 + inputs + latches + count):
        pair = draw(st.tuples(*[st.integers(0, 2 * variable - 1)] * 2))
        gates.append((max(pair), min(pair)))
    literal = st.integers(0, 2 * (inputs + latches + count) + 1)
    states = tuple(Latch(draw(literal), draw(st.integers(0, 1))) for _ in range(latches))
    return Aig(inputs, states, draw(st.lists(literal, max_size=5)), gates)


@given(graphs())
def test_reads_what_it_writes(graph: Aig) -> None:
    assert Aig.of_bytes(graph.to_bytes()) == graph


def test_writes_binary_aiger() -> None:
    assert TOGGLE.to_bytes() == b"aig 5 1 1 2 3\n11 0\n4\n10\n\x02\x02\x03\x02\x01\x02"


def test_reads_a_latch_with_and_without_a_first_value() -> None:
    assert Aig.of_bytes(b"aig 1 0 1 1 0\n3\n2\n").latches == (Latch(3),)
    assert Aig.of_bytes(b"aig 1 0 1 1 0\n3 1\n2\n").latches == (Latch(3, 1),)
    with pytest.raises(ValueError, match="first value"):
        Aig.of_bytes(b"aig 1 0 1 1 0\n3 2\n2\n")


def test_conjoins() -> None:
    graph = Aig(3, (), [], [])
    assert graph.conjunction((2,)) == 2
    assert graph.conjunction((2, 5, 6)) == 10
    assert graph.gates == [(2, 5), (8, 6)]
