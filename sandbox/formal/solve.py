"""Decides whether the output of a miter's graph can be 1, cheapest method first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gatewright.sandbox.formal import abc
from gatewright.sandbox.formal.abc import Question
from gatewright.sandbox.formal.aiger import Aig
from gatewright.sandbox.formal.flow import GRAPH, Flow
from gatewright.sandbox.formal.hints import Hints
from gatewright.sandbox.formal.question import Answer
from gatewright.sandbox.formal.random_runs import random_runs
from gatewright.sandbox.formal.strengthen import strengthened, variables

_REDUCED = Path("reduced.aig")
_MOST_GATES = 60_000
_KEPT_S = 1  # for reading and writing what is asked next
# Once with the guesses; without them what was merged stays merged, and two steps are affordable.
_CORRESPONDENCES = ("scorr; cone -O 0", "scorr -F 2 -C 5000")


@dataclass(frozen=True, slots=True)
class Solved:
    """`by` is abc or correspondence; `steps` are the graph's inputs that tell the designs apart."""

    answer: Answer
    by: str = "abc"
    steps: tuple[dict[int, int], ...] = ()


def solve(flow: Flow, graph: abc.Graph, left: Callable[[], float]) -> Solved:
    """`graph` is what `flow` wrote last, with its first output; `left` tells CPU seconds."""
    if graph.constant() is False:
        return Solved(Answer.EQUAL)
    found = _asked(_quick(graph, left))
    if found.answer is not Answer.UNDECIDED or not graph.latches:
        return found
    return _corresponding(flow, graph, left) or _asked(_last(left))


def _quick(graph: abc.Graph, left: Callable[[], float]) -> Iterator[Question]:
    if not graph.latches:
        yield Question("iprove", left())
        return
    yield Question("bmc3 -F 10 -T 1", 2)
    # What is too big for guesses has only this.
    yield Question("dprove", left() if _too_big(graph) else left() / 3)


def _too_big(graph: abc.Graph) -> bool:
    return graph.gates > _MOST_GATES


def _last(left: Callable[[], float]) -> Iterator[Question]:
    if left() > 1:
        latches = abc.Graph(GRAPH.read_bytes()).latches
        yield Question(f"pdr -T {int(left())}" if latches else "iprove", left())


def _asked(questions: Iterator[Question]) -> Solved:
    for question in questions:
        answer = abc.ask(GRAPH, question)
        if answer is not Answer.UNDECIDED:
            return Solved(answer, "abc", abc.counterexample())
    return Solved(Answer.UNDECIDED)


def _corresponding(flow: Flow, graph: abc.Graph, left: Callable[[], float]) -> Solved | None:
    """By signal correspondence with invariants; what is left to prove becomes the graph."""
    if _too_big(graph):
        return None
    aig = Aig.of_bytes(graph.content)
    hints = Hints.read(flow.hints(), aig)
    runs = random_runs(aig, variables(aig, hints), until=aig.outputs[0])
    if runs.shown:
        return Solved(Answer.DIFFERENT, "abc", runs.shown)
    GRAPH.write_bytes(strengthened(aig, hints, runs).to_bytes())
    for commands in _CORRESPONDENCES:
        reduced = _reduced(Question(commands, left() - _KEPT_S))
        if reduced is None:
            break
        if reduced.constant() is False:
            return Solved(Answer.EQUAL, "correspondence")
        graph = reduced
        GRAPH.write_bytes(graph.content)
    GRAPH.write_bytes(graph.content)
    return None


def _reduced(question: Question) -> abc.Graph | None:
    """What ABC makes of the graph; None where it does not come to an end."""
    _REDUCED.unlink(missing_ok=True)
    abc.ask(GRAPH, Question(f"{question.commands}; write_aiger {_REDUCED}", question.cpu_s))
    return abc.Graph(_REDUCED.read_bytes()) if _REDUCED.exists() else None
