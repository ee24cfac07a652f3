"""A signal in a repository: found by `MODULE.SIGNAL`, also through instances."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatewright.core import UsageError
from gatewright.retrieval.design import Design
from gatewright.retrieval.facts.types import Connection, Instance, Module
from gatewright.retrieval.repository import Definition, Repository

_LISTED = "gatewright show lists its instances"
_SELECTS = re.compile(r"\[[^\[\]]*\]")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A module as it is defined in one file, and its facts."""

    definition: Definition
    module: Module

    @property
    def path(self) -> str:
        """The file, relative to the repository."""
        return self.definition.path


@dataclass(frozen=True, slots=True)
class SignalPlace:
    """A signal of a module."""

    place: Place
    signal: str


def find_modules(repository: Repository, name: str, near: str = "") -> tuple[Place, ...]:
    """Every definition of a module; with `near`, a file of the repository, only the nearest one.

    Raises UsageError where there is none.
    """
    found = repository.definitions(name, near)
    if not found:
        raise UsageError(
            f"no module, package or class is called {name}",
            where=str(repository.root),
            hint=_like(name, repository.names()) or "gatewright index lists what there is",
        )
    return tuple(Place(d, repository.expanded(d)) for d in (found[:1] if near else found))


def find_signals(repository: Repository, text: str, near: str = "") -> tuple[SignalPlace, ...]:
    """A signal by `MODULE.SIGNAL` or `MODULE.INSTANCE.SIGNAL`, in every definition that has it;
    with `near`, in the nearest one.

    Bits (`q[3]`) are left aside, but for an escaped name that holds them: `\\q[3]` or as `show`
    tells it. Raises UsageError where there is no such module or signal.
    """
    name, dot, rest = bare(text).partition(".")
    if not dot or not name or not rest:
        raise UsageError("a signal is asked for as MODULE.SIGNAL", where=text)
    *instances, signal = rest.split(".")
    places = find_modules(repository, name, near)
    whole = text.partition(".")[2].strip().removeprefix("\\")
    if whole != signal:
        escaped = tuple(SignalPlace(p, whole) for p in places if whole in names_of(p.module))
        if escaped:
            return escaped
    for instance in instances:
        places = _below(repository, places, instance)
    found = tuple(
        SignalPlace(place, signal) for place in places if signal in names_of(place.module)
    )
    if not found:
        known = sorted({n for place in places for n in names_of(place.module)})
        inside = places[0].module.name
        raise UsageError(
            f"{inside} has no signal {signal}",
            where=f"{places[0].path}:{places[0].definition.line}",
            hint=_like(signal, known) or f"gatewright show lists what {inside} has",
        )
    return found


def _below(repository: Repository, places: tuple[Place, ...], instance: str) -> tuple[Place, ...]:
    """The modules behind an instance of that name; of a generate block's, the modules themselves.

    Labels are let be, since names are looked for in the module as a whole.
    """
    found: list[Place] = []
    for place in places:
        if instance in _labels(place.module):
            found.append(place)
        for used in place.module.instances:
            if used.name == instance:
                below = repository.definitions(used.module, place.path)
                found += (Place(d, repository.expanded(d)) for d in below[:1])
    if not found:
        first = places[0]
        known = [used.name for used in first.module.instances]
        raise UsageError(
            f"{first.module.name} has no instance {instance} of a module in the repository",
            where=f"{first.path}:{first.definition.line}",
            hint=_why_none(first.module, instance) or _like(instance, known) or _LISTED,
        )
    return tuple({place.definition: place for place in found}.values())


def _labels(module: Module) -> frozenset[str]:
    """The labels of the generate blocks that hold something."""
    scopes = {block.scope for block in module.blocks} | {i.scope for i in module.instances}
    return frozenset(label for scope in scopes for label in scope.split(".") if label)


def _why_none(module: Module, name: str) -> str:
    if any(used.name == name for used in module.instances):
        return "what it instantiates is not here"
    if name in names_of(module):
        return f"{name} is a signal: ask for {module.name}.{name}"
    return ""


def bare(text: str) -> str:
    """A signal without its indices."""
    before = ""
    while before != text:
        before, text = text, _SELECTS.sub("", text)
    return text.strip()


def _like(name: str, known: list[str] | tuple[str, ...]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, 3, 0.6)
    return f"did you mean {' or '.join(near)}?" if near else ""


def names_of(module: Module) -> frozenset[str]:
    """Every name that is a signal of a module: declared, or a net that is only used."""
    found = {port.name for port in module.ports} | {signal.name for signal in module.signals}
    for block in module.blocks:
        found.update(block.drives, block.loads)
    for instance in module.instances:
        for connection in instance.connections:
            found.update(connection.names)
    return frozenset(found)


def written_names(connection: Connection) -> frozenset[str]:
    """The names that an output drives through a connection: not those in its indices."""
    return frozenset(_WORD.findall(bare(connection.text))) & frozenset(connection.names)


def port_of(connection: Connection, below: Definition | None) -> str:
    """The port of a connection, where it goes by position too; empty where it is unknown."""
    if connection.port or below is None:
        return connection.port
    ports = below.ports
    return ports[connection.position][0] if connection.position < len(ports) else ""


def direction_of(design: Design, below: Definition | None, port: str) -> str:
    """A port's direction; `interface` where its type is one; empty where it is unknown."""
    if below is None:
        return ""
    entry = next((found for found in below.ports if found[0] == port), None)
    if entry is None:
        return ""
    _, direction, type_ = entry
    word = _WORD.match(type_)
    if word and direction != "interface":
        named = design.definition(word[0], below.path)
        if named is not None and named.kind == "interface":
            return "interface"
    return direction


def wildcard_port(instance: Instance, below: Definition | None, signal: str) -> bool:
    """Whether `.*` connects a signal to the port of the same name."""
    return (
        instance.wildcard
        and below is not None
        and any(name == signal for name, _, _ in below.ports)
        and all(connection.port != signal for connection in instance.connections)
    )
