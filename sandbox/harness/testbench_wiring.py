"""How a design's ports are wired to a testbench: inputs decoupled, outputs veiled where asked.

Inputs, because Icarus coerces an input port that its module drives to an inout: a design could
pull a net of the testbench, and with it the reference's inputs, to any value (measured on 11.0:
`assign (supply0, supply1) areset = 1;` scores 0 mismatches where the nets are wires).

Outputs, because a testbench that compares with `!=` or `==` takes every unknown bit for right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gatewright.core import Direction
from gatewright.sandbox.harness.testbench_marks import NAME_NONCE, PRINT_NONCE, Edit
from gatewright.sandbox.tools.slang_modules import Connection, Instance, Module

NET = re.compile(r"[A-Za-z_][\w$]*(?: \[[^\]]*\])*")
_NAME = re.compile(r"(?<![\w$'])[A-Za-z_][\w$]*")
_WIDEST = 512
_TICKS = 1024
_VEIL = f"veil_{NAME_NONCE}"


class Outputs(StrEnum):
    """What stands between the design's outputs and the testbench.

    DIRECT: nothing. APART: a net of their own, which may have several drivers or any net type.
    KNOWN: unknown bits (x and z) are random, anew whenever an input or output changes.
    SWAPPED: x and z change places.
    """

    DIRECT = "direct"
    APART = "apart"
    KNOWN = "known"
    SWAPPED = "swapped"


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a module matters to the wiring: its ports in order, and the widths of its outputs.

    `inputs` are those that are plain vectors; a width that may vary is given as large.
    """

    name: str
    inputs: tuple[str, ...]
    order: tuple[str, ...]
    outputs: tuple[tuple[str, int], ...]


def shape_of(module: Module) -> Shape:
    """The shape of a module."""
    ports = module.interface.ports
    certain = module.sized if not module.parameters else frozenset[str]()
    return Shape(
        module.name,
        tuple(p.name for p in ports if p.direction is Direction.INPUT and p.name in module.plain),
        tuple(p.name for p in ports),
        tuple(
            (p.name, p.width if p.name in certain else max(p.width, _WIDEST))
            for p in ports
            if p.direction is Direction.OUTPUT
        ),
    )


@dataclass(frozen=True, slots=True)
class Wiring:
    """The instances to wire, which module is the design, and which names of nets are signed."""

    duts: Sequence[Instance]
    design: str
    signed: frozenset[str]

    def edits(self, shapes: Sequence[Shape], outputs: Outputs) -> Iterator[Edit]:
        """The edits for a design (the first shape) and its other modules."""
        known = {shape.name: shape for shape in shapes}
        known[self.design] = shapes[0]
        for number, dut in enumerate(self.duts):
            shape = known.get(dut.module)
            if shape is None:
                continue
            if outputs is not Outputs.DIRECT:
                yield from _veiled(dut, shape, number)
            if dut.module != shape.name:
                yield Edit(dut.module_at, dut.module_at + len(dut.module), shape.name)
            for port, connection in _connected(dut, shape):
                if connection.wildcard:
                    named = {c.port for c in dut.connections}
                    yield from (self._extra(connection, p) for p in shape.inputs if p not in named)
                elif port in shape.inputs:
                    yield from self._decoupled(connection, port)

    def _extra(self, connection: Connection, port: str) -> Edit:
        return Edit(connection.end, connection.end, f" , .{port} ( {self._cast(port)} ( {port} ) )")

    def _decoupled(self, connection: Connection, port: str) -> list[Edit]:
        if connection.implicit:
            text = f" ( {self._cast(port)} ( {port} ) )"
            return [Edit(connection.end, connection.end, text)]
        if not connection.text or connection.text[0] in "0123456789'\"":
            return []  # a literal is nobody's net
        return [
            Edit(connection.start, connection.start, f"{self._cast(connection.text)} ( "),
            Edit(connection.end, connection.end, " )"),
        ]

    def _cast(self, expression: str) -> str:
        """The cast that keeps an expression's sign."""
        names = _NAME.findall(expression)
        return "$signed" if names and self.signed.issuperset(names) else "$unsigned"


def _connected(dut: Instance, shape: Shape) -> Iterator[tuple[str, Connection]]:
    for number, connection in enumerate(dut.connections):
        by_order = shape.order[number] if number < len(shape.order) else ""
        yield connection.port or by_order, connection


def _veiled(dut: Instance, shape: Shape, number: int) -> Iterator[Edit]:
    """Give every output a net of its own, and a veil between that net and the testbench's."""
    widths = dict(shape.outputs)
    named = {c.port for c in dut.connections}
    ticks = _ticks(dut, shape)
    before = ""
    for port, connection in _connected(dut, shape):
        ports = [p for p in widths if p not in named] if connection.wildcard else [port]
        for name in ports:
            shown = connection.implicit or connection.wildcard
            target = name if shown else connection.text
            if name not in widths or not target:
                continue
            raw = f"raw_{number}_{name}_{NAME_NONCE}"
            before += (
                f"wire [ {widths[name] - 1} : 0 ] {raw} ; {_VEIL} # ( {widths[name]} ) "
                f"veil_{raw} ( {raw} , {ticks} , {target} ) ; "
            )
            if connection.wildcard:
                yield Edit(connection.end, connection.end, f" , .{name} ( {raw} )")
            elif connection.implicit:
                yield Edit(connection.end, connection.end, f" ( {raw} )")
            else:
                yield Edit(connection.start, connection.end, raw)
    yield Edit(dut.module_at, dut.module_at, before)


def _ticks(dut: Instance, shape: Shape) -> str:
    """The nets at the design's inputs, as one vector."""
    nets: dict[str, None] = {}
    for port, connection in _connected(dut, shape):
        if connection.wildcard:
            nets.update(dict.fromkeys(shape.inputs))
        elif port in shape.inputs:
            text = port if connection.implicit else connection.text
            if NET.fullmatch(text):
                nets[text] = None
    return f"{{ {' , '.join(nets)} }}" if nets else "1'b0"


def veil(outputs: Outputs) -> str:
    """The module that stands between; '' where nothing does."""
    if outputs is Outputs.DIRECT:
        return ""
    kind = "wire" if outputs is Outputs.APART else "reg"
    return (
        f"module {_VEIL} # ( parameter W = 1 ) ( input wire [ W - 1 : 0 ] raw , "
        f"input wire [ {_TICKS - 1} : 0 ] tick , output {kind} [ W - 1 : 0 ] seen ) ;\n"
        f"{_BODIES[outputs]}\nendmodule\n"
    )


# A value cast to `bit` has 0 for unknown; a bit less itself is 0 where known, and unknown else.
_BODIES = {
    Outputs.APART: "assign seen = raw ;",
    Outputs.KNOWN: f"""\
integer state = 64'h{PRINT_NONCE} ;
bit [ W - 1 : 0 ] noise , known , held ;
task look ; begin
noise = {{ ( W + 31 ) / 32 {{ $random ( state ) }} }} ;
known = ~ ( raw ^ raw ) ; held = raw ;
seen = ( held & known ) | ( noise & ~ known ) ;
end endtask
initial look ; always @ ( raw or tick ) look ;""",
    Outputs.SWAPPED: """\
integer at ;
task look ; begin seen = raw ;
for ( at = 0 ; at < W ; at = at + 1 )
if ( raw [ at ] === 1'bx ) seen [ at ] = 1'bz ; else if ( raw [ at ] === 1'bz ) seen [ at ] = 1'bx ;
end endtask
initial look ; always @ ( raw ) look ;""",
}
