"""A drawn or tabled machine fitted to the module's ports: complete, deterministic, coded, reset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.conditions import every_key, holds
from gatewright.agents.symbolic.cover import minimise
from gatewright.agents.symbolic.encoding import codes_for
from gatewright.agents.symbolic.facts import Facts
from gatewright.agents.symbolic.ir import (
    Arc,
    Clock,
    Clocked,
    Drive,
    Literal,
    Logic,
    Machine,
    NextBit,
    NextIs,
    NextWord,
    Reset,
    Signal,
    Value,
)
from gatewright.agents.symbolic.readers.find import DraftArc, Emission, MachineDraft
from gatewright.agents.symbolic.readers.machine_ports import (
    logic_state,
    machine_outputs,
    next_bit,
    next_is,
    next_word,
)
from gatewright.agents.symbolic.roles import (
    clock_port,
    named_asynchronous,
    named_low,
    reset_port,
)
from gatewright.agents.symbolic.signals import Names, low, whole

MAX_INPUTS = 8


@dataclass(frozen=True, slots=True)
class Fitted:
    """The machine, and what had to be assumed."""

    machine: Machine
    assumptions: tuple[str, ...]


def fit(draft: MachineDraft, names: Names, facts: Facts) -> Fitted:
    """Settle everything that the notation leaves to the text and the ports.

    Raises Abstain where a transition, an output, a code or the reset is missing or contradicted.
    """
    if len(draft.inputs) > MAX_INPUTS:
        raise Abstain("the machine has too many input bits")
    _check_inputs(draft)
    outputs = machine_outputs(names, draft.states)
    mealy = any(arc.emits for arc in draft.arcs)
    if mealy and any(s.emissions for s in draft.moore):
        raise Abstain("outputs are given both for states and for transitions")
    arcs = tuple(
        arc
        for state in draft.states
        for arc in _arcs(state, draft, outputs if mealy else (), facts)
    )
    moore = () if mealy else _moore(draft, outputs, facts)
    form, assumptions = _form(draft, names, facts)
    machine = Machine(
        draft.notation, draft.states, draft.inputs, outputs, arcs, moore, form, draft.span
    )
    return Fitted(machine, assumptions)


def _check_inputs(draft: MachineDraft) -> None:
    used = {lit.signal for arc in draft.arcs for cube in arc.when or () for lit in cube}
    unused = [str(signal) for signal in draft.inputs if signal not in used]
    if unused:
        raise Abstain(f"no transition depends on {', '.join(unused)}")
    strange = [str(signal) for signal in used if signal not in draft.inputs]
    if strange:
        raise Abstain(f"a transition depends on {', '.join(strange)}")


def _arcs(state: str, draft: MachineDraft, outputs: Sequence[Signal], facts: Facts) -> list[Arc]:
    """The state's transitions, checked to lead from every input to exactly one next state."""
    written = [arc for arc in draft.arcs if arc.source == state]
    if not written:
        raise Abstain(f"state {state} has no transitions")
    elses = [arc for arc in written if arc.when is None]
    if len(elses) > 1:
        raise Abstain(f"state {state} has two transitions for everything else")
    arcs: list[Arc] = []
    taken: dict[int, Arc] = {}
    seen: set[frozenset[Literal]] = set()
    for draft_arc in written:
        emits = _values(state, draft_arc.emits, outputs, facts)
        for cube in draft_arc.when or ():
            if frozenset(cube) in seen:
                raise Abstain(f"state {state} has two transitions with the same label")
            seen.add(frozenset(cube))
            arc = Arc(state, draft_arc.target, cube, emits)
            arcs.append(arc)
            for key in every_key(draft.inputs):
                if holds(cube, draft.inputs, key):
                    other = taken.setdefault(key, arc)
                    if (other.target, other.emits) != (arc.target, arc.emits):
                        raise Abstain(f"two transitions of state {state} contradict each other")
    left = [key for key in every_key(draft.inputs) if key not in taken]
    if left and not elses:
        raise Abstain(f"state {state} has no transition for some inputs")
    if elses and not left:
        raise Abstain(f"state {state}: nothing is left for the transition for everything else")
    return arcs + [arc for d in elses for arc in _rest(d, left, draft, outputs, facts)]


def _rest(
    arc: DraftArc, keys: list[int], draft: MachineDraft, outputs: Sequence[Signal], facts: Facts
) -> list[Arc]:
    """An "else" transition as conjunctions."""
    width = len(draft.inputs)
    emits = _values(arc.source, arc.emits, outputs, facts)
    return [
        Arc(
            arc.source,
            arc.target,
            tuple(
                Literal(signal, cube.bits >> (width - 1 - i) & 1)
                for i, signal in enumerate(draft.inputs)
                if cube.care >> (width - 1 - i) & 1
            ),
            emits,
        )
        for cube in minimise(width, keys)
    ]


