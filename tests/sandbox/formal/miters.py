"""A small question: is a register that is unknown until a reset the same in two designs?"""

from __future__ import annotations

from gatewright.sandbox.formal.aiger import Aig, Latch
from gatewright.sandbox.formal.hints import Dual, Hints

RESET, LEFT, RIGHT = 2, 4, 6


def miter(gate_registers: int) -> tuple[Aig, Hints]:
    """Gold: a register that a reset clears and that takes LEFT & RIGHT, unknown until the reset.

    Gate: the same register, or one each for LEFT and RIGHT, conjoined after them.
    """
    unknown, value, *gate = range(8, 8 + 2 * (2 + gate_registers), 2)
    graph = Aig(3, (Latch(0),) * (2 + gate_registers), [], [])
    both = graph.conjunction((LEFT, RIGHT, RESET ^ 1))
    still = graph.conjunction((unknown, RESET ^ 1))
    if gate_registers == 1:
        nexts, shown = [both], gate[0]
    else:
        nexts = [graph.conjunction((side, RESET ^ 1)) for side in (LEFT, RIGHT)]
        shown = graph.conjunction(gate)
    graph.latches = (Latch(still, 1), Latch(both), *map(Latch, nexts))
    only_gold = graph.conjunction((value, shown ^ 1, unknown ^ 1))
    only_gate = graph.conjunction((value ^ 1, shown, unknown ^ 1))
    graph.outputs = [graph.conjunction((only_gold ^ 1, only_gate ^ 1)) ^ 1]
    return graph, Hints((Dual(value, unknown),), tuple(gate))
