"""Decides whether two designs behave alike: the job that the warm Yosys process does.

Reads `gold.sv` and `gate.sv` in the current folder; leaves `stage` (the last stage begun) and
`result.json`.
"""

from __future__ import annotations

import resource
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gatewright.sandbox.formal import abc
from gatewright.sandbox.formal.aiger import Aig
from gatewright.sandbox.formal.bisimulation import bisimilar
from gatewright.sandbox.formal.flow import GRAPH, MAP, Flow, Role, Text, stage, steps_of
from gatewright.sandbox.formal.known import never_known
from gatewright.sandbox.formal.miter import EDGE, TICK, Paired, output_bits, paired
from gatewright.sandbox.formal.netlist import Netlist
from gatewright.sandbox.formal.question import Answer, Asked, Found, Steps
from gatewright.sandbox.formal.solve import solve
from gatewright.sandbox.formal.unsuited import Unsuited

RESULT = Path("result.json")
_SMALL = 4000


def run(request: dict[str, object]) -> None:
    """Do one job."""
    try:
        found = decide(Asked.of(request))
    except Unsuited as reason:
        found = Found(Answer.UNSUITED, reason=str(reason))
    RESULT.write_text(found.to_json())


def decide(asked: Asked) -> Found:
    """The portfolio, cheapest first: pairing of registers, induction, then ABC."""
    flow = Flow()
    gold = flow.read(Text(Role.GOLD, asked.gold_top))
    if asked.known:
        return _ever_known(flow, gold)
    gate = flow.read(Text(Role.GATE, asked.gate_top))
    ports = paired(gold, gate)
    steps = steps_of(gold, gate)
    free = gate.powers_up_free()
    base = Found(Answer.UNDECIDED, steps=steps, clocks=_clocks(gold, gate), free=free)
    if bisimilar(gold, gate):
        return replace(base, answer=Answer.EQUAL, by="pairing")
    if gold.ripples() or gate.ripples():
        raise Unsuited(
            "a register drives another's clock, or is loaded without one: what it then sees is a "
            "matter of a simulator's order of events"
        )
    if steps is Steps.CYCLE and (gold.resets() or gate.resets()):
        ports = (*ports, Paired(TICK, EDGE, "input", 1))
    for role in Role:
        flow.normalise(role, ports, steps)
    if gold.size + gate.size < _SMALL and flow.induction():
        return replace(base, answer=Answer.EQUAL, by="induction")
    flow.graph(gate, ports)
    solved = solve(flow, _one_output(), lambda: _left(asked))
    names = _Names.read(MAP)
    stimulus = tuple(names.values(step, ports) for step in solved.steps)
    return replace(base, answer=solved.answer, by=solved.by, stimulus=stimulus)


def _ever_known(flow: Flow, gold: Netlist) -> Found:
    """Which bits of gold's outputs are never known. DIFFERENT: some bit of each output is."""
    ports = paired(gold, gold)
    flow.normalise(Role.GOLD, ports, steps_of(gold, gold))
    flow.graph(None, ports)
    stage("known")
    places = _Names.read(MAP).outputs
    unseen = never_known(Aig.of_bytes(GRAPH.read_bytes()))
    never = {place for place, digit in flow.constants("known").items() if digit != "1"}
    never |= {places[output] for output in unseen if output in places}
    bits = output_bits(ports)
    unknown = tuple(bit for place, bit in enumerate(bits) if place in never)
    outputs = {name for name, _ in bits}
    some = {name for name, _ in {*bits} - {*unknown}} == outputs
    return Found(Answer.DIFFERENT if some else Answer.EQUAL, "abc", unknown=unknown)


def _one_output() -> abc.Graph:
    stage("solve")
    graph = abc.Graph(GRAPH.read_bytes()).only(0)
    GRAPH.write_bytes(graph.content)
    return graph


def _clocks(gold: Netlist, gate: Netlist) -> tuple[tuple[str, int], ...]:
    clocks = gold.clocks() | gate.clocks()
    return tuple(sorted((c.net.partition("[")[0], int(c.polarity)) for c in clocks))


def _left(asked: Asked) -> float:
    used = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        used += usage.ru_utime + usage.ru_stime
    return max(0.0, asked.cpu_s - used)


@dataclass(frozen=True, slots=True)
class _Names:
    """The graph's inputs by index, as `write_aiger -map` lists them; the places of its outputs."""

    inputs: dict[int, tuple[str, int]]
    outputs: dict[int, int]

    @classmethod
    def read(cls, path: Path) -> _Names:
        inputs: dict[int, tuple[str, int]] = {}
        outputs: dict[int, int] = {}
        for line in path.read_text().splitlines():
            kind, *rest = line.split()
            if kind == "input":
                inputs[int(rest[0])] = (rest[2], int(rest[1]))
            elif kind == "output":
                outputs[int(rest[0])] = int(rest[1])
        return cls(inputs, outputs)

    def values(self, step: dict[int, int], ports: Sequence[Paired]) -> dict[str, int]:
        """One step's input port values, under the user's names."""
        users = {port.name: port.user for port in ports if port.direction == "input"}
        found = dict.fromkeys(users.values(), 0)
        for index, value in step.items():
            name, bit = self.inputs.get(index, ("", 0))
            if name in users:
                found[users[name]] |= value << bit
        return found