def _values(
    state: str, emissions: Sequence[Emission], outputs: Sequence[Signal], facts: Facts
) -> tuple[Value, ...]:
    """A value for every output, from whole ports or single bits."""
    if not outputs:
        return ()
    bits = dict.fromkeys(outputs, 0)
    known = dict.fromkeys(outputs, 0)
    given = dict.fromkeys(outputs, 0)
    for emission in emissions:
        target = emission.signal
        output = next((o for o in outputs if o.port == target.port), None)
        if output is None:
            raise Abstain(f"{target} is no output of the machine")
        shift = target.index or 0
        mask = ((1 << target.width) - 1) << shift
        if given[output] & mask:
            raise Abstain(f"state {state} gives {target} twice")
        given[output] |= mask
        bits[output] |= emission.value.bits << shift
        known[output] |= emission.value.known << shift
    for output in outputs:
        missing = ((1 << output.width) - 1) & ~given[output]
        if missing and not facts.zero_by_default:
            raise Abstain(f"state {state} does not give {output} a value")
        known[output] |= missing
    return tuple(Value(bits[o], known[o]) for o in outputs)


def _moore(
    draft: MachineDraft, outputs: Sequence[Signal], facts: Facts
) -> tuple[tuple[Value, ...], ...]:
    if not outputs:
        return ()
    given = {entry.state: entry.emissions for entry in draft.moore}
    if len(given) != len(draft.moore):
        raise Abstain("a state is given its outputs twice")
    if not any(given.values()):
        raise Abstain("the machine's outputs are not given")
    return tuple(_values(state, given.get(state, ()), outputs, facts) for state in draft.states)


def _form(
    draft: MachineDraft, names: Names, facts: Facts
) -> tuple[Clocked | Logic, tuple[str, ...]]:
    state = logic_state(names.interface)
    if state is None:
        return _clocked(draft, names, facts)
    if reset_port(names.interface) is not None:
        raise Abstain("the module takes both a state and a reset")
    codes = codes_for(draft.states, state.width, facts.text, facts.one_hot, state.name)
    hot = all(code.bit_count() == 1 for code in codes) and state.width == len(codes)
    drives = _drives(draft, names, state.width, low(state))
    return Logic(whole(state), codes, hot, drives), ()


def _drives(draft: MachineDraft, names: Names, width: int, lowest: int) -> tuple[Drive, ...]:
    state = logic_state(names.interface)
    drives: list[Drive] = []
    covered = {signal.port for signal in machine_outputs(names, draft.states)}
    for port in names.outputs():
        if port.name in covered or state is None:
            continue
        bit, target = next_bit(port, state), next_is(port, draft.states)
        if next_word(port, state):
            drives.append(NextWord(whole(port)))
        elif target is not None:
            drives.append(NextIs(whole(port), target))
        elif bit is not None and 0 <= bit - lowest < width:
            drives.append(NextBit(whole(port), bit - lowest))
        else:
            raise Abstain(f"what output {port.name} carries is not clear")
    return tuple(drives)


def _clocked(draft: MachineDraft, names: Names, facts: Facts) -> tuple[Clocked, tuple[str, ...]]:
    clock = clock_port(names.interface)
    if clock is None:
        raise Abstain("the module has neither a clock nor a present state")
    port = reset_port(names.interface)
    start = facts.start(draft.states)
    if draft.initial is not None:
        if draft.initial not in draft.states or start not in (None, draft.initial):
            raise Abstain("the diagram's initial state contradicts the text")
        start = draft.initial
    edge = Clock(clock.name, bool(facts.falling))
    if port is None:
        if start is None:
            raise Abstain("the machine has no reset and no initial state")
        return Clocked(edge, None, start), ()
    assumptions: list[str] = []
    if start is None:
        start = draft.states[0]
        assumptions.append(f"reset leads to the first state listed, {start}")
    by_name = named_asynchronous(port)
    if None not in (by_name, facts.asynchronous) and by_name != facts.asynchronous:
        raise Abstain(f"the text contradicts the name of the reset {port.name}")
    asynchronous = facts.asynchronous if facts.asynchronous is not None else by_name
    if asynchronous is None:
        assumptions.append("the reset is synchronous")
    if named_low(port) and facts.active_low is False:
        raise Abstain(f"the text contradicts the name of the reset {port.name}")
    active_low = facts.active_low if facts.active_low is not None else named_low(port)
    reset = Reset(port.name, active_low, bool(asynchronous), asynchronous is not None)
    return Clocked(edge, reset, start), tuple(assumptions)
