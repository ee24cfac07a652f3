"""A testbench made ready: marked, renamed, and with the design's inputs decoupled.

Decoupled, because Icarus coerces an input port that its module drives to an inout: a design could
pull a net of the testbench, and with it the reference's inputs, to any value (measured on 11.0:
`assign (supply0, supply1) areset = 1;` scores 0 mismatches where the nets are wires).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gatewright.core import Direction, TestbenchSpec
from gatewright.sandbox.harness import testbench_marks as marks
from gatewright.sandbox.harness.testbench_find import (
    find_design,
    find_driven,
    find_golden,
    find_top,
    unusable,
)
from gatewright.sandbox.harness.testbench_marks import Edit, Spot
from gatewright.sandbox.integrity import Kind, Layout, definitions, has_delays, preprocess, tops
from gatewright.sandbox.tools import slang
from gatewright.sandbox.tools.slang_modules import Connection, Instance, Module

_NET = re.compile(r"[A-Za-z_][\w$]*(?: \[[^\]]*\])*")
_NAME = re.compile(r"(?<![\w$'])[A-Za-z_][\w$]*")
_SIGNED_WORDS = frozenset({"signed", "integer", "int", "byte", "shortint", "longint"})
_RELEASES = re.compile(
    r"'[sS]?[bBoOdDhH][0-9a-fA-FxX_]*[zZ?]|'[zZ]\b|\b(?:tri|tri0|tri1|pullup|pulldown|inout)\b"
)
_COMPLAINT = re.compile(r"fail|error|mismatch|wrong|incorrect", re.IGNORECASE)
_PRAISE = re.compile(r"\bpass(?:ed|es)?\b|\bsuccess|Mismatches: ", re.IGNORECASE)

_Shape = tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Bench:
    """A prepared testbench; `render` gives its text for a certain design.

    `design` is the module under test and `duts` the instances of modules that only the candidate
    can define. `golden` is the reference's module, where one stands beside the design.
    `complains` and `praises` tell whether the text has a way to say that something is wrong, or
    that all is well. `driven` names the nets that the testbench drives itself, `files` those it
    reads.
    """

    layout: Layout
    top: str
    design: str
    duts: tuple[Instance, ...]
    golden: Module | None
    golden_instance: Instance | None
    edits: tuple[Edit, ...]
    signed: frozenset[str]
    timescale: str
    releases_nets: bool
    golden_waits: bool
    complains: bool
    praises: bool
    driven: frozenset[str]
    files: frozenset[str]
    _rendered: dict[_Shape, str] = field(default_factory=dict)

    def render(self, module: Module, parts: Sequence[Module] = ()) -> str:
        """The text with `module` as the design; nonces are still their placeholders.

        `parts` are the candidate's other modules that the testbench instantiates.
        """
        shape = tuple(map(_shape, (module, *parts)))
        if shape not in self._rendered:
            edits = [*self.edits, *self._design_edits(shape)]
            self._rendered[shape] = marks.apply(self.layout.text, edits)
        return self._rendered[shape]

    def _design_edits(self, shape: _Shape) -> Iterator[Edit]:
        known = {name: (name, inputs, order) for name, inputs, order in shape}
        known[self.design] = shape[0]
        for dut in self.duts:
            name, inputs, order = known.get(dut.module, (dut.module, (), ()))
            if dut.module != name:
                yield Edit(dut.module_at, dut.module_at + len(dut.module), name)
            named = {c.port for c in dut.connections}
            for number, connection in enumerate(dut.connections):
                port = connection.port or (order[number] if number < len(order) else "")
                if connection.wildcard:
                    yield from (self._extra(connection, p) for p in inputs if p not in named)
                elif port in inputs:
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

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(net of the reference, net of the design) for each output that both have."""
        if self.golden is None or self.golden_instance is None:
            return ()
        ours, theirs = _nets(self.duts[0]), _nets(self.golden_instance)
        return tuple(
            (theirs[p.name], ours[p.name])
            for p in self.golden.interface.outputs
            if theirs.get(p.name) and ours.get(p.name)
        )

    @property
    def inputs(self) -> tuple[str, ...]:
        """The nets that drive the design's inputs, as far as the reference tells which they are."""
        if self.golden is None:
            return ()
        ours = _nets(self.duts[0])
        return tuple(
            ours[p.name]
            for p in self.golden.interface.inputs
            if _NET.fullmatch(ours.get(p.name, ""))
        )


