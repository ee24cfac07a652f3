"""Facts of CUDA files: kernels, functions, and the structures around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gatewright.retrieval.facts.trees import Tree, walk
from gatewright.retrieval.facts.types import Block, BlockKind, FileFacts, Module, ModuleKind

_UNITS = {"struct_specifier": ModuleKind.STRUCT, "class_specifier": ModuleKind.CLASS}
_NAME = re.compile(r"[A-Za-z_~][\w:]*")


def cuda_facts(text: str, path: str) -> FileFacts:
    """Kernels and functions of a text, by the structure they are in. Never raises on bad text."""
    import tree_sitter_cuda

    tree = Tree(text, tree_sitter_cuda.language)
    found: dict[int, list[Block]] = {}
    for owner, block in _functions(tree):
        found.setdefault(owner, []).append(block)
    modules = [
        _module(tree, node, kind, tuple(found.get(node.id, ())))
        for node in walk(tree.root)
        if (kind := _UNITS.get(node.type)) is not None and node.child_by_field_name("body")
    ]
    free = found.get(tree.root.id)
    if free:
        modules.insert(0, _module(tree, tree.root, ModuleKind.UNIT, tuple(free)))
    includes = [
        tree.field(node, "path").strip('<>"')
        for node in walk(tree.root)
        if node.type == "preproc_include"
    ]
    defines = [tree.field(node, "name") for node in walk(tree.root) if node.type == "preproc_def"]
    return FileFacts(
        path, "cuda", tuple(modules), tuple(includes), tuple(defines), (), tree.errors()
    )


def _module(tree: Tree, node: Any, kind: ModuleKind, blocks: tuple[Block, ...]) -> Module:
    name = "$unit" if kind is ModuleKind.UNIT else tree.field(node, "name")
    doc = "" if kind is ModuleKind.UNIT else tree.doc(node)
    place = tree.range(node)
    return Module(kind, name, "", (), (), (), (), (), (), (), blocks, (), doc, place)


def _functions(tree: Tree) -> Iterator[tuple[int, Block]]:
    """Every function with a body, after the id of the node it is in: a structure or the root."""
    waiting: list[tuple[Any, int, Any | None]] = [(tree.root, tree.root.id, None)]
    while waiting:
        node, owner, template = waiting.pop()
        if node.type == "function_definition":
            yield owner, _function(tree, node, template if template is not None else node)
            continue
        if node.type in _UNITS:
            owner = node.id
        template = node if node.type == "template_declaration" else None
        waiting += [(child, owner, template) for child in reversed(node.children)]


def _function(tree: Tree, node: Any, whole: Any) -> Block:
    """A function; `whole` is what it begins with where it is a template."""
    declared = tree.field(node, "declarator").partition("(")[0].strip("*& ")
    body = node.child_by_field_name("body")
    heading = tree.data[node.start_byte : body.start_byte if body is not None else node.end_byte]
    kind = BlockKind.KERNEL if b"__global__" in heading else BlockKind.FUNCTION
    called = (tree.field(n, "function") for n in walk(node) if n.type == "call_expression")
    calls = {name[0] for text in called if (name := _NAME.match(text))}
    doc, place = tree.doc(whole), tree.range(whole)
    no: tuple[str, ...] = ()
    return Block(
        kind, declared, no, no, no, tuple(sorted(calls)), "", "", (), (), (), "", "", doc, place
    )
