from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.sandbox.formal.aiger import Aig, Latch
from gatewright.sandbox.formal.known import never_known

A, B = 2, 4


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_constants_and_contradictions_are_never_one() -> None:
    graph = Aig(2, (), [], [])
    never = graph.conjunction((A, B, graph.conjunction((A, B)) ^ 1))
    graph.outputs = [0, A, never, 1, graph.conjunction((A, B))]
    assert never_known(graph) == {0, 2}


def test_a_register_that_never_leaves_its_state_is_never_known() -> None:
    stuck, toggling = 4, 6  # one input before them
    graph = Aig(1, (Latch(stuck), Latch(toggling ^ 1)), [stuck, toggling], [])
    assert never_known(graph) == {0}


def test_what_chance_misses_a_search_finds() -> None:
    inputs = [2 * (1 + n) for n in range(40)]
    graph = Aig(len(inputs), (), [], [])
    bits = [literal ^ (n % 2) for n, literal in enumerate(inputs)]
    rare = graph.conjunction(bits)
    never = graph.conjunction((graph.conjunction(bits[:20]), bits[3] ^ 1))
    graph.outputs = [rare, never, rare]
    assert never_known(graph) == {1}


def test_a_counter_is_searched_for_many_steps() -> None:
    low, high, top = 4, 6, 8
    graph = Aig(1, (Latch(0),) * 3, [], [])
    both = graph.conjunction((low, high))
    differ = (
        graph.conjunction(
            (graph.conjunction((low, high ^ 1)) ^ 1, graph.conjunction((low ^ 1, high)) ^ 1)
        )
        ^ 1
    )
    graph.latches = (
        Latch(low ^ 1),
        Latch(differ),
        Latch(graph.conjunction((top ^ 1, both ^ 1)) ^ 1),
    )
    graph.outputs = [both, top]
    assert never_known(graph) == frozenset()


def test_nothing_is_asked_of_nothing() -> None:
    assert never_known(Aig(1, (), [], [])) == frozenset()
