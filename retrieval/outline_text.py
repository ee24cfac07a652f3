"""A module's outline in words."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.retrieval.facts.types import Block, Port, Range
from gatewright.retrieval.outline import Child, Outline

_MOST_PARENTS = 5
_MOST_NAMES = 6


def outline_lines(outline: Outline) -> Iterator[str]:
    """The module, what it holds and who uses it, a line each."""
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
    # The comment above a module is read for the ports on the module's own line, too.
    above = (module.range.line, module.doc)
    yield from (f"  {_port(port, (port.range.line, port.doc) != above)}" for port in module.ports)
    yield from (f"  {_child(child)}" for child in outline.children)
    yield from (f"  {_block(block)}" for block in module.blocks)
    if outline.uses:
        yield f"  used {outline.uses} time{'' if outline.uses == 1 else 's'}:"
    for parent in outline.parents[:_MOST_PARENTS]:
        yield f"    {parent.module}.{parent.instance}  {parent.file}:{parent.line}"
    if outline.uses > _MOST_PARENTS:
        yield f"    … and {outline.uses - _MOST_PARENTS} more"


def _port(port: Port, documented: bool) -> str:
    words = " ".join(word for word in (port.direction, port.type, port.name) if word)
    return f"{words}  // {port.doc.splitlines()[0]}" if port.doc and documented else words


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
