"""What signals are bound to: expressions, found in the facts of the statements that drive them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from gatewright.retrieval.dataflow import Frame, Visit, Walk
from gatewright.retrieval.design import Design
from gatewright.retrieval.facts.types import Assignment, Block
from gatewright.retrieval.places import Place, port_of, written_names
from gatewright.retrieval.text_slice import Offsets

_DEPTH = 1000
_MOST_STEPS = 2000
_NAME = re.compile(r"(?<![\w$.'])[A-Za-z_][\w$]*")
_GIVES = re.compile(r"\A[^=]*?<?=\s*|\Areturn\b\s*")


@dataclass(frozen=True, slots=True)
class Term:
    """A node of a dataflow tree.

    `kind` is signal, constant, operator, branch, bit, bits, concatenation, keeps (the value it
    has) or cut; `text` the name, number or operator; `of` the operands, of a branch the condition
    first.
    """

    kind: str
    text: str
    of: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Binding:
    """What a signal, or `bits` of it, is bound to.

    `signal` is named from the module asked for, through instances. pyverilog gives one whole
    expression and its tree; the facts give each assignment with the `condition` around it.
    """

    signal: str
    bits: str
    clock: str
    condition: str
    expression: str
    term: Term | None = None


def bindings(
    design: Design, place: Place, signals: Sequence[str], text: Callable[[str], str]
) -> tuple[Binding, ...]:
    """Every assignment in the cone of signals, and what the ports on the way are connected to.

    `text` gives a file's text.
    """
    walk = Walk(design, _DEPTH, _MOST_STEPS, clocks=True, upwards=False)
    walk.run(Frame(place, ""), signals)
    texts: dict[str, Offsets] = {}
    found: dict[Binding, None] = {}
    for visit in walk.visits:
        path = visit.frame.place.path
        if path not in texts:
            texts[path] = Offsets(text(path))
        found |= dict.fromkeys(_assigned(visit, texts[path]))
        found |= dict.fromkeys(_from_below(design, visit))
        found |= dict.fromkeys(_from_above(visit))
    return tuple(found)


def _assigned(visit: Visit, text: Offsets) -> Iterator[Binding]:
    prefix = _prefix(visit.frame)
    for block in visit.frame.place.module.blocks:
        for given in block.assignments:
            if visit.signal in given.targets and given.range.line:
                yield _binding(f"{prefix}{visit.signal}", block, given, text, prefix)


def _binding(signal: str, block: Block, given: Assignment, text: Offsets, prefix: str) -> Binding:
    edge = next((event.edge for event in block.events if event.signal == block.clock), "")
    written = _GIVES.sub("", " ".join(text.of(given.range).split()), count=1).rstrip(" ;")
    when = " && ".join(part for part in (block.guard, block.when(given.condition)) if part)
    return Binding(
        signal,
        "".join(given.target.partition("[")[1:]),
        f"{edge} {prefix}{block.clock}" if edge else "",
        _named(when, block.loads, prefix),
        _named(written, given.loads, prefix),
    )


def _from_below(design: Design, visit: Visit) -> Iterator[Binding]:
    """Outputs of instances that the signal is connected to."""
    frame, prefix = visit.frame, _prefix(visit.frame)
    for instance in frame.place.module.instances:
        given = [c for c in instance.connections if visit.signal in written_names(c)]
        below = design.definition(instance.module, frame.place.path) if given else None
        for port in (port_of(connection, below) for connection in given):
            if below is not None and below.direction(port) == "output":
                there = f"{prefix}{instance.name}.{port}"
                yield Binding(f"{prefix}{visit.signal}", "", "", instance.guard, there)


def _from_above(visit: Visit) -> Iterator[Binding]:
    """What an input is connected to where its module is instantiated."""
    frame, signal = visit.frame, visit.signal
    definition = frame.place.definition
    if frame.above is None or frame.instance is None or definition.direction(signal) == "output":
        return
    for given in frame.instance.connections:
        if port_of(given, definition) == signal:
            written = _named(given.text, given.names, _prefix(frame.above))
            yield Binding(f"{_prefix(frame)}{signal}", "", "", "", written)


def _prefix(frame: Frame) -> str:
    return f"{frame.path}." if frame.path else ""


def _named(text: str, names: Iterable[str], prefix: str) -> str:
    """An expression with its names as they are called from the module asked for."""
    own = frozenset(names)
    if not prefix:
        return text
    return _NAME.sub(lambda found: f"{prefix}{found[0]}" if found[0] in own else found[0], text)
