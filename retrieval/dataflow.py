"""The dataflow cone of a signal: the statements that decide its value, through the hierarchy."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from gatewright.retrieval.blackboxes import unknown_drivers
from gatewright.retrieval.design import Design
from gatewright.retrieval.facts.types import Block, BlockKind, Connection, Instance
from gatewright.retrieval.places import (
    Place,
    bare,
    direction_of,
    find_signals,
    port_of,
    wildcard_port,
    written_names,
)
from gatewright.retrieval.repository import Repository

_MOST_PARENTS = 4  # instances of the module asked for through which the walk leaves it upwards
_MOST_VISITS = 20_000


@dataclass(frozen=True, slots=True)
class ConeStep:
    """A statement or connection in a cone; `depth` is its distance from the signal, in hops.

    `signal` is what it drives there, `path` the instances from the module asked for, joined by
    dots; `^` is a step up, out of the module.
    """

    file: str
    line: int
    end_line: int
    depth: int
    kind: str
    module: str
    path: str
    signal: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Cone:
    """The steps, nearest first; `cut` tells that limits ended the walk before the design did."""

    steps: tuple[ConeStep, ...]
    cut: bool


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A module in the hierarchy: entered through an instance of the one above, or from below."""

    place: Place
    path: str
    above: Frame | None = None
    instance: Instance | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A signal that the walk came to, and the steps found there."""

    frame: Frame
    signal: str
    depth: int
    steps: tuple[ConeStep, ...]


def cone(
    repository: Repository, signal: str, depth: int = 4, most: int = 200, near: str = ""
) -> Cone:
    """What decides `MODULE.SIGNAL`, backwards, up to `depth` hops and `most` steps.

    An assignment, with the conditions around it, is one hop; so is a port. Where several modules
    have that name, the nearest to `near`, or the first, counts. Raises UsageError where there is
    no such module or signal.
    """
    at = find_signals(repository, signal, near)[0]
    walk = Walk(repository, depth, most)
    walk.run(Frame(at.place, ""), [at.signal])
    steps = sorted(walk.steps.values(), key=lambda s: (s.depth, s.path, s.file, s.line))
    return Cone(tuple(steps[:most]), walk.cut or len(steps) > most)


@dataclass
class Walk:
    """Breadth first, backwards; with `clocks`, also to what clocks the registers on the way.

    With `upwards`, it leaves the module where it starts through what instantiates that.
    """

    design: Design
    depth: int
    most: int
    clocks: bool = False
    upwards: bool = True
    steps: dict[tuple[str, int, int, str, str, str], ConeStep] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)
    cut: bool = False
    _below: dict[tuple[int, int], Frame] = field(default_factory=dict)

    def run(self, start: Frame, signals: Sequence[str]) -> None:
        """Walk until the hops, the steps or the design end."""
        waiting = deque((start, signal, 1) for signal in dict.fromkeys(signals))
        seen = {(id(start), signal) for signal in signals}  # `visits` keeps the frames alive
        while waiting:
            frame, name, hops = waiting.popleft()
            if hops > self.depth or len(self.steps) >= self.most or len(seen) > _MOST_VISITS:
                self.cut = True
                continue
            before = len(self.steps)
            found = list(self._sources(frame, name, hops))
            steps = tuple(islice(self.steps.values(), before, None))
            self.visits.append(Visit(frame, name, hops, steps))
            for there, read in found:
                if (id(there), read) not in seen:
                    seen.add((id(there), read))
                    waiting.append((there, read, hops + 1))

    def _sources(self, frame: Frame, name: str, hops: int) -> Iterator[tuple[Frame, str]]:
        for block in frame.place.module.blocks:
            yield from self._block(frame, block, name, hops)
        for instance in frame.place.module.instances:
            yield from self._down(frame, instance, name, hops)
        yield from self._through(frame, name, hops)
        if frame.place.module.port(name) is not None:
            yield from self._up(frame, name, hops)

    def _block(
        self, frame: Frame, block: Block, name: str, hops: int
    ) -> Iterator[tuple[Frame, str]]:
        if name not in block.drives and name not in block.locals:
            return
        for given in block.assignments:
            if name in given.targets:
                when = block.when(given.condition)
                place = (given.range.line, given.range.end_line)
                self._keep(frame, *place, hops, block.kind.value, name, when)
                yield from ((frame, read) for read in sorted(block.reads(given)))
        if self.clocks and block.kind is not BlockKind.INITIAL:
            yield from ((frame, bare(event.signal)) for event in block.events)
        called = set(block.calls)
        for function in frame.place.module.blocks if called else ():
            if function.name in called:  # what it returns is assigned under its own name
                yield frame, function.name

    def _down(
        self, frame: Frame, instance: Instance, name: str, hops: int
    ) -> Iterator[tuple[Frame, str]]:
        """Into an instance whose output is connected to the signal."""
        given = [c for c in instance.connections if name in written_names(c)]
        if not given and not instance.wildcard:
            return
        below = self.design.definition(instance.module, frame.place.path)
        if below is None:
            return
        ports = [(port_of(c, below), c) for c in given]
        line, end = instance.range.line, instance.range.end_line
        if not given and wildcard_port(instance, below, name):
            if direction_of(self.design, below, name) != "input":
                self._keep(frame, line, end, hops, "instance", name, instance.guard)
                yield self._inside(frame, instance), name
            return
        for port, connection in ports:
            if direction_of(self.design, below, port) not in ("input", ""):
                at = connection.range
                self._keep(frame, at.line, at.end_line, hops, "instance", name, instance.guard)
                yield self._inside(frame, instance), port

    def _through(self, frame: Frame, name: str, hops: int) -> Iterator[tuple[Frame, str]]:
        """Through modules that are not known: they may drive what nothing else does."""
        for instance in unknown_drivers(self.design, frame.place, name):
            for connection in instance.connections:
                if name in written_names(connection):
                    at = connection.range
                    self._keep(frame, at.line, at.end_line, hops, "instance", name, instance.guard)
                yield from ((frame, read) for read in connection.names if read != name)

    def _inside(self, frame: Frame, instance: Instance) -> Frame:
        """The frame of an instance, the same one each time."""
        key = (id(frame), id(instance))
        known = self._below.get(key)
        if known is None:
            definition = self.design.definition(instance.module, frame.place.path)
            assert definition is not None
            place = Place(definition, self.design.expanded(definition))
            path = f"{frame.path}.{instance.name}".removeprefix(".")
            known = self._below[key] = Frame(place, path, frame, instance)
        return known

    def _up(self, frame: Frame, name: str, hops: int) -> Iterator[tuple[Frame, str]]:
        """Out of a module through one of its inputs."""
        definition = frame.place.definition
        if direction_of(self.design, definition, name) == "output":
            return
        if frame.above is not None and frame.instance is not None:
            yield from self._out(frame, frame.above, frame.instance, name, hops)
            return
        if frame.path or not self.upwards:
            return  # already above the module asked for, by a way that has no further up
        if self.design.count_uses(definition.name, definition) > _MOST_PARENTS:
            self.cut = True
            return
        for use in self.design.uses(definition.name, definition):
            place = Place(use.holder, self.design.expanded(use.holder))
            outer = Frame(place, f"^{use.parent.name}")
            yield from self._out(frame, outer, use.instance, name, hops)

    def _out(
        self, frame: Frame, above: Frame, instance: Instance, port: str, hops: int
    ) -> Iterator[tuple[Frame, str]]:
        definition = frame.place.definition
        connection: Connection | None = next(
            (c for c in instance.connections if port_of(c, definition) == port), None
        )
        if connection is not None:
            at = connection.range
            self._keep(above, at.line, at.end_line, hops, "port", port, instance.guard)
            yield from ((above, read) for read in connection.names)
        elif wildcard_port(instance, definition, port):
            at = instance.range
            self._keep(above, at.line, at.end_line, hops, "port", port, instance.guard)
            yield above, port

    def _keep(
        self, frame: Frame, line: int, end: int, hops: int, kind: str, name: str, condition: str
    ) -> None:
        key = (frame.place.path, line, end, frame.path, name, condition)
        if key not in self.steps:
            module = frame.place.module.name
            self.steps[key] = ConeStep(
                frame.place.path, line, end, hops, kind, module, frame.path, name, condition
            )
