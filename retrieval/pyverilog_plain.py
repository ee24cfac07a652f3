"""Runs confined: spells declarations of SystemVerilog as Verilog has them, where that is plain.

pyverilog reads past `logic`. What a process drives becomes a `reg`, the rest nets; what needs more
than another word stays, and is refused later. Imports nothing of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pyslang.syntax import SyntaxKind, SyntaxNode, SyntaxTree

_FILLED = re.compile(r"'0(?![\w'])")
_NUMBERS = {SyntaxKind.IntType: "integer", SyntaxKind.IntegerType: "integer"}
_BITS = (SyntaxKind.LogicType, SyntaxKind.BitType)


class Edit(NamedTuple):
    """Text for what stands from one byte to another."""

    start: int
    end: int
    new: str


def plain(text: str, registers: dict[str, list[str]]) -> str:
    """The text of modules, respelled; `registers` are what processes drive in each of them."""
    data = text.encode()
    root: Any = SyntaxTree.fromText(text).root
    members = root.members if root.kind is SyntaxKind.CompilationUnit else (root,)
    edits: list[Edit] = []
    for module in _nodes(members):
        if module.kind is SyntaxKind.ModuleDeclaration:
            edits += _module(module, frozenset(registers.get(module.header.name.valueText, ())))
    for start, end, new in sorted(edits, reverse=True):
        data = data[:start] + new.encode() + data[end:]
    return _FILLED.sub("0", data.decode())


def _nodes(parts: Any) -> Iterator[Any]:
    return (part for part in parts if isinstance(part, SyntaxNode))


def _module(module: Any, registers: frozenset[str]) -> Iterator[Edit]:
    edits: list[Edit] = []

    def port(node: Any) -> None:
        kind = getattr(node.header, "dataType", None)
        if kind is not None and kind.kind in _BITS:
            word = "reg" if node.declarator.name.valueText in registers else ""
            edits.append(_respelled(kind, word))

    def declaration(node: Any) -> None:
        names = {declarator.name.valueText for declarator in _nodes(node.declarators)}
        if node.type.kind in _NUMBERS:
            edits.append(_respelled(node.type, _NUMBERS[node.type.kind]))
        elif node.type.kind in _BITS and (names <= registers or not names & registers):
            edits.append(_respelled(node.type, "reg" if names <= registers else "wire"))

    def argument(node: Any) -> None:
        kind = getattr(node, "dataType", None) or getattr(node, "returnType", None)
        if kind is not None and kind.kind in _BITS:
            edits.append(_respelled(kind, ""))

    module.visit(
        lookup_table={
            SyntaxKind.ImplicitAnsiPort: port,
            SyntaxKind.DataDeclaration: declaration,
            SyntaxKind.FunctionPort: argument,
            SyntaxKind.FunctionPrototype: argument,
        }
    )
    yield from edits


def _respelled(kind: Any, word: str) -> Edit:
    keyword = kind.keyword
    return Edit(keyword.location.offset, keyword.location.offset + len(keyword.rawText), word)
