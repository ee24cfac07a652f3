from __future__ import annotations

from gatewright.sandbox.formal.aiger import Aig, Latch
from gatewright.sandbox.formal.random_runs import RUNS, random_runs


def test_tells_what_always_agrees() -> None:
    # The latch takes the inverted input; gate 6 is latch and input, gate 8 its opposite's opposite.
    graph = Aig(1, (Latch(3, 1),), [0], [(2, 4), (4, 2)])
    runs = random_runs(graph, range(graph.variables))
    assert runs.of(6) == runs.of(8) == runs.of(2) & runs.of(4)
    assert runs.of(7) == runs.of(6) ^ runs.all
    assert runs.of(1) == runs.all
    assert runs.signatures[2].to_bytes(8 * RUNS, "little")[: RUNS // 8] == b"\xff" * (RUNS // 8)


def test_shows_how_an_output_becomes_one() -> None:
    # Two latches in a row: the input, one and two steps ago; both 1 is what is asked for.
    graph = Aig(1, (Latch(2), Latch(4)), [8], [(4, 6)])
    shown = random_runs(graph, (), until=graph.outputs[0]).shown
    assert [step[0] for step in shown] == [1, 1, shown[-1][0]]


def test_is_the_same_every_time() -> None:
    graph = Aig(2, (Latch(8),), [0], [(2, 4), (7, 6)])
    assert random_runs(graph, (4,)) == random_runs(graph, (4,))


def test_reaches_what_one_input_holds_back() -> None:
    # A counter to fifteen that input 2 clears: even inputs would clear it at every second step.
    gates: list[tuple[int, int]] = []
    graph = Aig(1, tuple(Latch(0) for _ in range(4)), [0], gates)
    carry, nexts = 1, []
    for bit in graph.latch_literals():
        both = graph.conjunction((bit, carry))
        neither = graph.conjunction((bit ^ 1, carry ^ 1))
        nexts.append(graph.conjunction((both ^ 1, neither ^ 1, 3)))
        carry = both
    graph.latches = tuple(Latch(literal) for literal in nexts)
    graph.outputs = [carry]
    assert len(random_runs(graph, (), until=graph.outputs[0]).shown) == 16
