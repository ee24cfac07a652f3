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
from gatewright.sandbox.formal.abc import Question
from gatewright.sandbox.formal.bisimulation import bisimilar
from gatewright.sandbox.formal.flow import GRAPH, MAP, Flow, Role, Text, stage, steps_of
from gatewright.sandbox.formal.miter import Paired, paired
from gatewright.sandbox.formal.netlist import Netlist
from gatewright.sandbox.formal.question import Answer, Asked, Found
from gatewright.sandbox.formal.solve import solve
from gatewright.sandbox.formal.unsuited import Unsuited

RESULT = Path("result.json")
_SMALL = 4000
_KNOWN_FRAMES = 64
_TRIGGER, _KNOWN = 0, 1  # the outputs, in the order of the ports


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
    base = Found(Answer.UNDECIDED, steps=steps, clocks=_clocks(gold, gate))
    if bisimilar(gold, gate):
        return replace(base, answer=Answer.EQUAL, by="pairing")
    for role in Role:
        flow.normalise(role, ports, steps)
    if gold.size + gate.size < _SMALL and flow.induction():
        return replace(base, answer=Answer.EQUAL, by="induction")
    flow.graph(gate, ports)
    solved = solve(flow, _one_output(_TRIGGER), lambda: _left(asked))
    names = _Names.read(MAP)
    stimulus = tuple(names.values(step, ports) for step in solved.steps)
    return replace(base, answer=solved.answer, by=solved.by, stimulus=stimulus)


def _ever_known(flow: Flow, gold: Netlist) -> Found:
    """Whether all of gold's outputs can ever be known: DIFFERENT = they can."""
    ports = paired(gold, gold)
    flow.normalise(Role.GOLD, ports, steps_of(gold, gold))
    flow.graph(None, ports)
    whole = GRAPH.read_bytes()
    outputs = sum(port.direction == "output" for port in ports)
    for index in range(_KNOWN, _KNOWN + outputs):
        GRAPH.write_bytes(whole)
        if not _can_be_one(_one_output(index)):
            return Found(Answer.EQUAL, "abc")
    return Found(Answer.DIFFERENT, "abc")


def _can_be_one(graph: abc.Graph) -> bool:
    constant = graph.constant()
    if constant is not None:
        return constant
    commands = f"bmc3 -F {_KNOWN_FRAMES} -T 5" if graph.latches else "iprove"
    return abc.ask(GRAPH, Question(commands, 10)) is Answer.DIFFERENT


def _one_output(index: int) -> abc.Graph:
    stage("solve")
    graph = abc.Graph(GRAPH.read_bytes()).only(index)
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
    """The graph's inputs by index, as `write_aiger -map` lists them."""

    inputs: dict[int, tuple[str, int]]

    @classmethod
    def read(cls, path: Path) -> _Names:
        inputs: dict[int, tuple[str, int]] = {}
        for line in path.read_text().splitlines():
            kind, *rest = line.split()
            if kind == "input":
                inputs[int(rest[0])] = (rest[2], int(rest[1]))
        return cls(inputs)

    def values(self, step: dict[int, int], ports: Sequence[Paired]) -> dict[str, int]:
        """One step's input port values, under the user's names."""
        users = {port.name: port.user for port in ports if port.direction == "input"}
        found = dict.fromkeys(users.values(), 0)
        for index, value in step.items():
            name, bit = self.inputs.get(index, ("", 0))
            if name in users:
                found[users[name]] |= value << bit
        return found
