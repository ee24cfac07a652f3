"""The job that traces a problem's model into a graph of operations.

Request: `text`. Leaves `graph`: {"nodes": [{"name", "op", "target", "args", "kwargs", "module",
"number", "constant"}]}, or {"reason"}; `number` marks an input that is no tensor, `constant` is
the value of a tensor of one element that the forward makes of a number. Values are written as
{"node": name}, {"list": [...]}, {"tuple": [...]}, {"slice": [...]}, {"dtype": name},
{"other": text}, or themselves. Nothing is computed: the model is built on the meta device.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import fx

from gatewright.sandbox.kernel.inside.problem import ProblemFile

Json = dict[str, Any]
_PLAIN = (bool, int, float, str, type(None))
_LONGEST = 300


def run(request: Json) -> None:
    """Trace, and write the graph, or why there is none."""
    try:
        found: Json = {"nodes": _nodes(request["text"])}
    except Exception as error:  # whatever the user's code, or the tracer, raises
        found = {"reason": f"{type(error).__name__}: {error}"[:_LONGEST]}
    Path("graph").write_text(json.dumps(found), encoding="utf-8")


def _nodes(text: str) -> list[Json]:
    problem = ProblemFile.run(text)
    with torch.device("meta"):
        model = problem.build(problem.get_init_inputs())
        inputs = problem.get_inputs()
    tracer = fx.Tracer()
    graph = tracer.trace(model)
    modules = dict(model.named_modules())
    nodes = [_node(node, modules) for node in graph.nodes]
    places = [node for node in nodes if node["op"] == "placeholder"]
    for node, value in zip(places, inputs, strict=False):
        node["number"] = isinstance(value, bool | int | float)
    for node in nodes:
        if node["op"] == "get_attr":
            made = getattr(tracer.root, node["target"], None)
            if isinstance(made, torch.Tensor) and made.device.type == "cpu" and made.numel() == 1:
                node["constant"] = float(made)
    return nodes


def _node(node: fx.Node, modules: dict[str, torch.nn.Module]) -> Json:
    target = node.target
    name = target if isinstance(target, str) else getattr(target, "__name__", str(target))
    found: Json = {
        "name": node.name,
        "op": node.op,
        "target": name,
        "args": [_value(arg) for arg in node.args],
        "kwargs": {key: _value(value) for key, value in node.kwargs.items()},
    }
    if node.op == "call_module":
        found["module"] = _module(modules[str(target)])
    return found


def _module(module: torch.nn.Module) -> Json:
    """A leaf module: its class, its plain attributes, and which parameters it has."""
    plain = {
        key: _value(value)
        for key, value in vars(module).items()
        if not key.startswith("_") and (isinstance(value, _PLAIN) or _numbers(value))
    }
    held = [name for name, value in module.named_parameters(recurse=False) if value is not None]
    return {"class": type(module).__name__, "attributes": plain, "parameters": held}


def _numbers(value: Any) -> bool:
    return isinstance(value, tuple | list) and all(isinstance(v, _PLAIN) for v in value)


def _value(value: Any) -> Any:
    if isinstance(value, fx.Node):
        return {"node": value.name}
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, tuple | list):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [_value(one) for one in value]}
    if isinstance(value, slice):
        return {"slice": [_value(value.start), _value(value.stop), _value(value.step)]}
    if isinstance(value, torch.dtype):
        return {"dtype": str(value)}
    return {"other": str(value)[:_LONGEST]}
