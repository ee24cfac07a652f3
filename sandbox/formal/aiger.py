"""A sequential and-inverter graph in memory: read from binary AIGER, grown, written again.

Format: A. Biere, The AIGER And-Inverter Graph Format, 2007. A literal is twice a variable's number,
plus 1 where it is inverted; variable 0 is the constant false. Variables are numbered inputs first,
then latches, then gates, each gate after what it reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

Literal = int
FALSE: Literal = 0


@dataclass(frozen=True, slots=True)
class Latch:
    """A bit of state: the literal that it takes at each step, and its first value, 0 or 1."""

    then: Literal
    first: int = 0


@dataclass(slots=True)
class Aig:
    """The graph. `gates` are pairs of literals; gate n is variable `first_gate + n`."""

    inputs: int
    latches: tuple[Latch, ...]
    outputs: list[Literal]
    gates: list[tuple[Literal, Literal]]

    @property
    def first_gate(self) -> int:
        """The variable of the first gate."""
        return 1 + self.inputs + len(self.latches)

    @property
    def variables(self) -> int:
        """How many there are, the constant included."""
        return self.first_gate + len(self.gates)

    def latch_literals(self) -> range:
        """The latches' own literals."""
        return range(2 * (1 + self.inputs), 2 * self.first_gate, 2)

    def conjunction(self, literals: Sequence[Literal]) -> Literal:
        """Add gates: true where all of `literals` are."""
        result = literals[0]
        for literal in literals[1:]:
            self.gates.append((result, literal))
            result = 2 * (self.variables - 1)
        return result

    @classmethod
    def of_bytes(cls, content: bytes) -> Self:
        """Read a binary file. Raises ValueError for latches without a first value."""
        header, body = content.split(b"\n", 1)
        _, _, inputs, latches, outputs, gates = header.split(b" ")[:6]
        lines = body.split(b"\n", int(latches) + int(outputs))
        states = tuple(_latch(line) for line in lines[: int(latches)])
        shown = [int(line) for line in lines[int(latches) : -1]]
        found = cls(int(inputs), states, shown, [])
        found.gates = list(_gates(lines[-1], 2 * found.first_gate, int(gates)))
        return found

    def to_bytes(self) -> bytes:
        """The inverse of `of_bytes`."""
        counts = (self.inputs, len(self.latches), len(self.outputs), len(self.gates))
        parts = [f"aig {self.variables - 1} {' '.join(map(str, counts))}\n".encode()]
        parts += [f"{latch.then} {latch.first}\n".encode() for latch in self.latches]
        parts += [f"{literal}\n".encode() for literal in self.outputs]
        for number, pair in enumerate(self.gates, self.first_gate):
            high, low = max(pair), min(pair)
            parts += (_packed(2 * number - high), _packed(high - low))
        return b"".join(parts)


def _latch(line: bytes) -> Latch:
    then, first = (*line.split(b" "), b"0")[:2]
    if first not in (b"0", b"1"):
        raise ValueError("a latch without a first value")
    return Latch(int(then), int(first))


def _gates(data: bytes, literal: Literal, count: int) -> Iterator[tuple[Literal, Literal]]:
    """Each gate is two differences, seven bits a byte, the lowest first, the last below 128."""
    position = 0
    for number in range(count):
        deltas = []
        for _ in range(2):
            delta = shift = 0
            while True:
                byte = data[position]
                position += 1
                delta |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    break
            deltas.append(delta)
        high = literal + 2 * number - deltas[0]
        yield high, high - deltas[1]


def _packed(delta: int) -> bytes:
    packed = bytearray()
    while delta >= 128:
        packed.append(delta & 127 | 128)
        delta >>= 7
    packed.append(delta)
    return bytes(packed)
