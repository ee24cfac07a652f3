"""Combinational loops of a netlist, bit by bit.

A loop has no meaning in the models that proofs are made of: where it has no stable value at all,
the question that a solver is given has no solution, and anything would seem proved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from gatewright.sandbox.formal.netlist import Bit, Bits, Cell, Netlist
from gatewright.sandbox.integrity.lexer import words

_BITWISE = words("$not $pos $and $or $xor $xnor $mux $pmux $bwmux")
_SELECTS = frozenset({"$mux", "$pmux"})
_THROUGH = frozenset({"ARST", "ALOAD", "AD", "SET", "CLR"})


def looped(netlist: Netlist) -> tuple[str, ...]:
    """Names of nets on a loop that no register breaks; empty where there is none.

    Latches let their data through, and asynchronous controls act at once.
    """
    sorter: TopologicalSorter[Bit | str] = TopologicalSorter()
    for number, cell in enumerate(netlist.cells):
        for node, sources in _edges(cell, f"cell {number}"):
            sorter.add(node, *(s for s in sources if not isinstance(s, str) or s[:5] == "cell "))
    try:
        sorter.prepare()
    except CycleError as error:
        nets = (netlist.nets.get(node, "") for node in error.args[1] if isinstance(node, int))
        return tuple(sorted({name for name in nets if name and not name.startswith("$")})) or ("?",)
    return ()


def _edges(cell: Cell, itself: str) -> Iterator[tuple[Bit, Bits]]:
    """What each bit that the cell drives depends on at once."""
    inputs: Mapping[str, Bits] = cell.inputs
    if cell.is_register:
        inputs = {pin: bits for pin, bits in inputs.items() if pin in _THROUGH}
    outputs = [bit for bits in cell.outputs.values() for bit in bits]
    if cell.kind in _BITWISE:
        for index, bit in enumerate(outputs):
            yield bit, tuple(_bitwise(cell, inputs, index, len(outputs)))
        return
    # One node for the cell itself: all of its outputs depend on all of its inputs.
    yield itself, tuple(bit for bits in inputs.values() for bit in bits)
    for bit in outputs:
        yield bit, (itself,)


def _bitwise(cell: Cell, inputs: Mapping[str, Bits], index: int, width: int) -> Iterator[Bit]:
    for pin, bits in inputs.items():
        if pin == "S" and cell.kind in _SELECTS:
            yield from bits
        elif pin == "B" and cell.kind == "$pmux":
            yield from bits[index::width]
        elif bits:
            # A shorter operand is extended, by its last bit if it is signed.
            yield bits[min(index, len(bits) - 1)]
