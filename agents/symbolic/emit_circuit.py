"""Circuits described in words as Verilog."""

from __future__ import annotations

from gatewright.agents.symbolic.circuit import (
    Bitwise,
    Choice,
    Circuit,
    Drive,
    Equal,
    Inverse,
    Joined,
    Number,
    Part,
    Pick,
    Reduced,
    Sum,
    Word,
)
from gatewright.agents.symbolic.ir import Clock, Level, Value
from gatewright.agents.symbolic.verilog import Body, constant


def circuit_body(circuit: Circuit) -> Body:
    """Wires first, then the registers."""
    wires = [drive for drive in circuit.drives if drive.trigger is None]
    kept = [drive for drive in circuit.drives if drive.trigger is not None]
    lines = [f"assign {drive.output} = {verilog(drive.word)};" for drive in wires]
    for drive in kept:
        lines += ["", *_register(drive)] if lines else _register(drive)
    return Body(tuple(lines), frozenset(drive.output.port for drive in kept))


def _register(drive: Drive) -> list[str]:
    if isinstance(drive.trigger, Level):
        enable = f"~{drive.trigger.port}" if drive.trigger.low else drive.trigger.port
        return ["always @(*)", f"  if ({enable}) {drive.output} = {verilog(drive.word)};"]
    edges = drive.trigger.edge if isinstance(drive.trigger, Clock) else ""
    statement = f"{drive.output} <= {verilog(drive.word)};"
    reset = drive.reset
    if reset is None:
        return [f"always @({edges})", f"  {statement}"]
    if reset.asynchronous:
        edges += f" or {'neg' if reset.active_low else 'pos'}edge {reset.port}"
    level = f"~{reset.port}" if reset.active_low else reset.port
    value = constant(Value(drive.value, 0), drive.output.width)
    return [
        f"always @({edges})",
        f"  if ({level}) {drive.output} <= {value};",
        f"  else {statement}",
    ]


def verilog(word: Word, top: bool = True) -> str:
    """An expression, in parentheses inside another one."""
    match word:
        case Part():
            return str(word)
        case Number(value, width):
            return constant(Value(value, 0), width)
        case Inverse(operand):
            return f"~{verilog(operand, False)}"
        case Reduced(operator, operand):
            text = f"{operator}{operand}"
        case Joined(parts):
            return "{" + ", ".join(verilog(part) for part in parts) + "}"
        case Bitwise(operator, operands):
            text = f" {operator} ".join(verilog(part, False) for part in operands)
        case Sum(operands):
            text = " + ".join(verilog(part, False) for part in operands)
        case Equal(left, right):
            text = f"{verilog(left, False)} == {verilog(right, False)}"
        case Choice(condition, yes, no):
            three = (verilog(part, False) for part in (condition, yes, no))
            text = "{} ? {} : {}".format(*three)
        case Pick(vector, select, width):
            if width == 1:
                return f"{vector.port}[{select}]"
            return f"{vector.port}[{select} * {width} +: {width}]"
    return text if top else f"({text})"
