"""Which bits of the gold design's outputs can ever be known: the others match anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gatewright.sandbox.formal import abc
from gatewright.sandbox.formal.abc import Question
from gatewright.sandbox.formal.aiger import Aig
from gatewright.sandbox.formal.flow import GRAPH
from gatewright.sandbox.formal.question import Answer
from gatewright.sandbox.formal.random_runs import random_runs

_FRAMES = 64
_QUESTION_S = 5


def never_known(aig: Aig) -> frozenset[int]:
    """The outputs (each: this bit is known) that neither random runs nor a search see at 1."""
    runs = random_runs(aig, {literal >> 1 for literal in aig.outputs})
    unseen = [n for n, literal in enumerate(aig.outputs) if not runs.of(literal)]
    return frozenset(_unreached(aig, unseen))


def _unreached(aig: Aig, outputs: Sequence[int]) -> list[int]:
    """Those that cannot be 1: asked of all together, and of halves where some can."""
    if not outputs or not _can_be_one(aig, outputs):
        return list(outputs)
    half = len(outputs) // 2
    if not half:
        return []
    return _unreached(aig, outputs[:half]) + _unreached(aig, outputs[half:])


def _can_be_one(aig: Aig, outputs: Sequence[int]) -> bool:
    grown = replace(aig, gates=list(aig.gates))
    grown.outputs = [grown.conjunction([aig.outputs[n] ^ 1 for n in outputs]) ^ 1]
    GRAPH.write_bytes(grown.to_bytes())
    commands = f"bmc3 -F {_FRAMES} -T {_QUESTION_S}" if aig.latches else "iprove"
    return abc.ask(GRAPH, Question(commands, 2 * _QUESTION_S)) is Answer.DIFFERENT
