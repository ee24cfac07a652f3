"""The backward dataflow cone of signals, as source lines: what to read when an output is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gatewright.core import Source
from gatewright.retrieval.dataflow import Frame, Visit, Walk
from gatewright.retrieval.facts.types import NOWHERE, Block, BlockKind, Module, Range
from gatewright.retrieval.places import Place, bare

_MOST_STEPS = 2000
_LONGEST_STATEMENT = 8  # lines shown of one assignment
_FIRST_VALUES = frozenset((BlockKind.DECLARATION, BlockKind.INITIAL))


@dataclass(frozen=True, slots=True)
class ConeLine:
    """A source line in the cone; `depth` is its distance from the signals asked for, in hops."""

    file: str
    line: int
    text: str
    depth: int


@dataclass(frozen=True, slots=True)
class ConeSignals:
    """The names in a cone that belong to the top module itself.

    `ports` are all of its ports; `internal` its registers and wires in the cone, nearest first;
    `clocked` = something in the module waits for an edge.
    """

    ports: tuple[str, ...] = ()
    internal: tuple[str, ...] = ()
    clocked: bool = False


def cone(
    sources: Sequence[Source],
    top: str,
    signals: Sequence[str],
    depth: int = 4,
    lines: int = 40,
) -> tuple[ConeLine, ...]:
    """The lines that decide `signals` of module `top`, in file order, nearest hops first kept.

    Goes through assignments with the conditions around them, functions, generate blocks, gates
    and instances, both down into a module's outputs and up from its inputs. `signals` may be
    hierarchical or indexed; only the last name counts. `depth` is in hops, `lines` the most lines
    returned. Where there is no module `top`, the first that no other one instantiates counts. Code
    that does not parse is left out, not an error; an unknown signal gives an empty cone.
    """
    kept: dict[tuple[str, int], int] = {}
    walk = _walked(sources, top, signals, depth)
    shown = _Shown(sources)
    for visit in walk.visits:
        for place in shown.lines(visit):
            if len(kept) < lines:
                kept.setdefault(place, visit.depth - 1)
    return shown.texts(kept)


def cone_signals(
    sources: Sequence[Source], top: str, signals: Sequence[str], depth: int = 4
) -> ConeSignals:
    """The registers and wires of `top` that decide `signals`; memories and loop variables too."""
    walk = _walked(sources, top, signals, depth)
    if not walk.visits:
        return ConeSignals()
    start = walk.visits[0].frame
    module = start.place.module
    ports = tuple(port.name for port in module.ports)
    driven = {n for b in module.blocks if b.kind not in _FIRST_VALUES for n in b.drives}
    wanted = {signal.name for signal in module.signals} & driven - set(ports)
    names = (visit.signal for visit in walk.visits if visit.frame is start)
    internal = dict.fromkeys(name for name in names if name in wanted)
    return ConeSignals(ports, tuple(internal), any(is_clocked(b) for b in module.blocks))


def is_clocked(block: Block) -> bool:
    """Whether a block drives registers: it waits for an edge, again and again."""
    return bool(block.clock) and block.kind is not BlockKind.INITIAL


def _walked(sources: Sequence[Source], top: str, signals: Sequence[str], depth: int) -> Walk:
    """The walk from those signals; without visits where there is no module at all."""
    from gatewright.retrieval.source_design import SourceDesign

    design = SourceDesign(sources)
    walk = Walk(design, depth + 1, _MOST_STEPS, clocks=True)
    definition = design.root(top)
    if definition is not None:
        start = Frame(Place(definition, design.module(definition)), "")
        walk.run(start, [bare(signal).rpartition(".")[2] for signal in signals])
    return walk


class _Shown:
    """Which lines of the sources show what a walk found."""

    def __init__(self, sources: Sequence[Source]) -> None:
        from gatewright.retrieval.headings import Headings

        self._texts = {source.name: source.text.splitlines() for source in sources}
        self._headings = {source.name: Headings(source.text) for source in sources}

    def lines(self, visit: Visit) -> Iterator[tuple[str, int]]:
        """The statements found, what stands over them, the signal's declaration."""
        for step in visit.steps:
            last = min(step.end_line, step.line + _LONGEST_STATEMENT - 1)
            yield from ((step.file, line) for line in range(step.line, last + 1))
        for step in visit.steps:
            over = self._headings[step.file].around(step.line, step.end_line)
            yield from ((step.file, line) for line in over)
        yield from self._declared(visit)

    def _declared(self, visit: Visit) -> Iterator[tuple[str, int]]:
        """The line of the signal's declaration: in its module, else in its process."""
        place = visit.frame.place
        line = _places(place.module).get(visit.signal, NOWHERE).line
        if not line and visit.steps:
            line = self._headings[place.path].declared(visit.signal, visit.steps[0].line)
        if line:
            yield place.path, line

    def texts(self, kept: dict[tuple[str, int], int]) -> tuple[ConeLine, ...]:
        """The lines kept, in order of the sources."""
        order = {name: position for position, name in enumerate(self._texts)}
        found = []
        for file, line in sorted(kept, key=lambda place: (order[place[0]], place[1])):
            text = self._texts[file][line - 1].rstrip() if line <= len(self._texts[file]) else ""
            if text.strip():
                found.append(ConeLine(file, line, text, kept[file, line]))
        return tuple(found)


def _places(module: Module) -> dict[str, Range]:
    """Where a module declares what, the signals before a port or parameter of that name."""
    return {
        **{parameter.name: parameter.range for parameter in module.parameters},
        **{port.name: port.range for port in module.ports},
        **{signal.name: signal.range for signal in module.signals},
    }
