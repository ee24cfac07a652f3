from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.sandbox.formal.abc import Graph
from gatewright.sandbox.formal.aiger import Aig, Latch
from gatewright.sandbox.formal.flow import GRAPH
from gatewright.sandbox.formal.question import Answer
from gatewright.sandbox.formal.solve import Solved, solve

from .miters import LEFT, RIGHT, miter

NAMES = "latch 0 0 gold.gw__n1_x\nlatch 1 0 gold.gw__n1_d\nlatch 2 0 gate.a\nlatch 3 0 gate.b\n"
A, B = 2, 4


class Written:
    """The flow after it wrote its question: all that is asked of it is where the names are."""

    def hints(self) -> Path:
        path = Path("hints")
        path.write_text(NAMES)
        return path


def solved(graph: Aig, seconds: float = 10) -> Solved:
    GRAPH.write_bytes(graph.to_bytes())
    return solve(Written(), Graph(graph.to_bytes()), lambda: seconds)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_constant_needs_no_solver(folder: Path) -> None:
    assert solved(Aig(1, (), [0], [])) == Solved(Answer.EQUAL)


def test_gates_alone_are_decided_at_once() -> None:
    graph = Aig(2, (), [], [])
    graph.outputs = [graph.conjunction((A, B, graph.conjunction((A, B)) ^ 1))]
    assert solved(graph).answer is Answer.EQUAL
    graph.outputs = [graph.conjunction((A, B ^ 1))]
    found = solved(graph)
    assert (found.answer, found.steps) == (Answer.DIFFERENT, ({0: 1, 1: 0},))


@pytest.mark.parametrize("gate_registers", [1, 2])
def test_designs_that_agree_once_reset_are_equal(gate_registers: int) -> None:
    graph, _ = miter(gate_registers)
    assert solved(graph).answer is Answer.EQUAL


def test_a_forgotten_reset_is_shown_step_by_step() -> None:
    graph, _ = miter(2)
    graph.latches = (*graph.latches[:2], Latch(LEFT), Latch(RIGHT))
    found = solved(graph)
    assert found.answer is Answer.DIFFERENT
    assert _output(graph, found.steps) == 1


def test_correspondence_decides_what_a_quick_search_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gatewright.sandbox.formal.solve._quick", lambda graph, left: iter(()))
    graph, _ = miter(2)
    found = solved(graph)
    assert (found.answer, found.by) == (Answer.EQUAL, "correspondence")


def test_random_runs_alone_may_show_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatewright.sandbox.formal.solve._quick", lambda graph, left: iter(()))
    graph, _ = miter(2)
    graph.latches = (*graph.latches[:2], Latch(LEFT), Latch(RIGHT))
    found = solved(graph)
    assert found.answer is Answer.DIFFERENT
    assert _output(graph, found.steps) == 1


def test_without_time_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatewright.sandbox.formal.solve._quick", lambda graph, left: iter(()))
    monkeypatch.setattr("gatewright.sandbox.formal.solve._MOST_GATES", 0)
    graph, _ = miter(2)
    assert solved(graph, seconds=1).answer is Answer.UNDECIDED


def _output(graph: Aig, steps: tuple[dict[int, int], ...]) -> int:
    """The graph's output at the last of those steps."""
    state = [latch.first for latch in graph.latches]
    shown = 0

    def value(literal: int, values: list[int]) -> int:
        return values[literal >> 1] ^ (literal & 1)

    for step in steps:
        values = [0, *(step.get(n, 0) for n in range(graph.inputs)), *state]
        for left, right in graph.gates:
            values.append(value(left, values) & value(right, values))
        shown = value(graph.outputs[0], values)
        state = [value(latch.then, values) for latch in graph.latches]
    return shown
