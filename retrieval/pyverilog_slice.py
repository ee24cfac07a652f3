"""Runs confined: cuts a parsed design down to what decides some signals of its top module.

Works in place on pyverilog's syntax tree; imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pyverilog.vparser import ast

Names = frozenset[str]
_NONE: Names = frozenset()
_PROCESSES = (ast.Always, ast.Initial)


class Effect(NamedTuple):
    """Something that gives `targets` values, which depend on `reads`."""

    targets: Names
    reads: Names


@dataclass
class Part:
    """A module and what of it is wanted."""

    node: Any
    effects: list[Effect]
    directions: dict[str, str]
    ports: list[str]
    needed: set[str] = field(default_factory=set)
    outputs: set[str] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)  # known to be driven: by no unknown module


def cut(source: Any, top: str, signals: Iterable[str]) -> list[str]:
    """Leave only what decides the signals; the names of instantiated modules that are missing."""
    modules = {d.name: d for d in source.description.definitions if isinstance(d, ast.ModuleDef)}
    parts = {name: _part(module) for name, module in modules.items()}
    for part in parts.values():
        _settle(part, parts)
    parts[top].needed |= set(signals)
    changed = True
    while changed:
        before = [(len(part.needed), len(part.outputs)) for part in parts.values()]
        for part in parts.values():
            if part.needed:
                _grow(part, parts)
        changed = before != [(len(part.needed), len(part.outputs)) for part in parts.values()]
    missing = {
        i.module
        for part in parts.values()
        for i in _instances(part.node.items)
        if i.module not in parts
        and any(_wanted(p, c, part, None) for p, c in _connections(i, None))
    }
    for name, part in parts.items():
        if part.needed:
            _prune(part, parts, name == top)
    used = [d for d in source.description.definitions if getattr(d, "name", "") in parts]
    source.description.definitions = tuple(d for d in used if parts[d.name].needed)
    return sorted(missing)


# names


def names(node: Any) -> Names:
    """Every name that a tree uses; of a dotted one the first part as well."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if here is None or isinstance(here, str):
            continue
        if isinstance(here, ast.Identifier):
            found.add(here.name)
            if here.scope is not None:
                found.update(label.name for label in here.scope.labellist)
            continue
        waiting.extend(here.children())
    return frozenset(found)


def _written(left: Any) -> Effect:
    """What a left-hand side writes, and what its indices read."""
    if isinstance(left, ast.Lvalue):
        return _written(left.var)
    if isinstance(left, ast.Identifier):
        return Effect(frozenset((left.name,)), _NONE)
    if isinstance(left, ast.Pointer):
        return Effect(_written(left.var).targets, names(left.ptr) | _written(left.var).reads)
    if isinstance(left, ast.Partselect):
        inner = _written(left.var)
        return Effect(inner.targets, inner.reads | names(left.msb) | names(left.lsb))
    every = [_written(child) for child in left.children()]
    return Effect(_NONE.union(*(e.targets for e in every)), _NONE.union(*(e.reads for e in every)))


# effects


def _part(module: Any) -> Part:
    ports: list[str] = []
    directions: dict[str, str] = {}
    for port in module.portlist.ports if module.portlist is not None else ():
        first = port.first if isinstance(port, ast.Ioport) else port
        ports.append(first.name)
        if isinstance(port, ast.Ioport):
            directions[first.name] = type(first).__name__
    for item in module.items:
        for declared in item.list if isinstance(item, ast.Decl) else ():
            if isinstance(declared, (ast.Input, ast.Output, ast.Inout)):
                directions[declared.name] = type(declared).__name__
    return Part(module, [e for item in module.items for e in _effects(item)], directions, ports)


def _settle(part: Part, parts: dict[str, Part]) -> None:
    """Note what processes and known modules drive as a whole, and what comes from outside."""
    part.settled |= {name for name, way in part.directions.items() if way == "Input"}
    for item in part.node.items:
        if isinstance(item, ast.Always):
            part.settled |= _NONE.union(*(effect.targets for effect in _effects(item)))
        for given in item.list if isinstance(item, ast.Decl) else (item,):
            if isinstance(given, ast.Assign) and isinstance(given.left.var, ast.Identifier):
                part.settled.add(given.left.var.name)
    for instance in _instances(part.node.items):
        below = parts.get(instance.module)
        for port, given in _connections(instance, below):
            whole = isinstance(given.argname, ast.Identifier)
            if whole and below is not None and below.directions.get(port) == "Output":
                part.settled.add(given.argname.name)


