"""A reading as a design in Chisel, from the same structures as the Verilog."""

from __future__ import annotations

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.chisel import Module, boolean, concatenated, constant, constant_of
from gatewright.agents.symbolic.circuit import Circuit
from gatewright.agents.symbolic.emit_chisel_circuit import write_circuit
from gatewright.agents.symbolic.emit_chisel_machine import write_machine
from gatewright.agents.symbolic.emit_table import is_bitwise, is_expression
from gatewright.agents.symbolic.ir import (
    Automaton,
    Cell,
    Clock,
    Clocked,
    Constant,
    Copy,
    Counter,
    Equations,
    Expression,
    Level,
    Machine,
    Not,
    Signal,
    Step,
    Table,
    Trace,
    Value,
)
from gatewright.agents.symbolic.signals import bits_of
from gatewright.agents.symbolic.structure import Structure
from gatewright.agents.symbolic.verilog import (
    fresh,
    product_of_sums,
    sum_of_primes,
    sum_of_products,
)
from gatewright.core import Interface


def chisel(structure: Structure, interface: Interface, top: str) -> str:
    """The design as class `top`. Raises Abstain for latches and for reserved names."""
    module = Module(interface, _clock(structure))
    if isinstance(structure, Table):
        _table(structure, module)
    elif isinstance(structure, Equations):
        for assignment in structure.assignments:
            module.drive(assignment.output, _expression(assignment.expression, module))
    elif isinstance(structure, Machine):
        write_machine(structure, module)
    elif isinstance(structure, Automaton):
        _automaton(structure, module)
    elif isinstance(structure, Circuit):
        write_circuit(structure, module)
    else:
        _trace(structure, module)
    return module.text(top)


def _clock(structure: Structure) -> str:
    """The port that clocks registers. Raises Abstain where several do."""
    clocks: set[str] = set()
    if isinstance(structure, Automaton):
        clocks = {structure.clock.port}
    elif isinstance(structure, Machine):
        clocks = {structure.form.clock.port} if isinstance(structure.form, Clocked) else set()
    else:
        triggers: list[Clock | Level | None] = []
        if isinstance(structure, Table):
            triggers = [structure.trigger]
        elif isinstance(structure, Circuit):
            triggers = [drive.trigger for drive in structure.drives]
        elif isinstance(structure, Trace):
            triggers = [
                law.clock if isinstance(law, Counter) else law.trigger for law in structure.laws
            ]
        if any(isinstance(trigger, Level) for trigger in triggers):
            raise Abstain("Chisel has no latches")
        clocks = {trigger.port for trigger in triggers if isinstance(trigger, Clock)}
    if len(clocks) > 1:
        raise Abstain("registers of several clocks are not written in Chisel")
    return clocks.pop() if clocks else ""


def _expression(expression: Expression, module: Module, top: bool = True) -> str:
    if isinstance(expression, Signal):
        return module.read(expression)
    if isinstance(expression, Constant):
        return constant(expression.bit, 1)
    if isinstance(expression, Not):
        inner = _expression(expression.operand, module, False)
        return f"~({inner})" if inner.startswith("~") else f"~{inner}"
    parts = (_expression(part, module, False) for part in expression.operands)
    text = f" {expression.operator} ".join(parts)
    return text if top else f"({text})"


def _table(table: Table, module: Module) -> None:
    if isinstance(table.trigger, Clock):
        for port in dict.fromkeys(output.port for output in table.outputs):
            module.register(port, table.trigger)
    if table.trigger is None and is_expression(table):
        _sums(table, module)
    elif table.trigger is not None and is_bitwise(table):
        _bitwise(table, module)
    else:
        _looked_up(table, module)


def _sums(table: Table, module: Module) -> None:
    names = [module.read(signal) for signal in table.inputs]
    for at, output in enumerate(table.outputs):
        values = {row.key: row.cells[at] for row in table.rows}
        ones = [k for k, v in values.items() if isinstance(v, Value) and v.known and v.bits]
        free = [k for k, v in values.items() if isinstance(v, Value) and not v.known]
        form = product_of_sums if output.port in table.products_of_sums else sum_of_products
        module.drive(output, boolean(form(names, ones, free)))


