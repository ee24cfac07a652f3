"""A structure as plain sentences, one fact a line, for a language model to follow."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.agents.symbolic.circuit import Circuit, Drive
from gatewright.agents.symbolic.emit_circuit import verilog as word
from gatewright.agents.symbolic.expression import verilog
from gatewright.agents.symbolic.ir import (
    Arc,
    Automaton,
    Cell,
    Clock,
    Clocked,
    Counter,
    Equations,
    Level,
    Logic,
    Machine,
    NextBit,
    NextIs,
    NextWord,
    Signal,
    Step,
    Table,
    Trace,
    Value,
)
from gatewright.agents.symbolic.reading import Reading
from gatewright.agents.symbolic.structure import Structure

_MOST_ROWS = 300


def normalise(reading: Reading) -> str:
    """The sentences, or '' where the reading abstained or the structure is very long."""
    if reading.structure is None:
        return ""
    lines = _sentences(reading.structure)
    if len(lines) > _MOST_ROWS:
        return ""
    return "\n".join([*lines, *(f"Assumed: {text}." for text in reading.assumptions)])


def _sentences(structure: Structure) -> list[str]:
    if isinstance(structure, Table):
        return _table(structure)
    if isinstance(structure, Equations):
        return [f"{a.output} = {verilog(a.expression)}." for a in structure.assignments]
    if isinstance(structure, Machine):
        return _machine(structure)
    if isinstance(structure, Automaton):
        return _automaton(structure)
    if isinstance(structure, Circuit):
        return [text for drive in structure.drives for text in _drive(drive)]
    return _trace(structure)


def _constant(value: Value, width: int) -> str:
    if not value.known:
        return "either 0 or 1" if width == 1 else "any value"
    if value.known == (1 << width) - 1:
        return str(value.bits) if width == 1 else f"{width}'h{value.bits:x}"
    digits = (
        str(value.bits >> b & 1) if value.known >> b & 1 else "?" for b in reversed(range(width))
    )
    return f"{width}'b" + "".join(digits) + " (? may be either)"


def _cell(cell: Cell, output: Signal) -> str:
    if isinstance(cell, Value):
        return _constant(cell, output.width)
    if cell.signal == output:
        return f"the inverse of the old {output}" if cell.inverted else f"the old {output}"
    return f"{'~' if cell.inverted else ''}{cell.signal}"


def _key(key: int, inputs: Sequence[Signal]) -> str:
    parts: list[str] = []
    for signal in reversed(inputs):
        number = key & (1 << signal.width) - 1
        value = Value(number, (1 << signal.width) - 1)
        parts.insert(0, f"{signal}={_constant(value, signal.width)}")
        key >>= signal.width
    return ", ".join(parts)


def _table(table: Table) -> list[str]:
    lines: list[str] = []
    becomes = "="
    if isinstance(table.trigger, Clock):
        edge = "falling" if table.trigger.falling else "rising"
        lines.append(
            f"The outputs are registers; they change at the {edge} edge of {table.trigger.port}."
        )
        becomes = "becomes"
    elif table.trigger is not None:
        level = 0 if table.trigger.low else 1
        lines.append(f"The outputs follow while {table.trigger.port}={level} and hold otherwise.")
    lines += [
        f"If {_key(row.key, table.inputs)} then {_cells(row.cells, table, becomes)}."
        for row in table.rows
    ]
    if table.default is not None:
        lines.append(f"Otherwise {_cells(table.default, table, becomes)}.")
    return lines


def _cells(cells: Sequence[Cell], table: Table, becomes: str) -> str:
    middle = "=" if becomes == "=" else f" {becomes} "
    return ", ".join(
        f"{output}{middle}{_cell(cell, output)}"
        for output, cell in zip(table.outputs, cells, strict=True)
    )


def _emitted(values: Sequence[Value], outputs: Sequence[Signal]) -> str:
    return ", ".join(
        f"{output}={_constant(value, output.width)}"
        for output, value in zip(outputs, values, strict=True)
    )


def _arc(arc: Arc, machine: Machine) -> str:
    when = " and ".join(f"{lit.signal}={lit.value}" for lit in arc.when)
    go = f"{'if ' + when if when else 'always'} go to {arc.target}"
    return f"{go} with {_emitted(arc.emits, machine.outputs)}" if arc.emits else go


def _machine(machine: Machine) -> list[str]:
    kind = "Mealy" if machine.mealy else "Moore"
    lines = [f"A {kind} state machine with the states {', '.join(machine.states)}."]
    for at, state in enumerate(machine.states):
        if machine.moore:
            lines.append(f"In state {state}: {_emitted(machine.moore[at], machine.outputs)}.")
        arcs = "; ".join(_arc(arc, machine) for arc in machine.arcs if arc.source == state)
        lines.append(f"From state {state}: {arcs}.")
    form = machine.form
    return lines + (_clocked(form) if isinstance(form, Clocked) else _logic(machine, form))


def _clocked(form: Clocked) -> list[str]:
    edge = "falling" if form.clock.falling else "rising"
    lines = [f"The state changes at the {edge} edge of {form.clock.port}."]
    if form.reset is None:
        return [*lines, f"The initial state is {form.start}."]
    kind = "asynchronously" if form.reset.asynchronous else "synchronously"
    level = 0 if form.reset.active_low else 1
    return [*lines, f"When {form.reset.port}={level} the state is {kind} reset to {form.start}."]


def _logic(machine: Machine, form: Logic) -> list[str]:
    codes = ", ".join(
        f"{state}={form.state.width}'b{code:0{form.state.width}b}"
        for state, code in zip(machine.states, form.codes, strict=True)
    )
    lines = [f"There is no register: the present state comes in on {form.state}, coded {codes}."]
    for drive in form.drives:
        match drive:
            case NextWord(port):
                lines.append(f"{port} is the code of the next state.")
            case NextBit(port, bit):
                lines.append(f"{port} is bit {bit} (from 0) of the code of the next state.")
            case NextIs(port, state):
                lines.append(f"{port} is 1 when the next state is {state}, else 0.")
    return lines


def _automaton(automaton: Automaton) -> list[str]:
    q, top = automaton.cells.port, automaton.cells.width - 1
    lines = [
        f"At the rising edge of {automaton.clock.port}: if {automaton.load}=1 then {q} becomes"
        f" {automaton.data.port}; otherwise every cell {q}[i] is renewed at once from"
        f" {q}[i+1], {q}[i], {q}[i-1]."
    ]
    lines += [
        f"If {q}[i+1]={key >> 2}, {q}[i]={key >> 1 & 1}, {q}[i-1]={key & 1} then {q}[i]"
        f" becomes {automaton.rule >> key & 1}."
        for key in reversed(range(8))
    ]
    beyond = f"the row is a ring of {top + 1} cells" if automaton.wrap else "they are 0"
    return [*lines, f"Beyond the ends, {q}[{top + 1}] and {q}[-1]: {beyond}."]


def _drive(drive: Drive) -> list[str]:
    output, trigger, reset = drive.output, drive.trigger, drive.reset
    if trigger is None:
        return [f"{output} = {word(drive.word)}."]
    if isinstance(trigger, Level):
        level = 0 if trigger.low else 1
        return [f"{output} follows {word(drive.word)} while {trigger.port}={level}, else holds."]
    edge = "falling" if trigger.falling else "rising"
    lines = [f"At the {edge} edge of {trigger.port}, {output} becomes {word(drive.word)}."]
    if reset is not None:
        kind = "asynchronously" if reset.asynchronous else "synchronously"
        level = 0 if reset.active_low else 1
        lines.append(f"When {reset.port}={level}, {output} is {kind} reset to {drive.value}.")
    return lines


def _trace(trace: Trace) -> list[str]:
    lines = ["The waveform is consistent with the following."]
    for law in trace.laws:
        lines += _counter(law) if isinstance(law, Counter) else _table(law)
    return lines


def _counter(counter: Counter) -> list[str]:
    edge = "falling" if counter.clock.falling else "rising"
    lines = [
        f"{counter.output} is a register that changes at the {edge} edge of {counter.clock.port}."
    ]
    for step in counter.steps:
        when = f"If {_key(step.key, counter.inputs)} then" if counter.inputs else "Then"
        lines.append(f"{when} {_step(step, counter.output)}.")
    return lines


def _step(step: Step, output: Signal) -> str:
    if step.target is not None:
        return f"{output} becomes {step.target}"
    if not step.step:
        return f"{output} holds"
    text = f"{output} {'counts up' if step.step > 0 else 'counts down'} by 1"
    return (
        text if step.wrap is None else f"{text}, except that {step.wrap[1]} follows {step.wrap[0]}"
    )
