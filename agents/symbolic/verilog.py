"""Verilog text: modules, sums of products, names that collide with nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from gatewright.agents.symbolic.cover import MAX_VARIABLES, Cube, complete_sum, minimise
from gatewright.agents.symbolic.ir import Literal, Signal, Value
from gatewright.core import Interface

INDENT = "  "


@dataclass(frozen=True, slots=True)
class Body:
    """Lines of a module's body, and the output ports that are assigned procedurally."""

    lines: tuple[str, ...]
    registers: frozenset[str] = frozenset()


def module(interface: Interface, top: str, body: Body) -> str:
    """A whole module with the interface's ports in their order."""
    ports = []
    for port in interface.ports:
        kind = " reg" if port.name in body.registers else ""
        span = f" {port.range_text}" if port.range_text else ""
        ports.append(f"{INDENT}{port.direction}{kind}{span} {port.name}")
    lines = "\n".join(f"{INDENT}{line}" if line else "" for line in body.lines)
    return f"module {top} (\n" + ",\n".join(ports) + f"\n);\n{lines}\nendmodule\n"


def indented(lines: Iterable[str]) -> list[str]:
    """The lines one step further in."""
    return [INDENT + line for line in lines]


def fresh(name: str, interface: Interface) -> str:
    """The name, or a longer one that no port (in any letter case) has."""
    taken = {port.name.lower() for port in interface.ports}
    while name.lower() in taken:
        name += "_r"
    return name


def constant(value: Value, width: int) -> str:
    """A sized constant; don't-care bits are 0."""
    if width <= 4:
        return f"{width}'b{value.bits:0{width}b}"
    return f"{width}'h{value.bits:0{(width + 3) // 4}x}"


def joined(signals: Sequence[Signal]) -> str:
    """A concatenation, or the one signal."""
    return str(signals[0]) if len(signals) == 1 else "{" + ", ".join(map(str, signals)) + "}"


def literal(signal: str, value: int) -> str:
    """A literal of a product term."""
    return signal if value else f"~{signal}"


def conjunction(literals: Sequence[Literal]) -> str:
    """A product of literals; true if there are none."""
    return " & ".join(literal(str(lit.signal), lit.value) for lit in literals) or "1'b1"


def _term(cube: Cube, names: Sequence[str], *, product: bool) -> str:
    top = len(names) - 1
    parts = [
        literal(name, (cube.bits >> (top - i) & 1) ^ (0 if product else 1))
        for i, name in enumerate(names)
        if cube.care >> (top - i) & 1
    ]
    if not parts:
        return "1'b1" if product else "1'b0"
    text = (" & " if product else " | ").join(parts)
    return f"({text})" if len(parts) > 1 else text


def sum_of_products(
    names: Sequence[str], ones: Collection[int], dont_cares: Collection[int] = ()
) -> str:
    """A small sum of products."""
    if len(names) > MAX_VARIABLES:
        raise ValueError(f"more than {MAX_VARIABLES} variables")
    terms = [_term(c, names, product=True) for c in minimise(len(names), ones, dont_cares)]
    return " | ".join(terms) or "1'b0"


def sum_of_primes(names: Sequence[str], ones: Collection[int]) -> str:
    """The complete sum, for state bits that start unknown."""
    cubes = complete_sum(len(names), ones)
    return " | ".join(_term(c, names, product=True) for c in cubes) or "1'b0"


def product_of_sums(
    names: Sequence[str], ones: Collection[int], dont_cares: Collection[int] = ()
) -> str:
    """A small product of sums."""
    zeros = set(range(1 << len(names))) - set(ones) - set(dont_cares)
    terms = [_term(c, names, product=False) for c in minimise(len(names), zeros, dont_cares)]
    return " & ".join(terms) or "1'b1"