def _effects(item: Any) -> Iterator[Effect]:
    if isinstance(item, ast.Decl):
        for declared in item.list:
            yield from _effects(declared)
    elif isinstance(item, ast.Assign):
        targets, reads = _written(item.left)
        yield Effect(targets, reads | names(item.right))
    elif isinstance(item, ast.Always):
        yield from _statement(item.statement, names(item.sens_list))
    elif isinstance(item, ast.Initial):
        yield from _statement(item.statement, _NONE)
    elif isinstance(item, (ast.Function, ast.Task)):
        yield Effect(frozenset((item.name,)), names(item))


def _statement(node: Any, control: Names) -> Iterator[Effect]:
    if isinstance(node, ast.Substitution):
        targets, reads = _written(node.left)
        yield Effect(targets, reads | names(node.right) | control)
    elif isinstance(node, ast.IfStatement):
        control |= names(node.cond)
        for branch in (node.true_statement, node.false_statement):
            yield from _statement(branch, control)
    elif isinstance(node, ast.CaseStatement):
        control |= names(node.comp)
        for case in node.caselist:
            labels = (names(label) for label in case.cond or ())
            yield from _statement(case.statement, control.union(*labels))
    elif isinstance(node, ast.Block):
        for child in node.statements or ():
            yield from _statement(child, control)
    elif isinstance(node, ast.ForStatement):
        control |= names(node.cond)
        for child in (node.pre, node.post, node.statement):
            yield from _statement(child, control)
    elif node is not None and not isinstance(node, (ast.SystemCall, ast.SingleStatement)):
        every = names(node) | control  # a task, a loop: all that it names may change
        yield Effect(every, every)


