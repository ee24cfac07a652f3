"""A module as slang elaborates it: how wide its ports are, and whether the text means anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Elaborated:
    """`widths` are in bits, of the ports that are vectors of any type (packed structs, enums);
    `sound` says that slang found no error.
    """

    widths: Mapping[str, int]
    sound: bool


def elaborate(text: str, top: str, parameters: Sequence[tuple[str, str]] = ()) -> Elaborated:
    """Elaborate `top` of a text, with some parameters set. Never raises on bad text."""
    from pyslang import Bag, ast, syntax

    options = ast.CompilationOptions()
    options.topModules = {top}
    options.paramOverrides = [f"{name}={value}" for name, value in parameters]
    bag = Bag()
    bag.compilationOptions = options
    compilation = ast.Compilation(bag)
    compilation.addSyntaxTree(syntax.SyntaxTree.fromText(text))
    try:
        instances = list(compilation.getRoot().topInstances)
        errors = any(found.isError() for found in compilation.getAllDiagnostics())
    except RuntimeError:
        return Elaborated({}, False)
    widths = {
        port.name: int(port.type.bitWidth)
        for instance in instances
        for port in instance.body.portList
        if getattr(port, "type", None) is not None and port.type.isIntegral
    }
    return Elaborated(widths, bool(instances) and not errors)
