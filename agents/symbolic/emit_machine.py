"""Finite-state machines as Verilog: clocked, or next-state and output logic only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from gatewright.agents.symbolic.conditions import every_key, holds
from gatewright.agents.symbolic.ir import (
    Arc,
    Clocked,
    Logic,
    Machine,
    NextBit,
    NextIs,
    NextWord,
    Signal,
    Value,
)
from gatewright.agents.symbolic.verilog import (
    Body,
    conjunction,
    constant,
    fresh,
    indented,
    sum_of_products,
)
from gatewright.core import Interface

ZERO = "1'b0"


def machine_body(machine: Machine, interface: Interface) -> Body:
    """The machine in the form its interface asks for."""
    if isinstance(machine.form, Clocked):
        return _clocked(machine, machine.form, interface)
    if machine.form.one_hot:
        return _one_hot(machine, machine.form, interface)
    return _coded(machine, machine.form, interface)


def _label(state: str) -> str:
    return f"S_{state}"


def leaving(machine: Machine, state: str) -> list[Arc]:
    """The arcs out of a state, in their order."""
    return [arc for arc in machine.arcs if arc.source == state]


def _emitted(values: Sequence[Value], outputs: Sequence[Signal]) -> list[str]:
    return [f"{o} = {constant(v, o.width)};" for v, o in zip(values, outputs, strict=True)]


def _transitions(machine: Machine, state: str, following: str, labels: dict[str, str]) -> list[str]:
    """An if-chain over the state's arcs; the last one needs no condition: arcs are exhaustive."""
    groups = [
        (outcome, list(arcs))
        for outcome, arcs in groupby(leaving(machine, state), key=lambda a: (a.target, a.emits))
    ]
    lines: list[str] = []
    for at, ((target, emits), arcs) in enumerate(groups):
        when = " | ".join(
            f"({conjunction(arc.when)})" if len(arcs) > 1 else conjunction(arc.when) for arc in arcs
        )
        statements = [f"{following} = {labels[target]};"]
        if emits:
            statements += _emitted(emits, machine.outputs)
        head = "" if len(groups) == 1 else f"if ({when}) " if at == 0 else f"else if ({when}) "
        if at and at == len(groups) - 1:
            head = "else "
        if len(statements) == 1:
            lines.append(head + statements[0])
        else:
            lines += [f"{head}begin", *indented(statements), "end"]
    return lines


def _next_state(
    machine: Machine, present: str, following: str, labels: dict[str, str]
) -> list[str]:
    lines = ["always @(*)", f"  case ({present})"]
    for at, state in enumerate(machine.states):
        inner = _transitions(machine, state, following, labels)
        if machine.moore:
            inner += _emitted(machine.moore[at], machine.outputs)
        if len(inner) == 1:
            lines.append(f"    {labels[state]}: {inner[0]}")
        else:
            lines += [
                f"    {labels[state]}: begin",
                *indented(indented(indented(inner))),
                "    end",
            ]
    return lines


def _clocked(machine: Machine, form: Clocked, interface: Interface) -> Body:
    present, following = fresh("state", interface), fresh("next", interface)
    width = max(1, (len(machine.states) - 1).bit_length())
    labels = {state: fresh(_label(state), interface) for state in machine.states}
    lines = [
        f"localparam [{width - 1}:0] {labels[state]} = {width}'d{at};"
        for at, state in enumerate(machine.states)
    ]
    lines += [f"reg [{width - 1}:0] {present}, {following};", ""]
    start = labels[form.start]
    if form.reset is None:
        lines += [f"initial {present} = {start};", ""]
    lines += _next_state(machine, present, following, labels)
    idle = [
        f"{following} = {start};",
        *_emitted([Value(0, 0)] * len(machine.outputs), machine.outputs),
    ]
    lines += ["    default: begin", *indented(indented(indented(idle))), "    end", "  endcase", ""]
    lines += _state_register(form, present, following, start)
    return Body(tuple(lines), frozenset(o.port for o in machine.outputs))


def _state_register(form: Clocked, present: str, following: str, start: str) -> list[str]:
    reset = form.reset
    if reset is None:
        return [f"always @({form.clock.edge})", f"  {present} <= {following};"]
    edge = f" or {'neg' if reset.active_low else 'pos'}edge {reset.port}"
    active = f"{'~' if reset.active_low else ''}{reset.port}"
    return [
        f"always @({form.clock.edge}{edge if reset.asynchronous else ''})",
        f"  if ({active}) {present} <= {start};",
        f"  else {present} <= {following};",
    ]


