"""The constructor of a problem's Model, for a class that takes its place with the same weights."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gatewright.agents.symbolic.abstain import Abstain

_Method = ast.FunctionDef


@dataclass(frozen=True, slots=True)
class Constructor:
    """The problem's imports, the classes and functions of the file that are called for, and
    the class's values and `__init__` as ModelNew's with the methods that it calls, indented."""

    imports: str
    helpers: str
    code: str


def constructor(problem: str) -> Constructor:
    """Take it from the problem's text. Raises Abstain where it leans on values of the file."""
    tree = ast.parse(problem)
    model = next((n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Model"), None)
    if model is None:
        raise Abstain("the problem defines no class Model")
    imports = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    text = "\n".join(ast.unparse(one) for one in imports)
    if "import torch.nn as nn" not in text:
        text += "\nimport torch.nn as nn"
    methods = _constructing(model)
    if not methods:
        return Constructor(text, "", "    pass\n")
    values = [n for n in model.body if isinstance(n, ast.Assign | ast.AnnAssign)]
    helpers = _helpers(tree, [*values, *methods])
    for node in (inner for method in methods for inner in ast.walk(method)):
        if isinstance(node, ast.Name) and node.id == "Model":
            node.id = "ModelNew"
    code = "\n\n".join([*map(ast.unparse, values), *map(_written, methods)])
    code = "\n".join(f"    {line}" if line else "" for line in code.splitlines())
    return Constructor(text, "".join(f"{one}\n\n\n" for one in helpers), code + "\n")


def _constructing(model: ast.ClassDef) -> list[_Method]:
    """A class's `__init__`, and its methods that this calls."""
    own = {n.name: n for n in model.body if isinstance(n, _Method)}
    found: dict[str, _Method] = {}
    wanted = ["__init__"]
    while wanted:
        name = wanted.pop()
        if name in own and name not in found:
            found[name] = own[name]
            wanted += _called_on_self(own[name])
    if "forward" in found:
        raise Abstain("its constructor calls forward")
    return list(found.values())


def _called_on_self(method: _Method) -> Iterator[str]:
    for node in ast.walk(method):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self":
            yield node.attr


def _helpers(tree: ast.Module, members: Sequence[ast.AST]) -> list[str]:
    """The classes and functions of the file that these call for, in the file's order."""
    defined: Mapping[str, ast.stmt] = {
        n.name: n for n in tree.body if isinstance(n, ast.ClassDef | ast.FunctionDef)
    }
    values = {
        target.id
        for n in tree.body
        if isinstance(n, ast.Assign)
        for target in n.targets
        if isinstance(target, ast.Name)
    }
    found: dict[str, str] = {}
    wanted: list[ast.AST] = list(members)
    while wanted:
        node = wanted.pop()
        names = _free(node) - {"Model"}
        leans = sorted(names & values)
        if leans:
            raise Abstain(f"its constructor uses {', '.join(leans)} of the file")
        for name in names & defined.keys() - found.keys():
            helper = _bare(defined[name])
            found[name] = ast.unparse(helper)
            wanted.append(helper)
    return [found[name] for name in defined if name in found]


def _free(node: ast.AST) -> set[str]:
    """The names that are read in a function or class and are no parameters of it."""
    read = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    given = {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
    set_here = {
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    return read - given - set_here


def _bare(helper: ast.stmt) -> ast.stmt:
    """A class with nothing but what constructs it; a function as it is."""
    if isinstance(helper, ast.ClassDef):
        kept: list[ast.stmt] = [*_constructing(helper)]
        kept += [n for n in helper.body if isinstance(n, ast.Assign | ast.AnnAssign)]
        for method in kept:
            if isinstance(method, _Method):
                method.body = _untold(method)
        helper.body = kept or [ast.Pass()]
    return helper


def _written(method: _Method) -> str:
    method.body = _untold(method)
    return ast.unparse(method)


def _untold(method: _Method) -> list[ast.stmt]:
    return [n for n in method.body if not _is_text(n)] or [ast.Pass()]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
