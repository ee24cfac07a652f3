"""Facts as JSON and back: arrays by position, as the named tuples are."""

from __future__ import annotations

import json
from typing import Any

from gatewright.retrieval.facts.types import (
    Assignment,
    Block,
    BlockKind,
    Condition,
    Connection,
    Event,
    Instance,
    Module,
    ModuleKind,
    Override,
    Parameter,
    Port,
    Range,
    Signal,
    TypeName,
)

_dump = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False).encode


def encode(module: Module) -> bytes:
    """A module as bytes that `decode` reads. Lone surrogates are kept."""
    return _dump(module).encode("utf-8", "surrogatepass")


def decode(data: bytes) -> Module:
    """The module that was encoded. Raises ValueError for other bytes."""
    try:
        return _module(json.loads(data.decode("utf-8", "surrogatepass")))
    except (TypeError, IndexError, KeyError) as error:
        raise ValueError(f"no facts of a module: {error}") from error


def _module(row: list[Any]) -> Module:
    kind, name, parent, ports, parameters, imports, packages, signals, types, *rest = row
    instances, blocks, bases, doc, place = rest
    return Module(
        ModuleKind(kind),
        name,
        parent,
        tuple(Port(n, way, t, d, Range(*r)) for n, way, t, d, r in ports),
        tuple(Parameter(n, k, t, v, Range(*r)) for n, k, t, v, r in parameters),
        tuple(imports),
        tuple(packages),
        tuple(Signal(n, t, size, d, Range(*r)) for n, t, size, d, r in signals),
        tuple(TypeName(n, k, tuple(members), Range(*r)) for n, k, members, r in types),
        tuple(_instance(*instance) for instance in instances),
        tuple(_block(*block) for block in blocks),
        tuple(bases),
        doc,
        Range(*place),
    )


def _instance(
    module: str,
    name: str,
    overrides: list[list[str]],
    connections: list[list[Any]],
    wildcard: bool,
    scope: str,
    guard: str,
    doc: str,
    place: list[int],
) -> Instance:
    return Instance(
        module,
        name,
        tuple(Override(*override) for override in overrides),
        tuple(
            Connection(p, n, t, tuple(names), Range(*r), i) for p, n, t, names, r, i in connections
        ),
        wildcard,
        scope,
        guard,
        doc,
        Range(*place),
    )


def _block(
    kind: str,
    name: str,
    drives: list[str],
    loads: list[str],
    local: list[str],
    calls: list[str],
    clock: str,
    reset: str,
    events: list[list[str]],
    conditions: list[list[Any]],
    assignments: list[list[Any]],
    scope: str,
    guard: str,
    doc: str,
    place: list[int],
) -> Block:
    return Block(
        BlockKind(kind),
        name,
        tuple(drives),
        tuple(loads),
        tuple(local),
        tuple(calls),
        clock,
        reset,
        tuple(Event(*event) for event in events),
        tuple(Condition(t, tuple(names), parent, line) for t, names, parent, line in conditions),
        tuple(
            Assignment(tuple(to), target, tuple(names), condition, Range(*r))
            for to, target, names, condition, r in assignments
        ),
        scope,
        guard,
        doc,
        Range(*place),
    )
