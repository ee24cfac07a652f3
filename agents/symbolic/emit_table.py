"""Tables, equations, automata and the laws of traces as Verilog."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.agents.symbolic.cover import MAX_VARIABLES
from gatewright.agents.symbolic.expression import verilog
from gatewright.agents.symbolic.ir import (
    Automaton,
    Cell,
    Clock,
    Copy,
    Counter,
    Equations,
    Signal,
    Step,
    Table,
    Trace,
    Value,
    concatenated,
)
from gatewright.agents.symbolic.signals import bits_of
from gatewright.agents.symbolic.verilog import (
    Body,
    constant,
    fresh,
    indented,
    joined,
    product_of_sums,
    sum_of_primes,
    sum_of_products,
)
from gatewright.core import Interface

# Up to this many input bits a one-bit function is written as an expression, else as a case.
_EXPRESSION_BITS = 6


def table_body(table: Table, interface: Interface) -> Body:
    """A combinational, clocked or latched table."""
    trigger = table.trigger
    if trigger is None and is_expression(table):
        return Body(tuple(f"assign {line}" for line in _expressions(table, "=")))
    registers = frozenset(output.port for output in table.outputs)
    operator = "<=" if isinstance(trigger, Clock) else "="
    if trigger is not None and is_bitwise(table):
        lines = _bitwise(table, operator, interface)
    else:
        lines = _case(table, operator)
    if trigger is None:
        return Body(("always @(*)", *indented(lines)), registers)
    if isinstance(trigger, Clock):
        return Body((f"always @({trigger.edge})", *indented(lines)), registers)
    enable = f"~{trigger.port}" if trigger.low else trigger.port
    return Body(("always @(*)", f"  if ({enable})", *indented(indented(lines))), registers)


def is_expression(table: Table) -> bool:
    """Small enough for a sum of products for each output."""
    return (
        table.default is None
        and concatenated(table.inputs) <= min(_EXPRESSION_BITS, MAX_VARIABLES)
        and all(signal.width == 1 for signal in (*table.inputs, *table.outputs))
        and all(isinstance(cell, Value) for row in table.rows for cell in row.cells)
    )


def _expressions(table: Table, operator: str) -> list[str]:
    names = [str(signal) for signal in table.inputs]
    lines: list[str] = []
    for at, output in enumerate(table.outputs):
        values = {row.key: row.cells[at] for row in table.rows}
        ones = [k for k, v in values.items() if isinstance(v, Value) and v.known and v.bits]
        free = [k for k, v in values.items() if isinstance(v, Value) and not v.known]
        form = product_of_sums if output.port in table.products_of_sums else sum_of_products
        lines.append(f"{output} {operator} {form(names, ones, free)};")
    return lines


def is_bitwise(table: Table) -> bool:
    """Every bit of the next values can be written as a sum of products."""
    return (
        table.default is None
        and concatenated(table.inputs) <= MAX_VARIABLES
        and all(isinstance(cell, Value) for row in table.rows for cell in row.cells)
    )


def _bitwise(table: Table, operator: str, interface: Interface) -> list[str]:
    """Next values bit by bit as complete sums, so that a state unknown at first is left."""
    names = [bit for signal in table.inputs for bit in _bits(signal, interface)]
    lines: list[str] = []
    for at, output in enumerate(table.outputs):
        values = {row.key: row.cells[at] for row in table.rows}
        for shift, target in zip(
            reversed(range(output.width)), _bits(output, interface), strict=True
        ):
            ones = [k for k, v in values.items() if isinstance(v, Value) and v.bits >> shift & 1]
            lines.append(f"{target} {operator} {sum_of_primes(names, ones)};")
    return ["begin", *indented(lines), "end"] if len(lines) > 1 else lines


def _bits(signal: Signal, interface: Interface) -> list[str]:
    port = interface.port(signal.port)
    if signal.index is not None or port is None:
        return [str(signal)]
    return [str(bit) for bit in bits_of(port)]


def _cell(cell: Cell, width: int) -> str:
    if isinstance(cell, Copy):
        return f"~{cell.signal}" if cell.inverted else str(cell.signal)
    return constant(cell, width)


def _assigned(cells: Sequence[Cell], table: Table, operator: str) -> list[str]:
    return [
        f"{output} {operator} {_cell(cell, output.width)};"
        for cell, output in zip(cells, table.outputs, strict=True)
    ]


def _branch(label: str, statements: list[str]) -> list[str]:
    if len(statements) == 1:
        return [f"{label}: {statements[0]}"]
    return [f"{label}: begin", *indented(statements), "end"]


def _case(table: Table, operator: str) -> list[str]:
    width = concatenated(table.inputs)
    lines = [f"case ({joined(table.inputs)})"]
    for row in table.rows:
        label = constant(Value(row.key, 0), width)
        lines += indented(_branch(label, _assigned(row.cells, table, operator)))
    if table.trigger is None or table.default is not None:
        last = table.default or tuple(Value(0, 0) for _ in table.outputs)
        lines += indented(_branch("default", _assigned(last, table, operator)))
    return [*lines, "endcase"]


def equations_body(equations: Equations) -> Body:
    """One assignment an output."""
    return Body(
        tuple(f"assign {a.output} = {verilog(a.expression)};" for a in equations.assignments)
    )


def automaton_body(automaton: Automaton, interface: Interface) -> Body:
    """All cells at once, each from its neighbours' old values."""
    cells, top = automaton.cells.port, automaton.cells.width - 1
    left, right = fresh("left", interface), fresh("right", interface)
    beyond_left = f"{cells}[0]" if automaton.wrap else "1'b0"
    beyond_right = f"{cells}[{top}]" if automaton.wrap else "1'b0"
    ones = [key for key in range(8) if automaton.rule >> key & 1]
    rule = sum_of_products([left, cells, right], ones)
    if not ones or len(ones) == 8:
        rule = f"{{{top + 1}{{1'b{int(bool(ones))}}}}}"
    return Body(
        (
            f"wire [{top}:0] {left} = {{{beyond_left}, {cells}[{top}:1]}};",
            f"wire [{top}:0] {right} = {{{cells}[{top - 1}:0], {beyond_right}}};",
            "",
            f"always @({automaton.clock.edge})",
            f"  if ({automaton.load}) {cells} <= {automaton.data.port};",
            f"  else {cells} <= {rule};",
        ),
        frozenset({cells}),
    )


