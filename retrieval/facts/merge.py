"""Joins what the variants of a text showed of the same design unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from gatewright.retrieval.facts.types import (
    Assignment,
    Block,
    BlockKind,
    Condition,
    Instance,
    Module,
    Port,
    Range,
)

T = TypeVar("T")


def merge(parts: Iterable[Sequence[Module]]) -> tuple[Module, ...]:
    """The units of all variants; the same unit of several becomes one, in order of place."""
    found: list[Module] = []
    named: dict[str, list[int]] = {}
    for modules in parts:
        for module in modules:
            alike = named.setdefault(module.name, [])
            place = next((i for i in alike if _same(module, found[i])), None)
            if place is None:
                alike.append(len(found))
                found.append(module)
            else:
                found[place] = _union(found[place], module)
    return tuple(sorted(found, key=lambda module: module.range[:2]))


def _same(one: Module, other: Module) -> bool:
    overlap = one.range.line <= other.range.end_line and other.range.line <= one.range.end_line
    return one.kind is other.kind and overlap


def _union(one: Module, other: Module) -> Module:
    return one._replace(
        ports=_ports(one.ports, other.ports),
        parameters=_distinct(one.parameters, other.parameters),
        imports=_distinct(one.imports, other.imports),
        packages=tuple(sorted({*one.packages, *other.packages})),
        signals=_distinct(one.signals, other.signals),
        types=_distinct(one.types, other.types),
        instances=_instances(one.instances, other.instances),
        blocks=_blocks(one.blocks, other.blocks),
        bases=_distinct(one.bases, other.bases),
        doc=one.doc or other.doc,
        range=_hull(one.range, other.range),
    )


def _distinct(one: tuple[T, ...], other: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _hull(one: Range, other: Range) -> Range:
    start, end = min(one[:2], other[:2]), max(one[2:], other[2:])
    return Range(start[0], start[1], end[0], end[1])


def _ports(one: tuple[Port, ...], other: tuple[Port, ...]) -> tuple[Port, ...]:
    """Each name once, told as fully as one of them tells it, in the order they are written."""
    found = {port.name: port for port in other}
    found.update((port.name, port) for port in one if port.direction or port.name not in found)
    return tuple(sorted(found.values(), key=lambda port: port.range[:2]))


def _instances(one: tuple[Instance, ...], other: tuple[Instance, ...]) -> tuple[Instance, ...]:
    found = {(i.module, i.name, i.range[:2]): i for i in one}
    for instance in other:
        key = (instance.module, instance.name, instance.range[:2])
        known = found.get(key)
        if known is not None:
            instance = known._replace(
                connections=_distinct(known.connections, instance.connections),
                overrides=_distinct(known.overrides, instance.overrides),
                wildcard=known.wildcard or instance.wildcard,
                range=_hull(known.range, instance.range),
            )
        found[key] = instance
    return tuple(sorted(found.values(), key=lambda instance: instance.range[:2]))


def _blocks(one: tuple[Block, ...], other: tuple[Block, ...]) -> tuple[Block, ...]:
    found = dict(_placed(one))
    for key, block in _placed(other):
        known = found.get(key)
        found[key] = block if known is None else _block(known, block)
    return tuple(sorted(found.values(), key=lambda block: block.range[:2]))


def _placed(
    blocks: Iterable[Block],
) -> Iterator[tuple[tuple[BlockKind, tuple[int, int], int], Block]]:
    """Blocks by kind and place; those that one use of a macro makes have both in common."""
    seen: Counter[tuple[BlockKind, tuple[int, int]]] = Counter()
    for block in blocks:
        at = (block.kind, (block.range.line, block.range.column))
        yield (*at, seen[at]), block
        seen[at] += 1


def _block(one: Block, other: Block) -> Block:
    """Both variants of a process: the second one's conditions are numbered after the first's."""
    if one == other:
        return one
    known = {(a.range[:2], a.targets) for a in one.assignments}
    shift = len(one.conditions)
    added = [a for a in other.assignments if (a.range[:2], a.targets) not in known]
    conditions = [_shifted(c, shift) for c in other.conditions] if added else []
    return one._replace(
        drives=tuple(sorted({*one.drives, *other.drives})),
        loads=tuple(sorted({*one.loads, *other.loads})),
        locals=tuple(sorted({*one.locals, *other.locals})),
        calls=tuple(sorted({*one.calls, *other.calls})),
        clock=one.clock or other.clock,
        reset=one.reset or other.reset,
        events=_distinct(one.events, other.events),
        conditions=(*one.conditions, *conditions),
        assignments=(*one.assignments, *(_moved(a, shift) for a in added)),
        range=_hull(one.range, other.range),
    )


def _shifted(condition: Condition, by: int) -> Condition:
    return condition._replace(parent=condition.parent + by if condition.parent >= 0 else -1)


def _moved(assignment: Assignment, by: int) -> Assignment:
    condition = assignment.condition
    return assignment._replace(condition=condition + by if condition >= 0 else -1)
