"""Other designs made from a right one: turned round at its outputs, or with an open power-up."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from gatewright.core import Candidate, Direction, Port, Source
from gatewright.sandbox.integrity import Kind, lay_out, preprocess
from gatewright.sandbox.mutants.scene import Elsewhere, below, children, is_node, kind, place_of
from gatewright.sandbox.tools import slang
from gatewright.sandbox.tools.slang_modules import Module, members

_INSIDE = "gw_inside_"


def outputs_of(sources: Sequence[Source], top: str) -> tuple[str, ...]:
    """The names of the top's outputs; empty where there is no such module."""
    module = slang.parse_sources(sources).module(top)
    return tuple(port.name for port in module.interface.outputs) if module else ()


def inverted(design: Candidate, top: str, outputs: Collection[str]) -> Candidate | None:
    """The design with every bit of these outputs inverted (x and z come out as x).

    None where the design has no such module or cannot be read.
    """
    done = preprocess(design.sources)
    module = slang.parse(done.tokens, done.files).module(top)
    if module is None or not done.ok:
        return None
    tokens = [
        token._replace(text=_INSIDE + top) if token[:2] == (Kind.IDENT, top) else token
        for token in done.tokens
    ]
    text = lay_out(tokens, done.files).text + _around(module, outputs)
    return replace(design, sources=(replace(design.sources[0], text=text),))


def _around(module: Module, outputs: Collection[str]) -> str:
    ports = module.interface.ports
    turned = [p for p in ports if p.direction is Direction.OUTPUT and p.name in outputs]
    names = {p.name: f"gw_{p.name}" if p in turned else p.name for p in ports}
    header = ", ".join(f"parameter {n} = {v or 0}" for n, v in module.parameters.items())
    passed = ", ".join(f".{n}({n})" for n in module.parameters)
    lines = [
        f"module {module.name} {f'#({header}) ' if header else ''}({', '.join(map(_port, ports))});"
    ]
    lines += [f"wire {port.range_text} {names[port.name]};" for port in turned]
    inside = f"{_INSIDE}{module.name} {f'#({passed}) ' if passed else ''}gw_inside"
    lines.append(f"{inside} ({', '.join(names[p.name] for p in ports)});")
    lines += [f"assign {port.name} = ~{names[port.name]};" for port in turned]
    return "\n".join([*lines, "endmodule", ""])


def _port(port: Port) -> str:
    signed = "signed " if port.signed else ""
    return f"{port.direction} wire {signed}{port.range_text} {port.name}"


def without_initial_values(source: Source) -> Source | None:
    """The source with what its variables are at power-up taken out; None where nothing is set.

    Initial blocks that call a system task stay: they fill memories from files.
    """
    if not preprocess([source]).ok:
        return None
    from pyslang import syntax

    text = source.text.encode()
    tree = syntax.SyntaxTree.fromText(source.text)
    cuts: list[tuple[int, int]] = []
    for module in members(tree.root):
        if module.kind.name == "ModuleDeclaration":
            cuts += _power_up(module)
    for start, end in sorted(cuts, reverse=True):
        text = text[:start] + text[end:]
    return replace(source, text=text.decode()) if cuts else None


def _power_up(module: Any) -> Iterator[tuple[int, int]]:
    buffer = module.header.moduleKeyword.location.buffer
    for node in [*children(module), *below(module.header)]:
        found: list[Any] = []
        if kind(node) == "DataDeclaration":
            found = [d.initializer for d in node.declarators if is_node(d) and d.initializer]
        elif kind(node) == "ImplicitAnsiPort" and node.declarator.initializer:
            found = [node.declarator.initializer]
        elif kind(node) == "InitialBlock" and not any(kind(n) == "SystemName" for n in below(node)):
            found = [node]
        for each in found:
            try:
                yield place_of(each, buffer)
            except Elsewhere:
                continue
