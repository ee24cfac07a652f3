"""What an answer will ask to be compiled, read from its text where that is plain to see.

To know it beforehand spares a run whose only outcome would be that something is to be compiled.
Nothing rests on it: what the answer really asks for is what it runs with.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from gatewright.core import UsageError
from gatewright.sandbox.emulator import Unit, unit_of_inline

_PARAMETERS = (
    *("name", "cpp_sources", "cuda_sources", "functions", "extra_cflags"),
    "extra_cuda_cflags",
)


def expected_units(text: str) -> tuple[Unit, ...]:
    """The units of every `load_inline` outside functions whose arguments are literals."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return ()
    known: dict[str, object] = {}
    found = []
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.Expr) and _is_load(statement.value):
            unit = _unit(statement.value, known)
            if unit is not None:
                found.append(unit)
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            try:
                known[statement.targets[0].id] = _value(statement.value, known)
            except ValueError:
                known.pop(statement.targets[0].id, None)
    return tuple(found)


def _is_load(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name == "load_inline"


def _unit(node: ast.expr, known: Mapping[str, object]) -> Unit | None:
    if not isinstance(node, ast.Call) or len(node.args) > len(_PARAMETERS):
        return None
    given = dict(zip(_PARAMETERS, node.args, strict=False))
    given |= {word.arg or "**": word.value for word in node.keywords}
    if "**" in given:
        return None
    try:
        values = {name: _value(given[name], known) for name in _PARAMETERS if name in given}
        return unit_of_inline(**values)  # type: ignore[arg-type]
    except (ValueError, TypeError, UsageError):
        return None


def _value(node: ast.expr, known: Mapping[str, object]) -> object:
    """The value of a literal, of a known name, or of texts put together; else ValueError."""
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(item, known) for item in node.elts]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _value(node.left, known), _value(node.right, known)
        if isinstance(left, str) and isinstance(right, str):
            return left + right
        raise ValueError
    value: object = ast.literal_eval(node)
    return value
