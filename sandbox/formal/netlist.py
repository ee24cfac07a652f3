"""A flat netlist, read from what Yosys' `write_json` writes."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Bit = int | str  # a net's number, or one of the constants "0", "1", "x", "z"
Bits = tuple[Bit, ...]

_REGISTER = re.compile(r"\$(a|ad|s|al)?dff(e|sr|sre|ce)?")
_LATCHES = frozenset({"$dlatch", "$adlatch", "$dlatchsr", "$sr"})
_TRISTATE = frozenset({"$tribuf", "$_TBUF_"})
_CONTROLS = ("ARST", "ALOAD", "SET", "CLR")


@dataclass(frozen=True, slots=True)
class Port:
    """A port of the module: `direction` is input, output or inout."""

    name: str
    direction: str
    bits: Bits


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: pins by name."""

    name: str
    kind: str
    parameters: Mapping[str, str]
    inputs: Mapping[str, Bits]
    outputs: Mapping[str, Bits]

    @property
    def is_register(self) -> bool:
        """It keeps its state at a clock's edge."""
        return _REGISTER.fullmatch(self.kind) is not None

    @property
    def is_latch(self) -> bool:
        """It keeps its state without a clock."""
        return self.kind in _LATCHES


@dataclass(frozen=True, slots=True)
class Control:
    """What clocks, sets or resets a register: a net's name and its active value or edge."""

    net: str
    polarity: str


@dataclass(frozen=True, slots=True)
class Netlist:
    """A module without hierarchy. `initial` maps nets to the value that they power up with."""

    ports: tuple[Port, ...]
    cells: tuple[Cell, ...]
    memory_bits: Mapping[str, int] = field(default_factory=dict)
    initial: Mapping[int, str] = field(default_factory=dict)
    nets: Mapping[Bit, str] = field(default_factory=dict)

    def contested(self) -> tuple[str, ...]:
        """Nets that two things drive, or that are shorted to a constant or to another input.

        Later passes would keep one of the drivers.
        """
        driven = [bit for port in self.ports if port.direction == "input" for bit in port.bits]
        # Those that let go of a net may share it.
        cells = [cell for cell in self.cells if cell.kind not in _TRISTATE]
        driven += [bit for cell in cells for bits in cell.outputs.values() for bit in bits]
        several = {
            bit for bit, times in Counter(driven).items() if times > 1 or isinstance(bit, str)
        }
        return tuple(sorted({self.nets.get(bit, f"net {bit}") for bit in several}))

    @property
    def size(self) -> int:
        """Bits driven by cells: a measure of how much there is to prove."""
        return sum(len(bits) for cell in self.cells for bits in cell.outputs.values())

    @property
    def tristate(self) -> bool:
        """A driver can let go of its net."""
        constants = (bit for cell in self.cells for bits in cell.inputs.values() for bit in bits)
        return (
            "z" in constants
            or any(cell.kind in _TRISTATE for cell in self.cells)
            or any("z" in port.bits for port in self.ports)
        )

    def names(self) -> dict[Bit, str]:
        """Port nets by number, as `port[index]`."""
        return {bit: f"{p.name}[{i}]" for p in self.ports for i, bit in enumerate(p.bits)}

    def controls(self, *pins: str) -> frozenset[Control]:
        """What drives the given pins of the registers."""
        names = self.names()
        return frozenset(
            Control(names.get(bit, f"net {bit}"), cell.parameters[f"{pin}_POLARITY"][-1])
            for cell in self.cells
            if cell.is_register
            for pin in pins
            for bit in cell.inputs.get(pin, ())
        )

    def clocks(self) -> frozenset[Control]:
        """The clocks and their edges."""
        return self.controls("CLK")

    def resets(self) -> frozenset[Control]:
        """The asynchronous controls and their active values."""
        return self.controls(*_CONTROLS)

    def one_clocked(self) -> bool:
        """No latch, and neither clock nor asynchronous control is used as data."""
        if any(cell.is_latch for cell in self.cells):
            return False
        roles: dict[Bit, set[str]] = {}
        for bit, role in self._uses():
            roles.setdefault(bit, set()).add(role)
        return all(len(found) == 1 for found in roles.values() if found - {"data"})

    def ripples(self) -> bool:
        """A register has a say in another's clock, or an asynchronous load is no constant.

        A simulator lets what is clocked by it see the data after that clock's own edge, and loads
        at an edge; the models of both do otherwise.
        """
        drivers = {bit: c for c in self.cells for bits in c.outputs.values() for bit in bits}
        registers = [cell for cell in self.cells if cell.is_register]
        if any(isinstance(bit, int) for cell in registers for bit in cell.inputs.get("AD", ())):
            return True
        queue = [bit for cell in registers for bit in cell.inputs["CLK"]]
        seen = set(queue)
        while queue:
            cell = drivers.get(queue.pop())
            if cell is None:
                continue
            if cell.is_register or cell.is_latch:
                return True
            further = {bit for bits in cell.inputs.values() for bit in bits} - seen
            seen |= further
            queue += further
        return False

    def powers_up_free(self) -> bool:
        """A register bit has no initial value."""
        registers = (cell for cell in self.cells if cell.is_register or cell.is_latch)
        bits = (bit for cell in registers for bits in cell.outputs.values() for bit in bits)
        return any(bit not in self.initial for bit in bits)

    def _uses(self) -> Iterator[tuple[Bit, str]]:
        for cell in self.cells:
            for pin, bits in cell.inputs.items():
                role = "data"
                if cell.is_register and pin in ("CLK", *_CONTROLS):
                    role = "clock" if pin == "CLK" else "control"
                yield from ((bit, role) for bit in bits)
        for port in self.ports:
            if port.direction == "output":
                yield from ((bit, "data") for bit in port.bits)


def read_netlist(path: Path, module: str) -> Netlist:
    """Read one module of a file that `write_json` wrote."""
    found = json.loads(path.read_text())["modules"][module]
    ports = [Port(n, p["direction"], tuple(p["bits"])) for n, p in found["ports"].items()]
    cells = [_cell(name, cell) for name, cell in found["cells"].items()]
    memories = {n: int(m["width"]) * int(m["size"]) for n, m in found.get("memories", {}).items()}
    initial: dict[int, str] = {}
    nets: dict[Bit, str] = {}
    for name, net in found["netnames"].items():
        for bit in net["bits"]:
            if bit not in nets or not net.get("hide_name"):
                nets[bit] = name
        value = net["attributes"].get("init", "")
        initial |= {
            bit: digit
            for bit, digit in zip(net["bits"], reversed(value), strict=False)
            if isinstance(bit, int) and digit in "01"
        }
    return Netlist(tuple(ports), tuple(cells), memories, initial, nets)


def _cell(name: str, cell: dict[str, dict[str, list[Bit]]]) -> Cell:
    pins: dict[str, dict[str, Bits]] = {"input": {}, "output": {}, "inout": {}}
    for pin, bits in cell["connections"].items():
        pins[str(cell["port_directions"][pin])][pin] = tuple(bits)
    parameters = {key: str(value) for key, value in cell["parameters"].items()}
    return Cell(name, str(cell["type"]), parameters, pins["input"], pins["output"])
