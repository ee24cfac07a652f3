"""What drives a signal and what reads it: in its module, in instances, and from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from gatewright.retrieval.facts.types import Block, Connection, Instance, Range
from gatewright.retrieval.places import (
    Place,
    SignalPlace,
    direction_of,
    find_signals,
    port_of,
    wildcard_port,
    written_names,
)
from gatewright.retrieval.repository import Definition, Repository, Use

MOST_USES = 30  # instances of one module whose connections are told
_OUT = frozenset(("output", "inout", "ref", "interface"))
_IN = frozenset(("input", "inout", "ref", "interface"))


@dataclass(frozen=True, slots=True)
class Access:
    """One place that drives or reads a signal.

    `kind` is the block's (`always_ff`, `assign`, ...), `instance` for a port of an instance inside
    the module, `port` for what an instance of the module is connected to outside of it. `module`
    is where the place is; `via` names instance and port. `block` is the range of the whole block,
    `role` tells what a reader uses the signal for: data, control, clock, reset.
    """

    file: str
    line: int
    end_line: int
    kind: str
    module: str
    clock: str = ""
    reset: str = ""
    condition: str = ""
    target: str = ""
    via: str = ""
    role: str = ""
    scope: str = ""
    block_line: int = 0
    block_end_line: int = 0


@dataclass(frozen=True, slots=True)
class Accesses:
    """What was found, and remarks on what was not looked at or is only assumed."""

    found: tuple[Access, ...]
    notes: tuple[str, ...] = ()


def drivers(repository: Repository, signal: str, near: str = "") -> Accesses:
    """What drives `MODULE.SIGNAL`, in every module of that name that has the signal.

    Raises UsageError where there is no such module or signal.
    """
    from gatewright.retrieval.interface_members import member_drivers

    asked = (drivers_of, member_drivers)
    return _joined(repository, find_signals(repository, signal, near), asked)


def loads(repository: Repository, signal: str, near: str = "") -> Accesses:
    """What reads `MODULE.SIGNAL`. Raises as `drivers` does."""
    from gatewright.retrieval.interface_members import member_loads

    asked = (loads_of, member_loads)
    return _joined(repository, find_signals(repository, signal, near), asked)


def drivers_of(repository: Repository, at: SignalPlace) -> Accesses:
    """What drives one signal of one module."""
    place, signal = at.place, at.signal
    inside = list(block_drivers(place, signal))
    known, assumed = _instance_drivers(repository, place, signal)
    outside, notes = _outside(repository, at, _IN, "")
    found = (*inside, *known, *outside)
    if not found and assumed:
        return Accesses(tuple(assumed), (*notes, *_directions(assumed)))
    return Accesses(found, notes)


def loads_of(repository: Repository, at: SignalPlace) -> Accesses:
    """What reads one signal of one module."""
    place, signal = at.place, at.signal
    inside = [
        access for block in place.module.blocks for access in block_loads(place, block, signal)
    ]
    known, assumed = _instance_loads(repository, place, signal)
    outside, notes = _outside(repository, at, _OUT, "data")
    return Accesses((*inside, *known, *assumed, *outside), (*notes, *_directions(assumed)))


def _joined(
    repository: Repository,
    places: tuple[SignalPlace, ...],
    asked: tuple[Callable[[Repository, SignalPlace], Accesses], ...],
) -> Accesses:
    """Every place's answer to the first question; interfaces' to the second, too."""
    answers = [
        ask(repository, at)
        for at in places
        for ask in asked[: 2 if at.place.definition.kind == "interface" else 1]
    ]
    found = tuple(access for answer in answers for access in answer.found)
    notes = [note for answer in answers for note in answer.notes]
    if len(places) > 1:
        files = ", ".join(f"{p.place.path}:{p.place.definition.line}" for p in places)
        notes.insert(0, f"{places[0].place.module.name} is defined {len(places)} times: {files}")
    return Accesses(found, tuple(dict.fromkeys(notes)))


# inside the module


def block_drivers(place: Place, signal: str) -> Iterator[Access]:
    """Where the blocks of a module assign to a signal."""
    for block in place.module.blocks:
        if signal in block.drives:
            for given in block.assignments:
                if signal in given.targets:
                    when = block.when(given.condition)
                    yield _access(place, block, given.range, when, given.target, "")


def block_loads(place: Place, block: Block, signal: str) -> Iterator[Access]:
    """Where a block reads a signal: in assignments, else in conditions, else somewhere."""
    if signal not in block.loads:
        return
    role = _event_role(block, signal)
    told = bool(role)
    if role:
        yield _access(place, block, block.range, "", "", role)
    for given in block.assignments:
        if signal in given.loads:
            told = True
            when = block.when(given.condition)
            yield _access(place, block, given.range, when, given.target, "data")
    lines = {c.line: c.text for c in block.conditions if signal in c.loads} if not role else {}
    for line, text in lines.items():
        told = True
        yield _access(place, block, Range(line, 1, line, 1), text, "", "control")
    if not told:
        yield _access(place, block, block.range, "", "", "data")


def _event_role(block: Block, signal: str) -> str:
    if signal == block.clock:
        return "clock"
    waited = any(signal == event.signal for event in block.events)
    return ("reset" if signal == block.reset else "control") if waited else ""


def _access(
    place: Place, block: Block, at: Range, condition: str, target: str, role: str
) -> Access:
    return Access(
        place.path,
        at.line,
        at.end_line,
        block.kind.value,
        place.module.name,
        block.clock,
        block.reset,
        " && ".join(part for part in (block.guard, condition) if part),
        target,
        "",
        role,
        block.scope,
        block.range.line,
        block.range.end_line,
    )


# instances inside the module


def _instance_drivers(
    repository: Repository, place: Place, signal: str
) -> tuple[list[Access], list[Access]]:
    """Outputs connected to the signal; and ports whose directions are not known."""
    known: list[Access] = []
    unknown: list[Access] = []
    where = (place.path, place.module.name)
    for instance, below, connection, port in _connections(repository, place, signal):
        direction = direction_of(repository, below, port)
        if connection is not None and signal not in written_names(connection):
            continue
        if direction in _OUT or not direction:
            (known if direction else unknown).append(
                through(where, instance, connection, port, below, "")
            )
    return known, unknown


def _instance_loads(
    repository: Repository, place: Place, signal: str
) -> tuple[list[Access], list[Access]]:
    """Inputs connected to the signal; and ports whose directions are not known."""
    known: list[Access] = []
    unknown: list[Access] = []
    where = (place.path, place.module.name)
    for instance, below, connection, port in _connections(repository, place, signal):
        direction = direction_of(repository, below, port)
        index = connection is not None and signal not in written_names(connection)
        if direction in _IN or not direction or index:
            (known if direction or index else unknown).append(
                through(where, instance, connection, port, below, "data")
            )
    return known, unknown


def _directions(assumed: list[Access]) -> tuple[str, ...]:
    """A note on ports that may be inputs or outputs."""
    ports = ", ".join(sorted({access.via.partition(" ")[0] for access in assumed}))
    return (f"the direction of {ports} is not known",) if ports else ()


def _connections(
    repository: Repository, place: Place, signal: str
) -> Iterator[tuple[Instance, Definition | None, Connection | None, str]]:
    """The connections of a signal to instances: without a Connection where `.*` makes it."""
    for instance in place.module.instances:
        given = [c for c in instance.connections if signal in c.names]
        if not given and not instance.wildcard:
            continue
        below = repository.definition(instance.module, place.path)
        for connection in given:
            yield instance, below, connection, port_of(connection, below)
        if not given and wildcard_port(instance, below, signal):
            yield instance, below, None, signal


def through(
    where: tuple[str, str],
    instance: Instance,
    connection: Connection | None,
    port: str,
    below: Definition | None,
    role: str,
) -> Access:
    """An access through an instance; `where` is the file and the module that hold it."""
    at = connection.range if connection is not None else instance.range
    defined = f"{below.path}:{below.line}" if below else "not in the repository"
    return Access(
        where[0],
        at.line,
        at.end_line,
        "instance",
        where[1],
        condition=instance.guard,
        target=connection.text if connection is not None else port,
        via=f"{instance.name}.{port} ({instance.module}, {defined})",
        role=role,
        scope=instance.scope,
        block_line=instance.range.line,
        block_end_line=instance.range.end_line,
    )


# from outside the module


def _outside(
    repository: Repository, at: SignalPlace, directions: frozenset[str], role: str
) -> tuple[list[Access], tuple[str, ...]]:
    """What instances of the module connect to a port of it."""
    definition = at.place.definition
    direction = direction_of(repository, definition, at.signal)
    if direction not in directions or at.place.module.port(at.signal) is None:
        return [], ()
    name = definition.name
    found: list[Access] = []
    for use in islice(repository.uses(name, definition), MOST_USES):
        connection = _connected(use, definition, at.signal)
        if connection is not None or wildcard_port(use.instance, definition, at.signal):
            where = (use.path, use.parent.name)
            access = through(where, use.instance, connection, at.signal, definition, role)
            found.append(replace(access, kind="port"))
    total = repository.count_uses(name, definition)
    if total > MOST_USES:
        return found, (f"{name} has {total} instances: the first {MOST_USES} are told",)
    return found, ()


def _connected(use: Use, definition: Definition, port: str) -> Connection | None:
    return next(
        (c for c in use.instance.connections if port_of(c, definition) == port and c.text), None
    )
