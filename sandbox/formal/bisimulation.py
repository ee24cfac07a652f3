"""A proof by structure: two netlists whose registers can be paired so that all outputs agree.

Partition refinement (Hopcroft 1971) over the registers of both: begin with all registers in one
class, split classes whose members differ in kind, initial value or inputs, until nothing splits.
Outputs with equal labels are then equal in every run from paired states. It knows no Boolean
algebra, so "no" means nothing; "yes" costs milliseconds also where a solver is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from gatewright.sandbox.formal.netlist import Bit, Bits, Cell, Netlist
from gatewright.sandbox.integrity.lexer import words

_COMBINATIONAL = words(
    """
    $not $pos $neg $reduce_and $reduce_or $reduce_xor $reduce_xnor $reduce_bool $logic_not $and
    $or $xor $xnor $shl $shr $sshl $sshr $shift $shiftx $lt $le $eq $ne $eqx $nex $ge $gt $add $sub
    $mul $div $mod $divfloor $modfloor $pow $logic_and $logic_or $mux $pmux $bmux $bwmux $demux
    $slice $concat $lut $sop $alu $macc $fa $lcu
    """
)
_BOOKKEEPING = frozenset({"$scopeinfo"})
_PER_BIT_PINS = frozenset({"D", "AD", "SET", "CLR"})
_PER_BIT_PARAMETERS = frozenset({"ARST_VALUE", "SRST_VALUE"})


class _Labels:
    """Gives equal descriptions equal numbers."""

    def __init__(self) -> None:
        self._known: dict[object, int] = {}

    def __call__(self, *description: object) -> int:
        return self._known.setdefault(description, len(self._known))


@dataclass(frozen=True, slots=True)
class _State:
    """One bit that is kept: bit `index` of a register or latch."""

    cell: Cell
    index: int


class _Side:
    """One netlist while it is labelled."""

    def __init__(self, netlist: Netlist) -> None:
        self.netlist = netlist
        self.cells = _ordered(netlist)
        self.states = [
            _State(cell, index)
            for cell in netlist.cells
            if cell.is_register or cell.is_latch
            for index in range(len(cell.outputs["Q"]))
        ]
        self.classes = [0] * len(self.states)

    def refine(self, label: _Labels) -> None:
        """Split the classes once."""
        nets = self.nets(label)
        self.classes = [
            label(old, *self._description(state, nets))
            for old, state in zip(self.classes, self.states, strict=True)
        ]

    def nets(self, label: _Labels) -> dict[Bit, int]:
        """The label of every net, given the classes of the states."""
        nets: dict[Bit, int] = {digit: label(digit) for digit in "01xz"}
        for port in self.netlist.ports:
            if port.direction == "input":
                nets |= {bit: label(port.name, i) for i, bit in enumerate(port.bits)}
        for state, found in zip(self.states, self.classes, strict=True):
            nets[state.cell.outputs["Q"][state.index]] = label("state", found)
        for cell in self.cells:
            pins = tuple((pin, tuple(nets[b] for b in bits)) for pin, bits in _pins(cell))
            itself = label(cell.kind, tuple(sorted(cell.parameters.items())), pins)
            for pin, bits in cell.outputs.items():
                nets |= {bit: label(itself, pin, i) for i, bit in enumerate(bits)}
        return nets

    def _description(self, state: _State, nets: dict[Bit, int]) -> Iterator[object]:
        cell, index = state.cell, state.index
        output = cell.outputs["Q"][index]
        yield cell.kind, self.netlist.initial.get(output, "x") if isinstance(output, int) else "x"
        for name, value in sorted(cell.parameters.items()):
            if name != "WIDTH":
                yield name, value[-1 - index] if name in _PER_BIT_PARAMETERS else value
        for pin, bits in _pins(cell):
            own = (bits[index],) if pin in _PER_BIT_PINS else bits
            yield pin, tuple(nets[bit] for bit in own)

    def outputs(self, label: _Labels) -> dict[str, list[int]]:
        """The labels of the output ports."""
        nets = self.nets(label)
        ports = (port for port in self.netlist.ports if port.direction == "output")
        return {port.name: [nets[bit] for bit in port.bits] for port in ports}


def bisimilar(gold: Netlist, gate: Netlist) -> bool:
    """Whether the pairing shows that all outputs of `gold` and `gate` are always equal.

    Both must have the same ports. False also for loops and for cells that it does not know.
    """
    label = _Labels()
    try:
        sides = _Side(gold), _Side(gate)
        before, now = 0, _refined(sides, label)
        while now > before:
            before, now = now, _refined(sides, label)
        return sides[0].outputs(label) == sides[1].outputs(label)
    except (CycleError, KeyError, IndexError):
        return False


def _refined(sides: tuple[_Side, _Side], label: _Labels) -> int:
    """Refine both once; the number of classes now."""
    for side in sides:
        side.refine(label)
    return len({found for side in sides for found in side.classes})


def _pins(cell: Cell) -> list[tuple[str, Bits]]:
    return sorted(cell.inputs.items())


def _ordered(netlist: Netlist) -> list[Cell]:
    """The combinational cells, each after those that drive it.

    Raises CycleError for a loop, KeyError for a cell of unknown meaning.
    """
    kept = [c for c in netlist.cells if c.kind not in _BOOKKEEPING]
    cells = [c for c in kept if not (c.is_register or c.is_latch)]
    for cell in cells:
        if cell.kind not in _COMBINATIONAL:
            raise KeyError(cell.kind)
    driver = {bit: n for n, c in enumerate(cells) for bits in c.outputs.values() for bit in bits}
    sorter = TopologicalSorter(
        {
            n: {driver[bit] for bits in cell.inputs.values() for bit in bits if bit in driver}
            for n, cell in enumerate(cells)
        }
    )
    return [cells[n] for n in sorter.static_order()]
