"""What drives and reads a signal of an interface: the modules that write `bus.ready`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from gatewright.core import DataError
from gatewright.retrieval.drivers import (
    MOST_USES,
    Access,
    Accesses,
    block_drivers,
    block_loads,
    through,
)
from gatewright.retrieval.facts.types import Connection
from gatewright.retrieval.places import Place, SignalPlace, bare, direction_of, port_of
from gatewright.retrieval.repository import Repository

KIND = "interface"
_MOST_PLACES = 300  # modules that an interface is followed into
_INTO = frozenset(("input", "inout", "ref"))
_OUT_OF = frozenset(("output", "inout", "ref"))


@dataclass(frozen=True, slots=True)
class _Held:
    """An interface in a module: the instance or the port of it, by its name there."""

    place: Place
    name: str


def member_drivers(repository: Repository, at: SignalPlace) -> Accesses:
    """What modules with that interface write to one of its signals."""
    return _told(repository, at, _drivers(repository, at))


def member_loads(repository: Repository, at: SignalPlace) -> Accesses:
    """What modules with that interface read of one of its signals."""
    return _told(repository, at, _loads(repository, at))


def _told(repository: Repository, at: SignalPlace, found: Iterator[Access]) -> Accesses:
    of = at.place.definition
    total = repository.count_uses(of.name, of)
    notes = [
        f"{of.name}.{at.signal} is a signal of an interface: what virtual interfaces and clocking "
        "blocks do with it, and what macros read, is not told"
    ]
    if total > MOST_USES:
        notes.append(f"{of.name} has {total} instances: the first {MOST_USES} are followed")
    return Accesses(tuple(dict.fromkeys(found)), tuple(notes))


def _drivers(repository: Repository, at: SignalPlace) -> Iterator[Access]:
    for held in _holders(repository, at):
        member = _member(held.name, at.signal)
        for access in block_drivers(held.place, held.name):
            if member.search(access.target):
                yield access
        yield from _connected(repository, held, member, _OUT_OF, "")


def _loads(repository: Repository, at: SignalPlace) -> Iterator[Access]:
    @cache
    def lines(path: str) -> list[str]:
        try:
            return repository.text(path).split("\n")
        except DataError:  # removed since
            return []

    for held in _holders(repository, at):
        member = _member(held.name, at.signal)
        for block in held.place.module.blocks:
            for access in block_loads(held.place, block, held.name):
                text = "\n".join(lines(access.file)[access.line - 1 : access.end_line])
                if len(member.findall(text)) > len(member.findall(access.target)):
                    yield access
        yield from _connected(repository, held, member, _INTO, "data")


def _member(name: str, signal: str) -> re.Pattern[str]:
    index = r"\s*(?:\[[^\]]*\]\s*)*"
    return re.compile(rf"(?<![\w$.]){re.escape(name)}{index}\.\s*{re.escape(signal)}(?![\w$])")


def _connected(
    repository: Repository,
    held: _Held,
    member: re.Pattern[str],
    directions: frozenset[str],
    role: str,
) -> Iterator[Access]:
    """Ports of instances that the signal is connected to."""
    where = (held.place.path, held.place.module.name)
    for instance in held.place.module.instances:
        for connection in instance.connections:
            if held.name in connection.names and member.search(connection.text):
                below = repository.definition(instance.module, held.place.path)
                port = port_of(connection, below)
                if direction_of(repository, below, port) in directions:
                    yield through(where, instance, connection, port, below, role)


def _holders(repository: Repository, at: SignalPlace) -> Iterator[_Held]:
    """The modules that instantiate the interface, and those below them that it is passed to."""
    of = at.place.definition
    waiting: list[_Held] = []
    for use in islice(repository.uses(of.name, of), MOST_USES):
        holder = use.holder
        waiting.append(_Held(Place(holder, repository.expanded(holder)), use.instance.name))
    seen: set[tuple[int, str]] = set()
    while waiting and len(seen) < _MOST_PLACES:
        held = waiting.pop(0)
        key = (held.place.definition.id, held.name)
        if key in seen:
            continue
        seen.add(key)
        yield held
        waiting += _passed(repository, held)


def _passed(repository: Repository, held: _Held) -> Iterator[_Held]:
    for instance in held.place.module.instances:
        for connection in instance.connections:
            if held.name in connection.names and _is_whole(connection, held.name):
                below = repository.definition(instance.module, held.place.path)
                port = port_of(connection, below)
                if below is not None and direction_of(repository, below, port) == KIND:
                    yield _Held(Place(below, repository.expanded(below)), port)


def _is_whole(connection: Connection, name: str) -> bool:
    """Whether a connection is the interface itself: `bus`, `bus[2]`, `bus.slave`."""
    return re.fullmatch(rf"{re.escape(name)}(\s*\.\s*\w+)?", bare(connection.text)) is not None
