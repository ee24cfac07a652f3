"""A module of a Yosys netlist as what a schematic shows: symbols, their pins, and wires."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from gatewright.sandbox.integrity.layout import shown_names

Bit = int | str  # a net's number, or one of the constants "0", "1", "x", "z"

FLAGGED_FANOUT = 8  # a net with more sinks is named at each of them instead of drawn
_REGISTER = re.compile(r"\$_?(a|ad|s|al)?dff(e|sr|sre|ce)?\b")
_QUIET = frozenset({"CLK", "ARST", "SRST", "ALOAD", "SET", "CLR"})  # pins whose nets are named
_MOST_PARTS = 40


@dataclass(frozen=True, slots=True)
class Pin:
    """A pin; `flag` is the text at it where no wire is: a constant or a net's name."""

    name: str
    width: int
    flag: str = ""


@dataclass(slots=True)
class Node:
    """A symbol: a cell, a port (`input`, `output`, `inout`) or a `join` of bits."""

    kind: str
    title: str
    inputs: list[Pin] = field(default_factory=list)
    outputs: list[Pin] = field(default_factory=list)

    @property
    def is_register(self) -> bool:
        """A flip-flop: loops are drawn as going back through it."""
        return _REGISTER.match(self.kind) is not None


@dataclass(frozen=True, slots=True)
class End:
    """A pin of a node, by their places; `part` says which bits of the wire a sink takes."""

    node: int
    pin: int
    part: str = ""


@dataclass(slots=True)
class Net:
    """A wire from one output pin to its sinks."""

    source: End
    width: int
    name: str
    sinks: list[End] = field(default_factory=list)


@dataclass(slots=True)
class Circuit:
    """All symbols and wires of one module."""

    nodes: list[Node] = field(default_factory=list)
    nets: list[Net] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Part:
    """Neighbouring bits from one driver (its place among the nets), or constants."""

    net: int | None
    text: str
    whole: bool
    bits: tuple[Bit, ...]


def circuit_of(module: Mapping[str, Any]) -> Circuit:
    """The circuit of one entry of `modules` in what Yosys' `write_json` writes."""
    return _Builder(module).built()


