"""A PyTorch module as the tracer saw it: operations in order."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gatewright.agents.symbolic.abstain import Abstain


@dataclass(frozen=True, slots=True)
class Ref:
    """The value of an earlier operation."""

    name: str


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value that has no place in a kernel (a dtype, a device): its text."""

    text: str


@dataclass(frozen=True, slots=True)
class Slice:
    """`start:stop:step`."""

    start: Value
    stop: Value
    step: Value


Value = Ref | Opaque | Slice | bool | int | float | str | None | tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Module:
    """A leaf module: its class, plain attributes, and the names of its parameters."""

    kind: str
    attributes: Mapping[str, Value]
    parameters: frozenset[str]


@dataclass(frozen=True, slots=True)
class Node:
    """One operation. `op` is the tracer's: placeholder, call_function, call_method, output …

    `number` marks an input that is no tensor; `constant` is the value of a tensor that is known.
    """

    name: str
    op: str
    target: str
    args: tuple[Value, ...] = ()
    kwargs: Mapping[str, Value] = field(default_factory=dict)
    module: Module | None = None
    number: bool = False
    constant: float | None = None


def read_graph(text: str) -> tuple[Node, ...]:
    """The nodes of a traced graph. Raises Abstain where the tracer gave a reason instead."""
    found = json.loads(text)
    if "reason" in found:
        raise Abstain(f"the module cannot be traced: {found['reason']}")
    return tuple(_node(row) for row in found["nodes"])


def _node(row: Mapping[str, object]) -> Node:
    args, kwargs, module = row["args"], row["kwargs"], row.get("module")
    assert isinstance(args, list) and isinstance(kwargs, dict)
    return Node(
        str(row["name"]),
        str(row["op"]),
        str(row["target"]),
        tuple(map(_value, args)),
        {key: _value(value) for key, value in kwargs.items()},
        _module(module) if isinstance(module, dict) else None,
        bool(row.get("number")),
        float(str(row["constant"])) if "constant" in row else None,
    )


def _module(row: Mapping[str, object]) -> Module:
    attributes, parameters = row["attributes"], row["parameters"]
    assert isinstance(attributes, dict) and isinstance(parameters, list)
    known = {key: _value(value) for key, value in attributes.items()}
    return Module(str(row["class"]), known, frozenset(map(str, parameters)))


def _value(value: object) -> Value:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    assert isinstance(value, dict)
    ((kind, inner),) = value.items()
    if kind == "node":
        return Ref(str(inner))
    if kind in ("tuple", "list"):
        return tuple(map(_value, inner))
    if kind == "slice":
        return Slice(*map(_value, inner))
    return Opaque(str(inner))


def refs(value: Value) -> Sequence[str]:
    """The operations that a value names."""
    if isinstance(value, Ref):
        return (value.name,)
    if isinstance(value, tuple):
        return tuple(name for one in value for name in refs(one))
    if isinstance(value, Slice):
        return (*refs(value.start), *refs(value.stop), *refs(value.step))
    return ()
