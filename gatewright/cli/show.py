"""`gatewright show`: a module, its ports and parts, and who uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from gatewright.cli.declared import Argument
from gatewright.cli.enriching import Dataflow
from gatewright.cli.options import IsolationLevel, Json
from gatewright.cli.repository import Near, Repo

if TYPE_CHECKING:
    from gatewright.retrieval.outline import Child, Outline


def show(
    repo: Repo,
    module: Annotated[str, Argument("A module, package or class.", "MODULE")],
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
    from gatewright.retrieval.outline_text import outline_lines

    with opened(repo) as repository:
        if dataflow:
            tell_bindings(enriched(repository, module, (), near, isolation), json)
            return
        found = outlines(repository, module, near)
    if json:
        print_json({"modules": [_document(outline) for outline in found]})
        return
    print(shown("\n\n".join("\n".join(outline_lines(outline)) for outline in found)))


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