def trace_body(trace: Trace, interface: Interface) -> Body:
    """Every law of the trace."""
    bodies = [
        _counter(law) if isinstance(law, Counter) else table_body(law, interface)
        for law in trace.laws
    ]
    lines = [line for body in bodies for line in (*body.lines, "")]
    return Body(tuple(lines[:-1]), frozenset().union(*(body.registers for body in bodies)))


def _counter(counter: Counter) -> Body:
    output = counter.output
    if not counter.inputs:
        statement = f"{output} <= {_step(counter.steps[0], output)};"
        return Body((f"always @({counter.clock.edge})", f"  {statement}"), frozenset({output.port}))
    width = concatenated(counter.inputs)
    lines = [f"case ({joined(counter.inputs)})"]
    lines += [
        f"  {constant(Value(step.key, 0), width)}: {output} <= {_step(step, output)};"
        for step in counter.steps
    ]
    return Body(
        (f"always @({counter.clock.edge})", *indented([*lines, "endcase"])),
        frozenset({output.port}),
    )


def _step(step: Step, output: Signal) -> str:
    if step.target is not None:
        return constant(Value(step.target, 0), output.width)
    if not step.step:
        return str(output)
    moved = f"{output} {'+' if step.step > 0 else '-'} 1'b1"
    if step.wrap is None:
        return moved
    last, first = (constant(Value(v, 0), output.width) for v in step.wrap)
    return f"({output} == {last}) ? {first} : {moved}"
