"""The backward dataflow cone of signals, as source lines: what to read when an output is wrong."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gatewright.core import Source
from gatewright.retrieval.cone_drivers import Instance, ModuleFacts, module_facts

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
    hops, `lines` the most lines returned. Code that does not parse is left out, not an error; an
    unknown signal or module gives an empty cone.
    """
    walk = _Walk(sources, depth, lines)
    facts = walk.modules.get(top) or next(iter(walk.modules.values()), None)
    if facts is None:
        return ()
    walk.run(_Place(facts), [_bare(signal) for signal in signals])
    return walk.found()


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

    def __post_init__(self) -> None:
        self.modules = {}
        for source in self.sources:
            for facts in module_facts(source):
                self.modules.setdefault(facts.name, facts)

    def run(self, place: _Place, signals: Sequence[str]) -> None:
        """Walk backwards from the signals of a place."""
        waiting = deque((place, signal, 0) for signal in signals)
        seen: set[tuple[int, str]] = set()
        places = {id(place): place}  # keeps every place alive: `seen` goes by identity
        while waiting and len(seen) < _MOST_SIGNALS and len(self.kept) < self.budget:
            here, signal, hops = waiting.popleft()
            if (id(here), signal) in seen or hops > self.depth:
                continue
            seen.add((id(here), signal))
            for there, name in self._step(here, signal, hops):
                places[id(there)] = there
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
