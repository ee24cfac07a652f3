from __future__ import annotations

import random
from dataclasses import replace

import pytest

from gatewright.sandbox.formal.bisimulation import bisimilar
from gatewright.sandbox.formal.netlist import Bit, Cell, Netlist, Port

CLOCK: Bit = 2
DATA: Bit = 3
RISING = {"CLK_POLARITY": "1", "WIDTH": "1"}


def gate(kind: str, a: Bit, b: Bit, y: Bit) -> Cell:
    return Cell(f"c{y}", kind, {}, {"A": (a,), "B": (b,)}, {"Y": (y,)})


def register(d: Bit, q: Bit, polarity: str = "1") -> Cell:
    parameters = RISING | {"CLK_POLARITY": polarity}
    return Cell(f"r{q}", "$dff", parameters, {"CLK": (CLOCK,), "D": (d,)}, {"Q": (q,)})


def netlist(out: Bit, *cells: Cell, initial: dict[int, str] | None = None) -> Netlist:
    ports = (
        Port("clk", "input", (CLOCK,)),
        Port("d", "input", (DATA,)),
        Port("q", "output", (out,)),
    )
    return Netlist(ports, cells, {}, initial or {})


# q <= q ^ d, under two sets of net numbers, and once with a second register that nothing needs.
TOGGLE = netlist(5, gate("$xor", 5, DATA, 4), register(4, 5))
RENUMBERED = netlist(8, register(9, 8), gate("$xor", 8, DATA, 9))
DOUBLED = netlist(
    5, gate("$xor", 5, DATA, 4), register(4, 5), gate("$xor", 7, DATA, 6), register(6, 7)
)


@pytest.mark.parametrize("other", [TOGGLE, RENUMBERED, DOUBLED])
def test_pairs_registers_by_what_they_do(other: Netlist) -> None:
    assert bisimilar(TOGGLE, other)
    assert bisimilar(other, TOGGLE)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(netlist(5, gate("$or", 5, DATA, 4), register(4, 5)), id="other function"),
        pytest.param(netlist(5, gate("$xor", 5, DATA, 4), register(4, 5, "0")), id="other edge"),
        pytest.param(netlist(4, gate("$xor", 5, DATA, 4), register(4, 5)), id="before the edge"),
        pytest.param(
            netlist(5, gate("$xor", 5, DATA, 4), register(4, 5), initial={5: "1"}),
            id="initial value",
        ),
        pytest.param(netlist(4, gate("$xor", 4, DATA, 4)), id="loop"),
        pytest.param(netlist(4, gate("$mystery", 5, DATA, 4), register(4, 5)), id="unknown cell"),
    ],
)
def test_says_no_where_it_cannot_tell(other: Netlist) -> None:
    assert not bisimilar(TOGGLE, other)


def test_tells_states_apart_that_differ_only_many_steps_later() -> None:
    length = 40

    def shifted(last: str) -> Netlist:
        cells = [register(DATA if n == 0 else 9 + n, 10 + n) for n in range(length)]
        return netlist(9 + length, *cells, initial={10: last})

    assert bisimilar(shifted("0"), shifted("0"))
    assert not bisimilar(shifted("0"), shifted("1"))


@pytest.mark.parametrize("seed", range(20))
def test_does_not_depend_on_names_numbers_and_order(seed: int) -> None:
    random_ = random.Random(seed)
    kinds = ("$and", "$or", "$xor", "$xnor")
    cells: list[Cell] = []
    nets: list[Bit] = [DATA, *range(100, 104)]
    for number in range(10, 22):
        cells.append(
            gate(random_.choice(kinds), random_.choice(nets), random_.choice(nets), number)
        )
        nets.append(number)
    cells += [register(random_.choice(nets), 100 + n) for n in range(4)]
    first = netlist(21, *cells)

    def moved(bit: Bit) -> Bit:
        return bit + 1000 if isinstance(bit, int) and bit > 3 else bit

    shuffled = [
        replace(
            cell,
            name=f"x{n}",
            inputs={pin: tuple(map(moved, bits)) for pin, bits in cell.inputs.items()},
            outputs={pin: tuple(map(moved, bits)) for pin, bits in cell.outputs.items()},
        )
        for n, cell in enumerate(cells)
    ]
    random_.shuffle(shuffled)
    assert bisimilar(first, netlist(moved(21), *shuffled))
    broken = [replace(c, kind="$nex") if c.outputs.get("Y") == (1021,) else c for c in shuffled]
    assert not bisimilar(first, netlist(moved(21), *broken))
