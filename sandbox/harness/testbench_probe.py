"""Designs that do nothing: what a testbench says of them shows whether it checks anything."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.core import Direction, Port
from gatewright.sandbox.harness.testbench_design import Design
from gatewright.sandbox.integrity import lay_out, tokenize
from gatewright.sandbox.tools import slang
from gatewright.sandbox.tools.slang_modules import Module


def stubs(module: Module) -> Iterator[Design]:
    """The module with all outputs 0, and with all outputs 1."""
    for constant in ("'0", "'1"):
        tokens = tokenize(_text(module, constant))
        stub = slang.parse(tokens, ("stub",)).module(module.name)
        if stub is not None:
            yield Design(lay_out(tokens, ("stub",)), stub)


def _text(module: Module, constant: str) -> str:
    parameters = [f"parameter {name} = {value or 1}" for name, value in module.parameters.items()]
    header = f"#({', '.join(parameters)}) " if parameters else ""
    ports = module.interface.ports
    outputs = [p.name for p in ports if p.direction is Direction.OUTPUT]
    assigns = "\n".join(f"assign {name} = {constant};" for name in outputs)
    return f"module {module.name} {header}({', '.join(map(_port, ports))});\n{assigns}\nendmodule\n"


def _port(port: Port) -> str:
    signed = "signed " if port.signed else ""
    return f"{port.direction} wire {signed}{port.range_text} {port.name}"
