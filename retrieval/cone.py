"""The backward dataflow cone of signals, as source lines: what to read when an output is wrong."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gatewright.core import Source
from gatewright.retrieval.cone_drivers import Instance, ModuleFacts, Process, module_facts

_MOST_LINES = 2000
_MOST_SIGNALS = 2000  # visited before the walk gives up: keeps netlists bounded


@dataclass(frozen=True, slots=True)
class ConeLine:
    """A source line in the cone; `depth` is its distance from the signals asked for, in hops."""

    file: str
    line: int
    text: str
    depth: int


def cone(
    sources: Sequence[Source],
    top: str,
    signals: Sequence[str],
    depth: int = 4,
    lines: int = 40,
) -> tuple[ConeLine, ...]:
    """The lines that decide `signals` of module `top`, in file order, nearest hops first kept.

    Goes through continuous assignments, always blocks with the conditions around an assignment,
    functions, generate blocks, gates and instances, both down into a module's outputs and up from
    its inputs. `signals` may be hierarchical or indexed; only the last name counts. `depth` is in
    hops, `lines` the most lines returned. Where there is no module `top`, the first that no other
    one instantiates counts. Code that does not parse is left out, not an error; an unknown signal
    gives an empty cone.
    """
    walk = _Walk(sources, depth, lines)
    facts = walk.top(top)
    if facts is None:
        return ()
    walk.run(_Place(facts), [_bare(signal) for signal in signals])
    return walk.found()


@dataclass(frozen=True, slots=True)
class ConeSignals:
    """The names in a cone that belong to the top module itself.

    `ports` are all of its ports; `internal` its registers and wires in the cone, nearest first;
    `clocked` = something in the module waits for an edge.
    """

    ports: tuple[str, ...] = ()
    internal: tuple[str, ...] = ()
    clocked: bool = False


def cone_signals(
    sources: Sequence[Source], top: str, signals: Sequence[str], depth: int = 4
) -> ConeSignals:
    """The registers and wires of `top` that decide `signals`; memories and loop variables too."""
    walk = _Walk(sources, depth, _MOST_LINES)
    facts = walk.top(top)
    if facts is None:
        return ConeSignals()
    place = _Place(facts)
    walk.run(place, [_bare(signal) for signal in signals])
    settled = {Process.DECLARATION, Process.INITIAL}
    driven = {n for d in facts.drivers if d.process not in settled for n in d.targets}
    names = (name for where, name in walk.visited if where is place)
    internal = (n for n in names if n in facts.declared and n in driven and n not in facts.ports)
    clocked = any(driver.process is Process.CLOCKED for driver in facts.drivers)
    return ConeSignals(tuple(facts.ports), tuple(dict.fromkeys(internal)), clocked)


def _bare(signal: str) -> str:
    return signal.split("[", 1)[0].rsplit(".", 1)[-1].strip()


@dataclass(frozen=True)
class _Place:
    """A module in its hierarchy: through which instance of which place it was entered."""

    facts: ModuleFacts
    above: _Place | None = None
    instance: Instance | None = None


@dataclass
class _Walk:
    """Breadth first from the signals backwards, until depth, budget or the facts run out."""

    sources: Sequence[Source]
    depth: int
    budget: int
    modules: dict[str, ModuleFacts] = field(init=False)
    kept: dict[tuple[str, int], int] = field(init=False, default_factory=dict)
    visited: list[tuple[_Place, str]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.modules = {}
        for source in self.sources:
            for facts in module_facts(source):
                self.modules.setdefault(facts.name, facts)

    def top(self, name: str) -> ModuleFacts | None:
        """The module of that name, else the first that no other one instantiates."""
        used = {instance.module for facts in self.modules.values() for instance in facts.instances}
        roots = (facts for facts in self.modules.values() if facts.name not in used)
        return self.modules.get(name) or next(roots, None)

    def run(self, place: _Place, signals: Sequence[str]) -> None:
        """Walk backwards from the signals of a place."""
        waiting = deque((place, signal, 0) for signal in signals)
        seen: set[tuple[int, str]] = set()  # by identity; `visited` keeps the places alive
        while waiting and len(seen) < _MOST_SIGNALS and len(self.kept) < self.budget:
            here, signal, hops = waiting.popleft()
            if (id(here), signal) in seen or hops > self.depth:
                continue
            seen.add((id(here), signal))
            self.visited.append((here, signal))
            for there, name in self._step(here, signal, hops):
                waiting.append((there, name, hops + 1))

    def _step(self, here: _Place, signal: str, hops: int) -> Iterator[tuple[_Place, str]]:
        facts = here.facts
        drivers = [driver for driver in facts.drivers if signal in driver.targets]
        for driver in drivers:
            self._keep(facts, driver.lines, hops)
        for driver in drivers:
            self._keep(facts, driver.control, hops)
        if signal in facts.declared:
            self._keep(facts, (facts.declared[signal],), hops)
        for driver in drivers:
            yield from ((here, name) for name in sorted(driver.reads))
        for instance in facts.instances:
            yield from self._into(here, instance, signal, hops)
        if here.above is not None and facts.ports.get(signal) != "output":
            yield from self._out(here, signal, hops)

    def _into(
        self, here: _Place, instance: Instance, signal: str, hops: int
    ) -> Iterator[tuple[_Place, str]]:
        """Down: the signal hangs on a port of the instance."""
        below = self.modules.get(instance.module)
        for connection in instance.connections:
            if signal not in connection.names:
                continue
            port = connection.port or _at(below, connection.position)
            if below is not None and below.ports.get(port) == "input":
                continue
            self._keep(here.facts, (instance.line, *connection.lines), hops)
            if below is not None:
                yield _Place(below, here, instance), port
            else:  # an unknown module: everything it is connected to may matter
                for other in instance.connections:
                    yield from ((here, name) for name in sorted(other.names))
        if instance.wildcard and below is not None and below.ports.get(signal) == "output":
            self._keep(here.facts, (instance.line,), hops)
            yield _Place(below, here, instance), signal

    def _out(self, here: _Place, signal: str, hops: int) -> Iterator[tuple[_Place, str]]:
        """Up: the signal is an input of a module that was entered through an instance."""
        above, instance = here.above, here.instance
        if above is None or instance is None or signal not in here.facts.ports:
            return
        named = False
        for connection in instance.connections:
            if (connection.port or _at(here.facts, connection.position)) == signal:
                named = True
                self._keep(above.facts, connection.lines, hops)
                yield from ((above, name) for name in sorted(connection.names))
        if instance.wildcard and not named:
            yield above, signal

    def _keep(self, facts: ModuleFacts, lines: Sequence[int], hops: int) -> None:
        for line in lines:
            if len(self.kept) >= self.budget:
                return
            self.kept.setdefault((facts.file, line), hops)

    def found(self) -> tuple[ConeLine, ...]:
        """The lines kept, in file order."""
        texts = {source.name: source.text.splitlines() for source in self.sources}
        order = {source.name: position for position, source in enumerate(self.sources)}
        places = sorted(self.kept, key=lambda place: (order[place[0]], place[1]))
        return tuple(
            ConeLine(file, line, texts[file][line - 1].rstrip(), self.kept[file, line])
            for file, line in places
            if line <= len(texts[file]) and texts[file][line - 1].strip()
        )


def _at(facts: ModuleFacts | None, position: int) -> str:
    ports = tuple(facts.ports) if facts is not None else ()
    return ports[position] if position < len(ports) else ""
