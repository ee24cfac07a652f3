"""The circuit that says whether two designs differ now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gatewright.sandbox.formal.netlist import Netlist
from gatewright.sandbox.formal.unsuited import Unsuited

# In a model by cycles with asynchronous controls: whether this step has a clock edge.
# `TICK` is its port; `EDGE` stands for it among the users' names, and can be none of them.
TICK = "gw__tick"
EDGE = "(edge)"


@dataclass(frozen=True, slots=True)
class Paired:
    """A port that both designs have: `name` is ours (`gw__p0`, …), `user` the designs'."""

    name: str
    user: str
    direction: str
    width: int


def paired(gold: Netlist, gate: Netlist) -> tuple[Paired, ...]:
    """The ports, gold's order. Raises Unsuited where the designs' ports differ, or for inouts."""
    theirs = {port.name: port for port in gate.ports}
    found = []
    for number, port in enumerate(gold.ports):
        other = theirs.pop(port.name, None)
        if other is None or (other.direction, len(other.bits)) != (port.direction, len(port.bits)):
            has = f"{other.direction} of {len(other.bits)} bits" if other else "missing"
            raise Unsuited(
                f"port {port.name} is an {port.direction} of {len(port.bits)} bits in the "
                f"reference, and {has} in the design"
            )
        if port.direction == "inout":
            raise Unsuited(f"{port.name} is an inout port; equivalence is proved for in and out")
        found.append(Paired(f"gw__p{number}", port.name, port.direction, len(port.bits)))
    if theirs:
        raise Unsuited(f"the reference has no port {', '.join(theirs)}")
    if all(port.direction == "input" for port in found):
        raise Unsuited("the reference has no output to compare")
    return tuple(found)


def miter(ports: Sequence[Paired], *, with_gate: bool = True) -> str:
    """Verilog of a module `miter` around `gold`, whose outputs are split into value and unknown.

    `trigger` is 1 where gold knows a bit and gate has another value. Without a gate there is
    `known` instead: a bit for each bit of gold's outputs, the first port's lowest bit first.
    """
    inputs = [p for p in ports if p.direction == "input"]
    outputs = [p for p in ports if p.direction == "output"]
    heads = [f"input [{p.width - 1}:0] {p.name}" for p in inputs]
    heads.append(
        "output trigger" if with_gate else f"output [{len(output_bits(ports)) - 1}:0] known"
    )
    lines = [f"module miter({', '.join(heads)});"]
    lines += [f"wire [{p.width - 1}:0] {p.name}_d, {p.name}_x, {p.name}_g;" for p in outputs]
    shared = [f".{p.name}({p.name})" for p in inputs]
    gold = [f".{p.name}_{side}({p.name}_{side})" for p in outputs for side in "dx"]
    lines.append(f"gold gold({', '.join(shared + gold)});")
    if with_gate:
        gate = [f".{p.name}({p.name}_g)" for p in outputs]
        lines.append(f"gate gate({', '.join(shared + gate)});")
        differ = " | ".join(f"(|(({p.name}_d ^ {p.name}_g) & ~{p.name}_x))" for p in outputs)
        lines.append(f"assign trigger = {differ};")
    else:
        lines.append(f"assign known = ~{{{', '.join(f'{p.name}_x' for p in reversed(outputs))}}};")
    lines += ["endmodule", ""]
    return "\n".join(lines)


def output_bits(ports: Sequence[Paired]) -> tuple[tuple[str, int], ...]:
    """The bits of `known`, in its order: the user's name of the port, and the place in it."""
    outputs = (port for port in ports if port.direction == "output")
    return tuple((port.user, bit) for port in outputs for bit in range(port.width))
