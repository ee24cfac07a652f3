"""Designs that do nothing: what a testbench says of them shows whether it checks anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum

from gatewright.core import Direction, Port
from gatewright.sandbox.harness.testbench_bench import Bench
from gatewright.sandbox.harness.testbench_design import Design
from gatewright.sandbox.harness.testbench_wiring import Outputs
from gatewright.sandbox.integrity import lay_out, tokenize
from gatewright.sandbox.tools import slang
from gatewright.sandbox.tools.slang_modules import Module


class Stub(StrEnum):
    """What all outputs of a stub are. NOISE: random, anew whenever an input changes."""

    ZERO = "'0"
    ONE = "'1"
    UNKNOWN = "'x"
    FLOATING = "'z"
    NOISE = "noise"

    @property
    def outputs(self) -> Outputs:
        """How to wire it."""
        return Outputs.KNOWN if self is Stub.NOISE else Outputs.DIRECT


def stubs(module: Module) -> Iterator[Design]:
    """The module with all outputs 0, and with all outputs 1."""
    for stub in (Stub.ZERO, Stub.ONE):
        made = _made((module,), stub)
        if made is not None:
            yield made


def stub_of(stub: Stub, design: Design, bench: Bench) -> Design | None:
    """A stub with the ports of the reference where there is one, else of the design."""
    module = design.module
    if bench.golden is not None:
        named = replace(bench.golden.interface, module=module.name)
        module = replace(bench.golden, interface=named)
    return _made((module, *design.parts), Stub.UNKNOWN if stub is Stub.NOISE else stub)


def _made(modules: Sequence[Module], stub: Stub) -> Design | None:
    tokens = tokenize("".join(_text(module, stub) for module in modules))
    parsed = slang.parse(tokens, ("stub",))
    found = [m for m in map(parsed.module, (m.name for m in modules)) if m is not None]
    if len(found) != len(modules):
        return None
    return Design(lay_out(tokens, ("stub",)), found[0], tuple(found[1:]))


def ports_of(modules: Sequence[Module]) -> str:
    """What tells apart the designs that a stub stands for."""
    return "".join(_text(module, "") for module in modules)


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
