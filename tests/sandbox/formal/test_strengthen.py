from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.sandbox.formal import abc
from gatewright.sandbox.formal.aiger import Aig, Latch
from gatewright.sandbox.formal.hints import Hints
from gatewright.sandbox.formal.random_runs import random_runs
from gatewright.sandbox.formal.strengthen import strengthened, variables

from .miters import LEFT, RIGHT, miter


def meanings(graph: Aig) -> list[tuple[int, ...]]:
    """The added outputs as sorted literals, where they are conjunctions of the first gates."""
    gates = dict(enumerate(graph.gates, graph.first_gate))

    def terms(literal: int) -> list[int]:
        pair = gates.get(literal >> 1)
        return [literal] if pair is None or literal & 1 else [*terms(pair[0]), *terms(pair[1])]

    return [tuple(sorted(terms(literal))) for literal in graph.outputs[1:]]


def test_adds_both_sides_of_an_agreement() -> None:
    graph, hints = miter(1)
    runs = random_runs(graph, variables(graph, hints))
    added = meanings(strengthened(graph, hints, runs))
    (dual,), (net,) = hints.gold, hints.gate
    assert (dual.unknown ^ 1, dual.value) in added
    assert (dual.unknown ^ 1, net) in added


def test_composes_what_has_no_counterpart() -> None:
    graph, hints = miter(2)
    runs = random_runs(graph, variables(graph, hints))
    added = meanings(strengthened(graph, hints, runs))
    assert (hints.gold[0].unknown ^ 1, *hints.gate) in added


def test_leaves_the_question_as_it_was() -> None:
    graph, hints = miter(2)
    runs = random_runs(graph, variables(graph, hints))
    grown = strengthened(graph, hints, runs)
    assert grown.outputs[0] == graph.outputs[0]
    assert grown.latches == graph.latches
    assert grown.gates[: len(graph.gates)] == graph.gates


def test_adds_nothing_without_hints() -> None:
    graph, _ = miter(1)
    hints = Hints((), ())
    runs = random_runs(graph, variables(graph, hints))
    assert strengthened(graph, hints, runs).to_bytes() == graph.to_bytes()


@pytest.mark.parametrize("gate_registers", [1, 2])
def test_what_is_added_proves_the_designs_equal(
    gate_registers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph, hints = miter(gate_registers)
    assert reduced(graph, hints, tmp_path, monkeypatch).constant() is False


def test_what_is_added_proves_nothing_false(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph, hints = miter(2)
    # The gate design's registers forget the reset.
    graph.latches = (*graph.latches[:2], Latch(LEFT), Latch(RIGHT))
    assert reduced(graph, hints, tmp_path, monkeypatch).constant() is None


def reduced(graph: Aig, hints: Hints, folder: Path, monkeypatch: pytest.MonkeyPatch) -> abc.Graph:
    monkeypatch.chdir(folder)
    runs = random_runs(graph, variables(graph, hints))
    Path("in.aig").write_bytes(strengthened(graph, hints, runs).to_bytes())
    abc.ask(Path("in.aig"), abc.Question("scorr; cone -O 0; write_aiger out.aig", 5))
    return abc.Graph(Path("out.aig").read_bytes())