def _bits(signal: Signal, module: Module) -> tuple[Signal, ...]:
    port = module.interface.port(signal.port)
    return (signal,) if signal.index is not None or port is None else bits_of(port)


def _bitwise(table: Table, module: Module) -> None:
    names = [module.read(bit) for signal in table.inputs for bit in _bits(signal, module)]
    for at, output in enumerate(table.outputs):
        values = {row.key: row.cells[at] for row in table.rows}
        bits = [
            boolean(
                sum_of_primes(
                    names,
                    [k for k, v in values.items() if isinstance(v, Value) and v.bits >> shift & 1],
                )
            )
            for shift in reversed(range(output.width))
        ]
        module.drive(output, concatenated(bits))


def _looked_up(table: Table, module: Module) -> None:
    key = concatenated([module.read(signal) for signal in table.inputs])
    for at, output in enumerate(table.outputs):
        default = module.read(output) if table.trigger else constant(0, output.width)
        if table.default is not None:
            default = _cell(table.default[at], output.width, module)
        rows = [(row.key, _cell(row.cells[at], output.width, module)) for row in table.rows]
        module.drive(output, _lookup(key, default, rows))


def _lookup(key: str, default: str, rows: list[tuple[int, str]]) -> str:
    """A table over `key`."""
    inside = ",\n".join(f"    {value}.U -> ({text})" for value, text in rows)
    return f"MuxLookup({key}, {default})(Seq(\n{inside}\n  ))"


def _cell(cell: Cell, width: int, module: Module) -> str:
    if isinstance(cell, Copy):
        text = module.read(cell.signal)
        return f"~{text}" if cell.inverted else text
    return constant_of(cell, width)


def _automaton(automaton: Automaton, module: Module) -> None:
    port, top = automaton.cells.port, automaton.cells.width - 1
    module.register(port, automaton.clock)
    cells = module.name(port)
    beyond_left = f"{cells}(0)" if automaton.wrap else "false.B"
    beyond_right = f"{cells}({top})" if automaton.wrap else "false.B"
    left, right = fresh("left", module.interface), fresh("right", module.interface)
    module.lines += [
        f"val {left} = Cat({beyond_left}, {cells}({top}, 1))",
        f"val {right} = Cat({cells}({top - 1}, 0), {beyond_right})",
    ]
    ones = [key for key in range(8) if automaton.rule >> key & 1]
    rule = sum_of_products([left, cells, right], ones)
    if not ones or len(ones) == 8:
        rule = constant((1 << top + 1) - 1 if ones else 0, top + 1)
    data = module.read(automaton.data)
    module.drive(automaton.cells, f"Mux({_scalar(module, automaton.load)}, {data}, {rule})")


def _scalar(module: Module, port: str) -> str:
    """A one-bit port."""
    return module.read(Signal(port))


def _trace(trace: Trace, module: Module) -> None:
    for law in trace.laws:
        if isinstance(law, Table):
            _table(law, module)
        else:
            _counter(law, module)


def _counter(counter: Counter, module: Module) -> None:
    output = counter.output
    module.register(output.port, counter.clock)
    if not counter.inputs:
        module.drive(output, _step(counter.steps[0], output, module))
        return
    key = concatenated([module.read(signal) for signal in counter.inputs])
    rows = [(step.key, _step(step, output, module)) for step in counter.steps]
    module.drive(output, _lookup(key, module.read(output), rows))


def _step(step: Step, output: Signal, module: Module) -> str:
    count = module.read(output)
    if step.target is not None:
        return constant(step.target, output.width)
    if not step.step:
        return count
    moved = f"~{count}" if output.width == 1 else f"{count} {'+' if step.step > 0 else '-'} 1.U"
    if step.wrap is None:
        return moved
    last, first = (constant(value, output.width) for value in step.wrap)
    return f"Mux({count} === {last}, {first}, {moved})"
