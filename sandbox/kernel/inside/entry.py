"""What a candidate's file defines: the class or function that is to be called."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from gatewright.sandbox.kernel.inside.extension import Extensions, Needed
from gatewright.sandbox.kernel.inside.problem import ProblemFile

BARE = (".cu", ".cpp")


class Absent(Exception):
    """The candidate does not define what it must."""


def entry_of(
    path: Path,
    name: str,
    problem: ProblemFile,
    extensions: Extensions,
    *,
    backward: bool,
    inside: Callable[[Any], Any] = lambda function: function,
) -> Any:
    """What the candidate defines, run where the problem's own names are known, as upstream.

    A bare file's backward function is called by the problem's AutogradFunction, as `inside` gives
    it. Raises Absent, Needed, and whatever the candidate raises.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix in BARE:
        found = _function(text, name, extensions)
        around = problem.names.get("AutogradFunction")
        if backward and around is not None:
            around.backward_fn = staticmethod(inside(found))
            return around.apply
        return found
    names = dict(problem.names)
    names.pop("Model", None)
    names.pop(name, None)
    module = ModuleType("candidate")
    module.__dict__.update(names, __name__="candidate", __file__=str(path.resolve()))
    exec(compile(text, path.name, "exec", dont_inherit=True), module.__dict__)
    if not callable(module.__dict__.get(name)):
        raise Absent(f"the answer defines no {name}")
    return module.__dict__[name]


def _function(text: str, name: str, extensions: Extensions) -> Any:
    """A function of a bare CUDA file."""
    functions = None if "PYBIND11_MODULE" in text else [name]
    module = extensions.load_inline("answer", [], [text], functions)
    if extensions.needs:
        raise Needed
    found = getattr(module, name, None)
    if found is None:
        raise Absent(f"the answer's module binds no {name}")
    return found