class _Builder:
    def __init__(self, module: Mapping[str, Any]) -> None:
        self._module = module
        self._circuit = Circuit()
        self._drivers: dict[Bit, tuple[int, int]] = {}  # bit -> net, index in it
        self._names = _net_names(module)
        self._wanted: list[tuple[int, int, tuple[Bit, ...]]] = []
        self._joins: dict[tuple[Bit, ...], int] = {}

    def built(self) -> Circuit:
        """All of it."""
        for name, port in self._module["ports"].items():
            self._port(name, str(port["direction"]), tuple(port["bits"]))
        for name, cell in self._module["cells"].items():
            self._cell(name, cell)
        for node, pin, bits in self._wanted:
            self._connect(node, pin, bits)
        self._flag()
        return self._circuit

    def _port(self, name: str, direction: str, bits: tuple[Bit, ...]) -> None:
        pin = Pin("", len(bits))
        if direction == "output":
            self._wanted.append((self._add(Node("output", shown_names(name), [pin])), 0, bits))
            return
        place = self._add(Node(direction, shown_names(name), [], [pin]))
        self._drive(place, 0, bits, name)

    def _cell(self, name: str, cell: Mapping[str, Any]) -> None:
        kind = str(cell["type"])
        title = _title(kind, name)
        node = Node(kind, title)
        place = self._add(node)
        for pin, bits in _pins(cell):
            if cell["port_directions"].get(pin.partition(" ")[0]) == "output":
                node.outputs.append(Pin(pin, len(bits)))
                self._drive(place, len(node.outputs) - 1, bits, self._names.get(bits, ""))
            else:
                node.inputs.append(Pin(pin, len(bits)))
                self._wanted.append((place, len(node.inputs) - 1, bits))

    def _add(self, node: Node) -> int:
        self._circuit.nodes.append(node)
        return len(self._circuit.nodes) - 1

    def _drive(self, node: int, pin: int, bits: tuple[Bit, ...], name: str) -> None:
        self._circuit.nets.append(Net(End(node, pin), len(bits), name))
        for index, bit in enumerate(bits):
            if isinstance(bit, int):
                self._drivers.setdefault(bit, (len(self._circuit.nets) - 1, index))

    def _connect(self, node: int, pin: int, bits: tuple[Bit, ...], times: int = 1) -> None:
        repeated = f" ×{times}" if times > 1 else ""
        parts = list(self._parts(bits))
        if len(parts) == 1 and parts[0].net is not None:
            part = parts[0]
            sink = End(node, pin, ("" if part.whole else part.text) + repeated)
            self._circuit.nets[parts[0].net].sinks.append(sink)
        elif len(parts) == 1:
            self._mark(End(node, pin), parts[0].text)
        elif len({part.bits for part in parts}) > _MOST_PARTS:
            self._mark(End(node, pin), f"{{{len(parts)} parts}}")
        else:
            self._circuit.nets[self._joined(bits, parts)].sinks.append(End(node, pin))

    def _joined(self, bits: tuple[Bit, ...], parts: Sequence[_Part]) -> int:
        """The net of these bits put together, the most significant at the top."""
        if bits not in self._joins:
            place = self._add(Node("join", ""))
            for mine, group in groupby(reversed(parts), key=lambda part: part.bits):
                times = len(list(group))
                self._circuit.nodes[place].inputs.append(Pin("", len(mine)))
                self._connect(place, len(self._circuit.nodes[place].inputs) - 1, mine, times)
            self._circuit.nodes[place].outputs.append(Pin("", len(bits)))
            self._joins[bits] = len(self._circuit.nets)
            name = self._names.get(bits, "")
            self._circuit.nets.append(Net(End(place, 0), len(bits), name))
        return self._joins[bits]

    def _parts(self, bits: tuple[Bit, ...]) -> Iterator[_Part]:
        """Maximal runs, the least significant first."""
        for (net, _), group in groupby(enumerate(bits), key=lambda each: self._run(*each)):
            mine = tuple(bit for _, bit in group)
            if net is None:
                yield _Part(None, _constant(mine), True, mine)
                continue
            low, high = self._drivers[mine[0]][1], self._drivers[mine[-1]][1]
            text = f"[{high}:{low}]" if high > low else f"[{low}]"
            whole = len(mine) == self._circuit.nets[net].width
            yield _Part(net, text, whole, mine)

    def _run(self, index: int, bit: Bit) -> tuple[int | None, int]:
        """Equal for neighbours that are neighbours in one driver too."""
        net, place = self._drivers.get(bit, (None, index))
        return net, place - index

    def _mark(self, end: End, text: str) -> None:
        node = self._circuit.nodes[end.node]
        pin = node.inputs[end.pin]
        node.inputs[end.pin] = Pin(pin.name, pin.width, text)

    def _flag(self) -> None:
        """Clocks, resets and nets with many sinks are named at their sinks."""
        for number, net in enumerate(self._circuit.nets):
            crowded = len(net.sinks) > FLAGGED_FANOUT
            kept = []
            for sink in net.sinks:
                node = self._circuit.nodes[sink.node]
                if not crowded and not (node.is_register and node.inputs[sink.pin].name in _QUIET):
                    kept.append(sink)
                    continue
                net.name = net.name or f"n{number}"
                self._mark(sink, net.name + sink.part)
            net.sinks = kept


def _net_names(module: Mapping[str, Any]) -> dict[tuple[Bit, ...], str]:
    """The users' names of whole vectors; an output port's name is beside it already."""
    names: dict[tuple[Bit, ...], str] = {}
    for name, net in module["netnames"].items():
        if not net["hide_name"]:
            names.setdefault(tuple(net["bits"]), shown_names(name))
    return names


def _pins(cell: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Bit, ...]]]:
    """A cell's pins; the cases of a `$pmux` are told apart."""
    pins = {name: tuple(bits) for name, bits in cell["connections"].items()}
    if cell["type"] == "$pmux":
        width = len(pins["Y"])
        for i, bit in enumerate(pins["S"]):
            yield f"if {i}", (bit,)
            yield f"then {i}", pins["B"][i * width : (i + 1) * width]
        yield "else", pins["A"]
        yield "Y", pins["Y"]
        return
    yield from ((name, bits) for name, bits in sorted(pins.items(), key=_pin_order) if bits)


def _pin_order(pin: tuple[str, object]) -> tuple[int, str]:
    order = ("D", "A", "B", "S", "CLK", "EN")
    return (order.index(pin[0]) if pin[0] in order else len(order), pin[0])


def _title(kind: str, name: str) -> str:
    if kind.startswith("$"):
        return kind.lstrip("$")
    module = kind.removeprefix("\\").partition("$")[0]
    return shown_names(module if name.startswith("$") else f"{module} {name}")


def _constant(bits: Sequence[Bit]) -> str:
    """Bits that nothing drives are shown as x."""
    digits = "".join(b if isinstance(b, str) else "x" for b in reversed(bits))
    if len(digits) == 1:
        return digits
    if digits.strip("01"):
        return f"{len(digits)}'{digits[0]}" if len(set(digits)) == 1 else f"{len(digits)}'b{digits}"
    return f"{len(digits)}'h{int(digits, 2):x}"