def _shape(module: Module) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    ports = module.interface.ports
    inputs = (p.name for p in ports if p.direction is Direction.INPUT and p.name in module.plain)
    return module.name, tuple(inputs), tuple(p.name for p in ports)


def _nets(instance: Instance) -> dict[str, str]:
    return {c.port: c.text for c in instance.connections if c.port}


def prepare(spec: TestbenchSpec, design: str) -> Bench:
    """Prepare a testbench. `design` is the module an answer must define ('' = find it).

    Raises DataError where the testbench cannot be understood: that is never the candidate's fault.
    """
    sources = (*spec.testbench, *spec.reference)
    where = ", ".join(s.name for s in spec.testbench)
    done = preprocess(sources, includes=spec.data)
    if not done.ok:
        raise unusable(done.diagnostics, where)
    parsed = slang.parse(done.tokens, done.files, with_instances=True)
    found = definitions(done.tokens)
    if not parsed.modules:
        raise unusable(parsed.diagnostics, where)
    spots = [Spot(token, start, end) for token, start, end in parsed.layout.spans()]
    inside = [i for module in parsed.modules for i in module.instances]
    names = {d.name for d in found if d.keyword != "package"}
    duts = tuple(i for i in inside if i.module not in names)
    chosen = find_design(duts, design, where)
    missing = {i.module for i in duts}
    top = spec.top or find_top(parsed.modules, tops(done.tokens, found), missing, where)
    reference = preprocess(spec.reference, includes=(*spec.testbench, *spec.data)).tokens
    golden = find_golden(parsed.modules, inside, definitions(reference), chosen)
    hidden = _hidden(spots, names, inside, parsed)
    return Bench(
        layout=parsed.layout,
        top=top,
        design=chosen,
        duts=tuple(sorted(duts, key=lambda i: i.module != chosen)),
        golden=golden[0] if golden else None,
        golden_instance=golden[1] if golden else None,
        edits=(*marks.print_edits(spots), *marks.name_edits(spots, hidden)),
        signed=_signed_names(spots),
        timescale=next((t.text for t in done.tokens if t.text.startswith("`timescale")), ""),
        releases_nets=bool(_RELEASES.search(parsed.layout.text)),
        golden_waits=not spec.reference or has_delays(reference),
        complains=_says(spots, _COMPLAINT) or _raises(spots),
        praises=_says(spots, _PRAISE),
        driven=find_driven(done.tokens, found, parsed.modules, names, chosen),
        files=frozenset(s.name for s in spec.data) & _strings(spots),
    )


def _hidden(
    spots: Sequence[Spot], names: set[str], inside: Sequence[Instance], parsed: slang.Parsed
) -> set[str]:
    """The names to hide from the design: all scopes, but no port or parameter."""
    shown = {p.name for m in parsed.modules for p in m.interface.ports}
    shown |= {name for m in parsed.modules for name in m.parameters}
    shown |= {c.port for i in inside for c in i.connections if i.module not in names}
    shown |= {i.module for i in inside if i.module not in names}
    return (names | {i.name for i in inside} | marks.scope_names(spots)) - shown - {""}


def _signed_names(spots: Sequence[Spot]) -> frozenset[str]:
    """Names in declarations that say signed (or have a signed type)."""
    found: set[str] = set()
    signed = False
    for spot in spots:
        if spot.text in (";", "(", ")"):
            signed = False
        elif spot.text in _SIGNED_WORDS:
            signed = True
        elif signed and spot.token.kind is Kind.IDENT:
            found.add(spot.text)
    return frozenset(found)


def _raises(spots: Sequence[Spot]) -> bool:
    """Whether the testbench has an assertion or raises an error."""
    return any(spot.text in ("$error", "$fatal", "assert") for spot in spots)


def _says(spots: Sequence[Spot], words: re.Pattern[str]) -> bool:
    """Whether a string of the testbench has such words."""
    return any(spot.token.kind is Kind.STRING and words.search(spot.text) for spot in spots)


def _strings(spots: Sequence[Spot]) -> set[str]:
    return {spot.text[1:-1] for spot in spots if spot.token.kind is Kind.STRING}
