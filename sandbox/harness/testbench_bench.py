"""A testbench made ready: marked, renamed, and wired to the design."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from gatewright.core import TestbenchSpec
from gatewright.sandbox.harness import testbench_marks as marks
from gatewright.sandbox.harness.kept import Kept, digest, letters
from gatewright.sandbox.harness.testbench_ends import Ends, end_edits, find_ends
from gatewright.sandbox.harness.testbench_find import (
    find_design,
    find_driven,
    find_golden,
    find_top,
    unusable,
)
from gatewright.sandbox.harness.testbench_marks import Edit, Spot
from gatewright.sandbox.harness.testbench_wiring import NET, Outputs, Shape, Wiring, shape_of, veil
from gatewright.sandbox.integrity import Kind, Layout, definitions, has_delays, preprocess, tops
from gatewright.sandbox.tools import slang
from gatewright.sandbox.tools.slang_modules import Instance, Module

_SIGNED_WORDS = frozenset({"signed", "integer", "int", "byte", "shortint", "longint"})
_RELEASES = re.compile(
    r"'[sS]?[bBoOdDhH][0-9a-fA-FxX_]*[zZ?]|'[zZ]\b|\b(?:tri|tri0|tri1|pullup|pulldown|inout)\b"
)
_COMPLAINT = re.compile(r"fail|error|mismatch|wrong|incorrect", re.IGNORECASE)
_PRAISE = re.compile(r"\bpass(?:ed|es)?\b|\bsuccess|Mismatches: ", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_][\w$]*")
_BARE_GENERATE = re.compile(r"(?:\)|\belse|:)\s*\Z")
_COUNTS = re.compile(r"Mismatches: .* in .* samples")
_READS = frozenset({"$readmemh", "$readmemb", "$fopen"})


@dataclass(frozen=True, slots=True)
class Bench:
    """A prepared testbench; `render` gives its text for a certain design.

    `design` is the module under test and `duts` the instances of modules that only the candidate
    can define. `golden` is the reference's module, where one stands beside the design.
    `complains` and `praises` tell whether the text has a way to say that something is wrong, or
    that all is well. `driven` names the nets that the testbench drives itself, `files` the data
    it reads. `ends` is None where the testbench counts samples, which tells more.
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
    ends: Ends | None
    _rendered: dict[tuple[tuple[Shape, ...], Outputs], str] = field(default_factory=dict)

    def render(
        self, module: Module, parts: Sequence[Module] = (), outputs: Outputs = Outputs.DIRECT
    ) -> str:
        """The text with `module` as the design; nonces are still their placeholders.

        `parts` are the candidate's other modules that the testbench instantiates.
        """
        shapes = tuple(map(shape_of, (module, *parts)))
        key = (shapes, outputs)
        if key not in self._rendered:
            wiring = Wiring(self.duts, self.design, self.signed)
            edits = [*self.edits, *wiring.edits(shapes, outputs)]
            self._rendered[key] = marks.apply(self.layout.text, edits) + veil(outputs)
        return self._rendered[key]

    def place(self, block: int) -> str:
        """Where an initial block is, for a message."""
        if self.ends is None:
            return ""
        line = self.layout.text.count("\n", 0, self.ends.blocks[block].start) + 1
        place = self.layout.place(line)
        return f" (the initial block at {place.file}:{place.line})" if place else ""

    @property
    def veilable(self) -> bool:
        """Whether nets of their own can be declared for its outputs."""
        text = self.layout.text
        return not any(
            text[dut.name_at + len(dut.name) :].lstrip().startswith("[")  # an array of designs
            or _BARE_GENERATE.search(text, 0, dut.module_at)
            for dut in self.duts
        )

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
            if NET.fullmatch(ours.get(p.name, ""))
        )


# Shared, because a loop makes a harness for every check. A bench weighs some sixty bytes a letter.
_kept: Kept[Bench] = Kept(128 << 20)
_WEIGHT = 60


def _nets(instance: Instance) -> dict[str, str]:
    return {c.port: c.text for c in instance.connections if c.port}


def prepared(spec: TestbenchSpec, design: str) -> Bench:
    """What `prepare` returns, kept for the next check of the same problem."""
    key = digest((spec.top, design), spec.testbench, spec.reference, spec.data)
    weight = _WEIGHT * letters(spec.testbench, spec.reference)
    return _kept.get(key, weight, lambda: prepare(spec, design))


def prepare(spec: TestbenchSpec, design: str) -> Bench:
    """Prepare a testbench. `design` is the module an answer must define ('' = find it).

    Raises DataError where the testbench cannot be understood: that is never the candidate's fault.
    """
    sources = (*spec.testbench, *spec.reference)
    where = ", ".join(s.name for s in spec.testbench)
    done = preprocess(sources, includes=spec.data)
    if not done.ok:
        raise unusable(done.diagnostics, where, spec.reference)
    parsed = slang.parse(done.tokens, done.files, with_instances=True)
    found = definitions(done.tokens)
    if not parsed.modules:
        raise unusable(parsed.diagnostics, where, spec.reference)
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
    counts = _says(spots, _COUNTS)
    ends = None if counts else find_ends(spots, [i for m in parsed.modules for i in m.initials])
    stopping = end_edits(spots, ends) if ends else ()
    data = {PurePosixPath(s.name).name for s in spec.data}
    return Bench(
        layout=parsed.layout,
        top=top,
        design=chosen,
        duts=tuple(sorted(duts, key=lambda i: i.module != chosen)),
        golden=golden[0] if golden else None,
        golden_instance=golden[1] if golden else None,
        edits=(
            *marks.print_edits(spots),
            *marks.name_edits(spots, hidden),
            *marks.letter_edits(spots, _nets_at(duts)),
            *_bare_names(spots, data),
            *stopping,
        ),
        signed=_signed_names(spots),
        timescale=next((t.text for t in done.tokens if t.text.startswith("`timescale")), ""),
        releases_nets=bool(_RELEASES.search(parsed.layout.text)),
        golden_waits=not spec.reference or has_delays(reference),
        complains=_says(spots, _COMPLAINT) or _raises(spots),
        praises=_says(spots, _PRAISE),
        driven=find_driven(done.tokens, found, parsed.modules, names, chosen),
        files=frozenset(data if _computes_names(spots) else data & _strings(spots)),
        ends=ends,
    )


def _nets_at(duts: Sequence[Instance]) -> set[str]:
    """The names at the ports of the design."""
    return {name for dut in duts for c in dut.connections for name in _NAME.findall(c.text)} | {
        c.port for dut in duts for c in dut.connections if c.implicit
    }


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
    """What the testbench's strings say, and the bare names of those that are paths."""
    said = {spot.text[1:-1] for spot in spots if spot.token.kind is Kind.STRING}
    return said | {PurePosixPath(text).name for text in said if "/" in text}


def _computes_names(spots: Sequence[Spot]) -> bool:
    """Whether the testbench opens files whose names are no literals."""
    return any(
        spot.text in _READS and after.token.kind is not Kind.STRING
        for spot, after in zip(spots, spots[2:], strict=False)
    )


def _bare_names(spots: Sequence[Spot], data: set[str]) -> Iterator[Edit]:
    """Data files lie in the working folder, wherever the testbench looks for them."""
    for spot in spots:
        if spot.token.kind is Kind.STRING and "/" in spot.text:
            name = PurePosixPath(spot.text[1:-1]).name
            if name in data:
                yield Edit(spot.start, spot.end, f'"{name}"')
