"""Chisel text: a module's ports, its outputs bit by bit, constants and registers.

One bit is always a Bool and several are a UInt, so that operators agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.ir import Clock, Reset, Signal, Value
from gatewright.agents.symbolic.signals import low
from gatewright.agents.symbolic.verilog import INDENT, fresh
from gatewright.core import Interface
from gatewright.sandbox.chisel.scaffold import declaration, scala_name, unnameable


@dataclass(frozen=True, slots=True)
class Slice:
    """Bits `high` to `low` of an output, counted from 0, and what they get."""

    high: int
    low: int
    text: str


@dataclass(slots=True)
class Module:
    """A module that is being written. `clock` is the port that clocks it ('' = none)."""

    interface: Interface
    clock: str = ""
    lines: list[str] = field(default_factory=list)
    _registers: dict[str, str] = field(default_factory=dict)
    _slices: dict[str, list[Slice]] = field(default_factory=dict)

    def width(self, port: str) -> int:
        """In bits."""
        found = self.interface.port(port)
        return found.width if found else 1

    def read(self, signal: Signal) -> str:
        """A signal's value; a register's for an output that is one."""
        name = self.name(signal.port)
        if signal.index is None or self.width(signal.port) == 1:
            return name
        return f"{name}({self.place(signal)})"

    def name(self, port: str) -> str:
        """The value that holds a whole port."""
        if port in self._registers:
            return self._registers[port]
        return f"{scala_name(port)}.asBool" if port == self.clock else scala_name(port)

    def place(self, signal: Signal) -> int:
        """The bit's place in its port, from 0."""
        port = self.interface.port(signal.port)
        return (signal.index or 0) - (low(port) if port else 0)

    def drive(self, signal: Signal, text: str) -> None:
        """Give an output, or one bit of it, its value."""
        if signal.index is None:
            self.slice(signal.port, Slice(self.width(signal.port) - 1, 0, text))
        else:
            self.slice(signal.port, Slice(self.place(signal), self.place(signal), text))

    def slice(self, port: str, part: Slice) -> None:
        """Give some bits of an output their value."""
        self._slices.setdefault(port, []).append(part)

    def register(
        self, port: str, clock: Clock, reset: Reset | None = None, value: int | None = None
    ) -> None:
        """Have an output be a register. What drives it is its next value."""
        name = fresh(f"{port}_r", self.interface)
        self.lines.append(f"val {name} = {self.state(self.width(port), clock, reset, value)}")
        self._registers[port] = name

    def state(self, width: int, clock: Clock, reset: Reset | None, value: int | None) -> str:
        """A new register; `value` is what the reset brings."""
        edge = scala_name(clock.port)
        edge = f"(!{edge}.asBool).asClock" if clock.falling else edge
        if reset is None or value is None:
            kind = "Bool()" if width == 1 else f"UInt({width}.W)"
            return f"withClock({edge}) {{ Reg({kind}) }}"
        level = self.name(reset.port)
        level = f"(!{level})" if reset.active_low else level
        level = f"{level}.asAsyncReset" if reset.asynchronous else level
        return f"withClockAndReset({edge}, {level}) {{ RegInit({constant(value, width)}) }}"

    def text(self, top: str) -> str:
        """The whole class. Raises Abstain where an output would lack bits or a port its name."""
        taken = unnameable(self.interface)
        if taken:
            raise Abstain(f"port {taken[0]} cannot keep its name: SystemVerilog reserves it")
        ports = [declaration(port, self.clock) for port in self.interface.ports]
        body = [*ports, "", *self.lines, *self._connections()]
        lines = "\n".join(f"{INDENT}{line}" if line else "" for line in body)
        return (
            "import chisel3._\nimport chisel3.util._\n\n"
            f"class {scala_name(top)} extends RawModule {{\n{lines}\n}}\n"
        )

    def _connections(self) -> list[str]:
        lines = []
        for port in self.interface.outputs:
            parts = sorted(self._slices.get(port.name, ()), key=lambda part: -part.high)
            if not _whole(parts, port.width):
                raise Abstain(f"output {port.name} is not driven once and whole")
            lines.append(f"{self._target(port.name)} := {concatenated([p.text for p in parts])}")
        kept = self._registers.items()
        return [*lines, *(f"{scala_name(port)} := {name}" for port, name in kept)]

    def _target(self, port: str) -> str:
        return self._registers.get(port) or scala_name(port)


def _whole(parts: Sequence[Slice], width: int) -> bool:
    expected = width - 1
    for part in parts:
        if part.high != expected:
            return False
        expected = part.low - 1
    return expected == -1


def constant(value: int, width: int) -> str:
    """A sized constant."""
    if width == 1:
        return "true.B" if value else "false.B"
    return f'"b{value:0{width}b}".U({width}.W)' if width <= 4 else f'"h{value:x}".U({width}.W)'


def constant_of(value: Value, width: int) -> str:
    """A sized constant; don't-care bits are 0."""
    return constant(value.bits, width)


def concatenated(texts: Sequence[str]) -> str:
    """Most significant first."""
    return texts[0] if len(texts) == 1 else f"Cat({', '.join(texts)})"


def boolean(text: str) -> str:
    """A sum of products over Chisel's names: only its constants are still Verilog's."""
    return text.replace("1'b0", "false.B").replace("1'b1", "true.B")
