"""`gatewright show`: a module, its ports and parts, and who uses it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli.enriching import Dataflow
from gatewright.cli.options import IsolationLevel, Json
from gatewright.cli.repository import Near, Repo

if TYPE_CHECKING:
    from gatewright.retrieval.facts.types import Block, Port, Range
    from gatewright.retrieval.outline import Child, Outline

_MOST_PARENTS = 5
_MOST_NAMES = 6


def show(
    repo: Repo,
    module: Annotated[str, typer.Argument(metavar="MODULE", help="A module, package or class.")],
    near: Near = "",
    dataflow: Dataflow = False,
    isolation: IsolationLevel = None,
    json: Json = False,
) -> None:
    """Show a module: where it is, its ports, parameters, instances, blocks, and its users.

    With --dataflow, what decides its outputs.

    Exit status: 0 shown, 2 error (no such module).
    """
    from gatewright.cli.console import print_json
    from gatewright.cli.enriching import enriched, tell_bindings
    from gatewright.cli.repository import opened
    from gatewright.cli.terminal import shown
    from gatewright.retrieval.outline import outlines

    with opened(repo) as repository:
        if dataflow:
            tell_bindings(enriched(repository, module, (), near, isolation), json)
            return
        found = outlines(repository, module, near)
    if json:
        print_json({"modules": [_document(outline) for outline in found]})
        return
    print(shown("\n\n".join("\n".join(_lines(outline)) for outline in found)))


# for readers


def _lines(outline: Outline) -> Iterator[str]:
    module = outline.module
    within = f" in {module.parent}" if module.parent else ""
    yield f"{module.kind.value} {module.name}{within}  {_at(outline.file, module.range)}"
    yield from (f"  {line}" for line in module.doc.splitlines())
    if module.bases:
        yield f"  extends {', '.join(module.bases)}"
    for package in outline.packages:
        yield f"  uses {package.kind} {package.name}  {package.path}:{package.line}"
    for parameter in module.parameters:
        value = f" = {parameter.value}" if parameter.value else ""
        words = (parameter.keyword, parameter.type, parameter.name)
        yield f"  {' '.join(word for word in words if word)}{value}"
    yield from (f"  {_port(port)}" for port in module.ports)
    yield from (f"  {_child(child)}" for child in outline.children)
    yield from (f"  {_block(block)}" for block in module.blocks)
    if outline.uses:
        yield f"  used {outline.uses} time{'' if outline.uses == 1 else 's'}:"
    for parent in outline.parents[:_MOST_PARENTS]:
        yield f"    {parent.module}.{parent.instance}  {parent.file}:{parent.line}"
    if outline.uses > _MOST_PARENTS:
        yield f"    … and {outline.uses - _MOST_PARENTS} more"


def _port(port: Port) -> str:
    words = " ".join(word for word in (port.direction, port.type, port.name) if word)
    return f"{words}  // {port.doc.splitlines()[0]}" if port.doc else words


def _child(child: Child) -> str:
    where = f"{child.definition.path}:{child.definition.line}" if child.definition else "not here"
    scope = f"{child.instance.scope}." if child.instance.scope else ""
    line = child.instance.range.line
    return f"{line}: instance {scope}{child.instance.name} of {child.instance.module}  {where}"


def _block(block: Block) -> str:
    name = f" {block.name}" if block.name else ""
    clock = f" @{block.clock}" if block.clock else ""
    names = ", ".join(block.drives[:_MOST_NAMES])
    more = ", …" if len(block.drives) > _MOST_NAMES else ""
    return f"{_lines_of(block.range)}: {block.kind.value}{name}{clock}" + (
        f"  drives {names}{more}" if names else ""
    )


def _at(file: str, place: Range) -> str:
    return f"{file}:{_lines_of(place)}"


def _lines_of(place: Range) -> str:
    return str(place.line) if place.line == place.end_line else f"{place.line}-{place.end_line}"


# for scripts


def _document(outline: Outline) -> dict[str, object]:
    module = outline.module
    return {
        "file": outline.file,
        "line": module.range.line,
        "end_line": module.range.end_line,
        "kind": module.kind.value,
        "name": module.name,
        "parent": module.parent,
        "doc": module.doc,
        "bases": list(module.bases),
        "imports": list(module.imports),
        "packages": [
            {"name": p.name, "kind": p.kind, "file": p.path, "line": p.line}
            for p in outline.packages
        ],
        "ports": [
            {
                "name": port.name,
                "direction": port.direction,
                "type": port.type,
                "doc": port.doc,
                "line": port.range.line,
            }
            for port in module.ports
        ],
        "parameters": [
            {
                "name": parameter.name,
                "keyword": parameter.keyword,
                "type": parameter.type,
                "value": parameter.value,
                "line": parameter.range.line,
            }
            for parameter in module.parameters
        ],
        "signals": [
            {
                "name": signal.name,
                "type": f"{signal.type} {signal.dimensions}".strip(),
                "doc": signal.doc,
                "line": signal.range.line,
            }
            for signal in module.signals
        ],
        "types": [
            {"name": t.name, "kind": t.kind, "members": list(t.members), "line": t.range.line}
            for t in module.types
        ],
        "instances": [_instance(child) for child in outline.children],
        "blocks": [
            {
                "kind": block.kind.value,
                "name": block.name,
                "line": block.range.line,
                "end_line": block.range.end_line,
                "clock": block.clock,
                "reset": block.reset,
                "drives": list(block.drives),
                "loads": list(block.loads),
                "scope": block.scope,
                "doc": block.doc,
            }
            for block in module.blocks
        ],
        "uses": outline.uses,
        "parents": [
            {"file": p.file, "line": p.line, "module": p.module, "instance": p.instance}
            for p in outline.parents
        ],
    }


def _instance(child: Child) -> dict[str, object]:
    instance, below = child.instance, child.definition
    return {
        "name": instance.name,
        "module": instance.module,
        "line": instance.range.line,
        "end_line": instance.range.end_line,
        "scope": instance.scope,
        "condition": instance.guard,
        "definition": {"file": below.path, "line": below.line} if below else None,
        "parameters": {o.name or str(i): o.text for i, o in enumerate(instance.overrides)},
        "connections": {c.port or str(c.position): c.text for c in instance.connections},
        "wildcard": instance.wildcard,
    }
