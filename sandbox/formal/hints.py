"""Which literals of a graph are which nets of the two designs.

Guesses are made of them, never more: a wrong hint costs time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from gatewright.sandbox.formal.aiger import Aig, Literal
from gatewright.sandbox.formal.flow import NET

# `xprop -split-public` names a net's value and its "is unknown" after the net.
_GOLD = re.compile(rf"gold\.({NET}\d+)_([dx])")
_GATE = re.compile(r"(?:\$flatten\\)?gate\..+")


@dataclass(frozen=True, slots=True, order=True)
class Dual:
    """A bit of gold: literals of its value, and of "it is unknown"."""

    value: Literal
    unknown: Literal


@dataclass(frozen=True, slots=True)
class Hints:
    """The bits of gold, and the nets of the gate design, none inverted; both in order."""

    gold: tuple[Dual, ...]
    gate: tuple[Literal, ...]

    @classmethod
    def read(cls, path: Path, aig: Aig) -> Hints:
        """From the file that `write_aiger -vmap` wrote."""
        gold: dict[tuple[str, str], dict[str, Literal]] = {}
        gate: set[Literal] = set()
        for line in path.read_text().splitlines():
            kind, number, bit, name = (*line.split(" ", 3), "", "")[:4]
            literal = _literal(aig, kind, int(number))
            if literal is None:
                continue
            found = _GOLD.fullmatch(name)
            if found:
                gold.setdefault((found[1], bit), {})[found[2]] = literal
            elif _GATE.fullmatch(name):
                gate.add(literal & ~1)
        duals = {Dual(net["d"], net["x"]) for net in gold.values() if len(net) == 2}
        return cls(tuple(sorted(duals)), tuple(sorted(gate - {0})))


def _literal(aig: Aig, kind: str, number: int) -> Literal | None:
    """Wires are listed by literal, inputs and latches by their place."""
    first_latch = 1 + aig.inputs
    literals = {
        "wire": number,
        "input": 2 * (1 + number),
        "latch": 2 * (first_latch + number),
        "invlatch": 2 * (first_latch + number) + 1,
    }
    return literals.get(kind)
