"""Finite-state machines as Chisel: clocked, or next-state and output logic only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from gatewright.agents.symbolic.chisel import Module, boolean, concatenated, constant, constant_of
from gatewright.agents.symbolic.emit_machine import (
    leaving,
    one_hot_next,
    one_hot_output,
)
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
from gatewright.agents.symbolic.verilog import fresh, indented, literal
from gatewright.sandbox.chisel.scaffold import scala_name


def write_machine(machine: Machine, module: Module) -> None:
    """The machine in the form its interface asks for."""
    if isinstance(machine.form, Clocked):
        _clocked(machine, machine.form, module)
    elif machine.form.one_hot:
        _one_hot(machine, machine.form, module)
    else:
        _coded(machine, machine.form, module)


def _clocked(machine: Machine, form: Clocked, module: Module) -> None:
    width = max(1, (len(machine.states) - 1).bit_length())
    # Without a reset the register starts at 0 where it starts at all.
    order = sorted(machine.states, key=lambda state: state != form.start)
    labels = {state: fresh(f"S_{state}", module.interface) for state in order}
    present, following = (fresh(name, module.interface) for name in ("state", "next"))
    module.lines += [
        f"val {label} = {constant(at, width)}" for at, label in enumerate(labels.values())
    ]
    module.lines += [
        f"val {present} = {module.state(width, form.clock, form.reset, 0)}",
        f"val {following} = WireDefault({labels[form.start]})",
    ]
    _cases(machine, module, present, following, labels)
    module.lines.append(f"{present} := {following}")


def _coded(machine: Machine, form: Logic, module: Module) -> None:
    """Next state and outputs by a case over the present state's code."""
    width = form.state.width
    following = fresh("next", module.interface)
    labels = {
        state: constant(code, width) for state, code in zip(machine.states, form.codes, strict=True)
    }
    module.lines.append(f"val {following} = WireDefault({constant(0, width)})")
    _cases(machine, module, module.read(form.state), following, labels)
    for drive in form.drives:
        match drive:
            case NextWord(port):
                module.drive(port, following)
            case NextBit(port, bit):
                module.drive(port, following if width == 1 else f"{following}({bit})")
            case NextIs(port, state):
                module.drive(port, f"{following} === {labels[state]}")


def _cases(
    machine: Machine, module: Module, present: str, following: str, labels: Mapping[str, str]
) -> None:
    """Every output a wire that is 0 by default, then one arm a state."""
    wires = {}
    for output in machine.outputs:
        wires[str(output)] = fresh(f"{output.port}_now", module.interface)
        if output.index is not None:
            wires[str(output)] += f"_{output.index}"
        zero = constant(0, output.width)
        module.lines.append(f"val {wires[str(output)]} = WireDefault({zero})")
        module.drive(output, wires[str(output)])
    names = [wires[str(output)] for output in machine.outputs]
    for at, state in enumerate(machine.states):
        inner = _transitions(machine, module, state, following, labels, names)
        if machine.moore:
            inner += _emitted(machine.moore[at], machine.outputs, names)
        module.lines += [f"when({present} === {labels[state]}) {{", *indented(inner), "}"]


def _emitted(values: Sequence[Value], outputs: Sequence[Signal], names: Sequence[str]) -> list[str]:
    return [
        f"{name} := {constant_of(value, output.width)}"
        for value, output, name in zip(values, outputs, names, strict=True)
    ]


def _transitions(
    machine: Machine,
    module: Module,
    state: str,
    following: str,
    labels: Mapping[str, str],
    names: Sequence[str],
) -> list[str]:
    """A chain over the state's arcs; the last one needs no condition: arcs are exhaustive."""
    groups = [
        (outcome, list(arcs))
        for outcome, arcs in groupby(leaving(machine, state), key=lambda a: (a.target, a.emits))
    ]
    lines: list[str] = []
    for at, ((target, emits), arcs) in enumerate(groups):
        statements = [f"{following} := {labels[target]}"]
        if emits:
            statements += _emitted(emits, machine.outputs, names)
        if len(groups) == 1:
            return statements
        head = "when" if at == 0 else ".elsewhen"
        head = f"{head}({_condition(arcs, module)})" if at < len(groups) - 1 else ".otherwise"
        lines += [f"{head} {{", *indented(statements), "}"]
    return lines


def _condition(arcs: Sequence[Arc], module: Module) -> str:
    terms = []
    for arc in arcs:
        literals = [literal(module.read(lit.signal), lit.value) for lit in arc.when]
        terms.append(" & ".join(literals) or "true.B")
    return terms[0] if len(terms) == 1 else " | ".join(f"({term})" for term in terms)


def _one_hot(machine: Machine, form: Logic, module: Module) -> None:
    bits = [code.bit_length() - 1 for code in form.codes]
    base = scala_name(form.state.port)
    hot = {s: f"{base}({bit})" for s, bit in zip(machine.states, bits, strict=True)}
    by_bit = dict(zip(bits, machine.states, strict=True))
    names = [module.read(signal) for signal in machine.inputs]

    def into(state: str) -> str:
        return boolean(one_hot_next(machine, hot, names, state))

    for drive in form.drives:
        match drive:
            case NextWord(target):
                places = reversed(range(form.state.width))
                module.drive(target, concatenated([into(by_bit[bit]) for bit in places]))
            case NextBit(target, bit):
                module.drive(target, into(by_bit[bit]))
            case NextIs(target, state):
                module.drive(target, into(state))
    for at, output in enumerate(machine.outputs):
        places = reversed(range(output.width))
        texts = [boolean(one_hot_output(machine, hot, names, at, bit)) for bit in places]
        module.drive(output, concatenated(texts))
