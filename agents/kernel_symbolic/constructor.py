"""The constructor of a problem's Model, for a class that takes its place with the same weights."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from gatewright.agents.symbolic.abstain import Abstain


@dataclass(frozen=True, slots=True)
class Constructor:
    """The problem's imports, and `__init__` as ModelNew's, indented."""

    imports: str
    code: str


def constructor(problem: str) -> Constructor:
    """Take it from the problem's text. Raises Abstain where it leans on more of the file."""
    tree = ast.parse(problem)
    model = next((n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Model"), None)
    if model is None:
        raise Abstain("the problem defines no class Model")
    imports = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    made = next(
        (n for n in model.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None
    )
    text = "\n".join(ast.unparse(one) for one in imports)
    if "import torch.nn as nn" not in text:
        text += "\nimport torch.nn as nn"
    if made is None:
        return Constructor(text, "    pass\n")
    own = {n.id for n in ast.walk(made) if isinstance(n, ast.Name)}
    defined = {n.name for n in tree.body if isinstance(n, ast.ClassDef | ast.FunctionDef)}
    defined |= {
        target.id
        for n in tree.body
        if isinstance(n, ast.Assign)
        for target in n.targets
        if isinstance(target, ast.Name)
    }
    arguments = {argument.arg for argument in made.args.args}
    leans = sorted((own & defined) - arguments - {"Model"})
    if leans:
        raise Abstain(f"its constructor uses {', '.join(leans)} of the file")
    for node in ast.walk(made):
        if isinstance(node, ast.Name) and node.id == "Model":
            node.id = "ModelNew"
    made.body = [n for n in made.body if not _is_text(n)] or [ast.Pass()]
    code = "\n".join(f"    {line}" for line in ast.unparse(made).splitlines())
    return Constructor(text, code + "\n")


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
