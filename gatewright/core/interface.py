"""What a module shows to the outside: its name, its ports, its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Which way a port carries its signal."""

    INPUT = "input"
    OUTPUT = "output"
    INOUT = "inout"


@dataclass(frozen=True, slots=True)
class Port:
    """One port; `left` and `right` are the bounds of its packed range where it has one.

    `width` is in bits. A scalar port has no range and width 1; `[0:0]` has a range and width 1.
    """

    name: str
    direction: Direction
    width: int = 1
    signed: bool = False
    left: int | None = None
    right: int | None = None

    @property
    def range_text(self) -> str:
        """The packed range as Verilog writes it, or an empty string for a scalar."""
        if self.left is None or self.right is None:
            return f"[{self.width - 1}:0]" if self.width > 1 else ""
        return f"[{self.left}:{self.right}]"


@dataclass(frozen=True, slots=True)
class Interface:
    """A module's name and ports, in the order of its header."""

    module: str
    ports: tuple[Port, ...]

    def port(self, name: str) -> Port | None:
        """The port of that name, or None."""
        return next((port for port in self.ports if port.name == name), None)

    @property
    def inputs(self) -> tuple[Port, ...]:
        """The input ports, in header order."""
        return tuple(p for p in self.ports if p.direction is Direction.INPUT)

    @property
    def outputs(self) -> tuple[Port, ...]:
        """The output ports, in header order."""
        return tuple(p for p in self.ports if p.direction is Direction.OUTPUT)