def _coded(machine: Machine, form: Logic, interface: Interface) -> Body:
    """Next state and outputs by a case over the present state's code."""
    following = fresh("next", interface)
    width = form.state.width
    labels = {
        state: constant(Value(code, 0), width)
        for state, code in zip(machine.states, form.codes, strict=True)
    }
    lines = [f"reg [{width - 1}:0] {following};", ""]
    lines += _next_state(machine, form.state.port, following, labels)
    idle = [
        f"{following} = {width}'d0;",
        *_emitted([Value(0, 0)] * len(machine.outputs), machine.outputs),
    ]
    lines += ["    default: begin", *indented(indented(indented(idle))), "    end", "  endcase", ""]
    for drive in form.drives:
        match drive:
            case NextWord(port):
                lines.append(f"assign {port} = {following};")
            case NextBit(port, bit):
                lines.append(f"assign {port} = {following}[{bit}];")
            case NextIs(port, state):
                lines.append(f"assign {port} = ({following} == {labels[state]});")
    return Body(tuple(lines), frozenset(o.port for o in machine.outputs))


def one_hot_next(
    machine: Machine, hot: Mapping[str, str], names: Sequence[str], target: str
) -> str:
    """The one-hot equation of a next-state bit, by inspection of the arcs that lead there.

    `hot` names each state's bit, `names` the inputs, in the language that is emitted.
    """
    terms: list[str] = []
    for state in machine.states:
        keys = {
            key
            for arc in leaving(machine, state)
            if arc.target == target
            for key in every_key(machine.inputs)
            if holds(arc.when, machine.inputs, key)
        }
        if not keys:
            continue
        condition = sum_of_products(names, keys)
        if condition == "1'b1":
            terms.append(hot[state])
        else:
            inner = f"({condition})" if " | " in condition else condition.strip("()")
            terms.append(f"({hot[state]} & {inner})")
    return " | ".join(terms) or "1'b0"


def _one_hot(machine: Machine, form: Logic, interface: Interface) -> Body:
    port = interface.port(form.state.port)
    lowest = min(port.left or 0, port.right or 0) if port else 0
    bits = [code.bit_length() - 1 for code in form.codes]
    hot = {
        state: f"{form.state.port}[{bit + lowest}]"
        for state, bit in zip(machine.states, bits, strict=True)
    }
    by_bit = dict(zip(bits, machine.states, strict=True))
    lines: list[str] = []
    names = [str(signal) for signal in machine.inputs]
    for drive in form.drives:
        match drive:
            case NextWord(target):
                word = interface.port(target.port)
                base = min(word.left or 0, word.right or 0) if word else 0
                for bit in range(form.state.width):
                    word_bit = one_hot_next(machine, hot, names, by_bit[bit])
                    lines.append(f"assign {target}[{bit + base}] = {word_bit};")
            case NextBit(target, bit):
                lines.append(f"assign {target} = {one_hot_next(machine, hot, names, by_bit[bit])};")
            case NextIs(target, state):
                lines.append(f"assign {target} = {one_hot_next(machine, hot, names, state)};")
    lines += _one_hot_outputs(machine, hot)
    return Body(tuple(lines))


def _one_hot_outputs(machine: Machine, hot: dict[str, str]) -> list[str]:
    names = [str(signal) for signal in machine.inputs]
    lines: list[str] = []
    for at, output in enumerate(machine.outputs):
        for bit in range(output.width):
            target = str(output) if output.width == 1 else f"{output.port}[{bit}]"
            lines.append(f"assign {target} = {one_hot_output(machine, hot, names, at, bit)};")
    return lines


def one_hot_output(
    machine: Machine, hot: Mapping[str, str], names: Sequence[str], at: int, bit: int
) -> str:
    """Bit `bit` of output number `at`, of the states' bits and the inputs."""
    terms: list[str] = []
    for number, state in enumerate(machine.states):
        if machine.moore:
            if machine.moore[number][at].bits >> bit & 1:
                terms.append(hot[state])
            continue
        keys = {
            key
            for arc in leaving(machine, state)
            if arc.emits[at].bits >> bit & 1
            for key in every_key(machine.inputs)
            if holds(arc.when, machine.inputs, key)
        }
        if keys:
            terms.append(f"({hot[state]} & ({sum_of_products(names, keys)}))")
    return " | ".join(terms) or ZERO