def _instances(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        if isinstance(item, ast.InstanceList):
            yield from item.instances


# what is needed


def _grow(part: Part, parts: dict[str, Part]) -> None:
    """Add what the needed names of one module depend on, and what they need of its instances."""
    grown = True
    while grown:
        size = len(part.needed)
        for effect in part.effects:
            if effect.targets & part.needed:
                part.needed |= effect.reads
        for instance in _instances(part.node.items):
            _grow_instance(instance, part, parts)
        for item in part.node.items:
            if isinstance(item, ast.GenerateStatement) and _given(item, parts) & part.needed:
                part.needed |= names(item)
                _grow_generated(item, parts)
        grown = len(part.needed) != size


def _grow_instance(instance: Any, part: Part, parts: dict[str, Part]) -> None:
    below = parts.get(instance.module)
    wanted = [(p, c) for p, c in _connections(instance, below) if _wanted(p, c, part, below)]
    if not wanted:
        return
    part.needed |= _parameters(instance)
    if below is None:
        part.needed |= _NONE.union(*(names(c.argname) for c in instance.portlist))
        return
    below.outputs |= {port for port, _ in wanted}
    below.needed |= below.outputs
    for port, connection in _connections(instance, below):
        if port in below.needed and below.directions.get(port) != "Output":
            part.needed |= names(connection.argname)


def _given(node: Any, parts: dict[str, Part]) -> Names:
    """What is given a value somewhere inside a generate block."""
    if isinstance(node, (ast.Substitution, ast.Assign)):
        return _written(node.left).targets
    if isinstance(node, ast.Instance):
        below = parts.get(node.module)
        given = (c for p, c in _connections(node, below) if _may_drive(p, c, below))
        return _NONE.union(*(_driven(connection.argname) for connection in given))
    return _NONE.union(*(_given(child, parts) for child in node.children()))


def _grow_generated(node: Any, parts: dict[str, Part]) -> None:
    """What a generate block instantiates is needed whole: it is kept or left as one."""
    if isinstance(node, ast.InstanceList):
        if below := parts.get(node.module):
            below.outputs |= set(below.ports)
            below.needed |= below.outputs
        return
    for child in node.children():
        _grow_generated(child, parts)


def _parameters(instance: Any) -> Names:
    return _NONE.union(*(names(given.argname) for given in instance.parameterlist or ()))


def _connections(instance: Any, below: Part | None) -> Iterator[tuple[str, Any]]:
    ports = below.ports if below is not None else []
    for position, connection in enumerate(instance.portlist or ()):
        by_order = ports[position] if position < len(ports) else ""
        yield connection.portname or by_order, connection


def _wanted(port: str, connection: Any, part: Part, below: Part | None) -> bool:
    """Whether a port may drive something that is needed."""
    if not _may_drive(port, connection, below):
        return False
    wanted = part.needed if below is not None else part.needed - part.settled
    return bool(_driven(connection.argname) & wanted)


def _may_drive(port: str, connection: Any, below: Part | None) -> bool:
    if connection.argname is None:
        return False
    return below is None or below.directions.get(port) != "Input"


def _driven(expression: Any) -> Names:
    try:
        return _written(expression).targets
    except AttributeError:  # an expression, which nothing can drive
        return _NONE


# cutting


def _prune(part: Part, parts: dict[str, Part], top: bool) -> None:
    module = part.node
    pruned = {id(item): _pruned(item, part, parts) for item in module.items}
    kept = {place: item for place, item in pruned.items() if item is not None}
    used = set(part.needed if not top else part.needed & set(part.directions))
    used |= set() if top else set(part.ports)
    for item in kept.values():
        used |= names(item) | {i.name for i in getattr(item, "instances", ())}
    for port in module.portlist.ports if module.portlist is not None else ():
        first = port.first if isinstance(port, ast.Ioport) else port
        if first.name in used:
            used |= names(port)
    module.items = tuple(_declared(kept, module.items, used))
    if top and module.portlist is not None:
        ports = module.portlist.ports
        module.portlist.ports = tuple(
            p for p in ports if (p.first if isinstance(p, ast.Ioport) else p).name in used
        )


def _declared(kept: dict[int, Any], items: Iterable[Any], used: set[str]) -> Iterator[Any]:
    """What is kept of the items, with the declarations it uses, in the order of the module."""
    declarations = [item for item in items if isinstance(item, ast.Decl)]
    grown = True
    while grown:
        size = len(used)
        for declared in (d for item in declarations for d in item.list):
            if not isinstance(declared, ast.Assign) and declared.name in used:
                used |= names(declared)
        grown = len(used) != size
    for item in items:
        if isinstance(item, ast.Decl):
            item.list = tuple(
                d
                for d in item.list
                if (_driven(d.left) & used if isinstance(d, ast.Assign) else d.name in used)
            )
            if item.list:
                yield item
        elif id(item) in kept:
            yield kept[id(item)]


def _pruned(item: Any, part: Part, parts: dict[str, Part]) -> Any:
    """What is left of an item; None where nothing is, or it only declares."""
    if isinstance(item, ast.Decl):
        inside = [d for d in item.list if isinstance(d, ast.Assign)]
        wanted = [d for d in inside if _written(d.left).targets & part.needed]
        item.list = tuple(d for d in item.list if d not in inside or d in wanted)
        return ast.Decl(tuple(wanted)) if wanted else None
    if isinstance(item, _PROCESSES):
        item.statement = _kept(item.statement, part.needed)
        if item.statement is None:
            return None
        return item if type(item) in _PROCESSES else ast.Always(_sensitivity(item), item.statement)
    if isinstance(item, ast.InstanceList):
        return _kept_instances(item, part, parts)
    if isinstance(item, ast.GenerateStatement):
        return item if _given(item, parts) & part.needed else None
    effects = list(_effects(item))
    return item if any(effect.targets & part.needed for effect in effects) else None


def _sensitivity(process: Any) -> Any:
    """Of `always_ff` its own, of `always_comb` and `always_latch` everything read."""
    own = process.sens_list
    return own if own is not None and own.list else ast.SensList((ast.Sens(None, "all"),))


def _kept_instances(item: Any, part: Part, parts: dict[str, Part]) -> Any:
    below = parts.get(item.module)
    kept = []
    for instance in item.instances:
        if not any(_wanted(p, c, part, below) for p, c in _connections(instance, below)):
            continue
        for port, connection in _connections(instance, below):
            if below is not None and port not in below.needed:
                connection.argname = None
        kept.append(instance)
    item.instances = tuple(kept)
    return item if kept else None


def _kept(node: Any, needed: set[str]) -> Any:
    """What is left of a statement: nothing where it gives no needed name a value."""
    if node is None or not any(effect.targets & needed for effect in _statement(node, _NONE)):
        return None
    if isinstance(node, ast.Block):
        inside = (_kept(child, needed) for child in node.statements or ())
        node.statements = tuple(child for child in inside if child is not None)
    elif isinstance(node, ast.IfStatement):
        node.false_statement = _kept(node.false_statement, needed)
        inner = _kept(node.true_statement, needed)
        if isinstance(inner, ast.IfStatement):  # the generator writes no begin: whose is the else?
            inner = ast.Block((inner,))
        node.true_statement = inner or ast.Block(())
    elif isinstance(node, ast.CaseStatement):
        for case in node.caselist:
            case.statement = _kept(case.statement, needed) or ast.Block(())
    elif isinstance(node, ast.ForStatement):
        node.statement = _kept(node.statement, needed) or ast.Block(())
    return node
