"""When two designs are the same text but for names, comments and layout."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gatewright.core import Source

_NUMBERS = {"IntegerLiteral", "IntegerBase", "UnbasedUnsizedLiteral", "RealLiteral", "TimeLiteral"}
_NAMING = {"Declarator", "ModuleHeader", "InstanceName", "NamedBlockClause", "TypedefDeclaration"}


def fingerprint(sources: Sequence[Source], top: str = "") -> str:
    """A hash that ignores comments, layout, directives and the choice of local names.

    Local names are those that the sources declare, but for the top module's name and its ports;
    they count by the order of their first appearance, so a consistent renaming leaves the hash as
    it is. Code that does not parse is hashed as text without its blanks.
    """
    from pyslang.syntax import SyntaxTree

    trees = [SyntaxTree.fromText(source.text) for source in sources]
    if any(diagnostic.isError() for tree in trees for diagnostic in tree.diagnostics):
        return text_fingerprint(sources)
    names = _names([tree.root for tree in trees], top)
    digest = hashlib.sha256()
    numbers: dict[str, int] = {}
    for tree in trees:
        for text in _texts(tree.root, names):
            if text in names.local:
                text = f"\x01{numbers.setdefault(text, len(numbers))}"
            digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def text_fingerprint(sources: Sequence[Source]) -> str:
    """A hash that ignores layout only: for code that does not parse, or must not be parsed."""
    text = "\0".join(" ".join(source.text.split()) for source in sources)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class _Names:
    """`local` may be renamed. `foreign`: a module from elsewhere is used, so that names of ports
    after a dot are not ours to rename."""

    local: frozenset[str]
    foreign: bool


def _names(roots: Sequence[Any], top: str) -> _Names:
    declared: set[str] = set()
    outside: set[str] = set()
    defined: set[str] = set()
    used: set[str] = set()
    for root in roots:
        for node in _nodes(root):
            kind = node.kind.name
            if kind in _NAMING:
                declared.add(node.name.valueText)
            elif kind in ("LoopGenerate", "GenvarDeclaration", "FunctionPrototype"):
                declared |= _declared_by(node)
            elif kind == "HierarchyInstantiation":
                used.add(node.type.valueText)
            elif kind == "ModuleDeclaration":
                defined.add(node.header.name.valueText)
                if node.header.name.valueText == top or not top:
                    outside |= _outside(node)
    return _Names(frozenset(declared - outside - {""}), bool(used - defined))


def _declared_by(node: Any) -> set[str]:
    if node.kind.name == "LoopGenerate":
        return {node.identifier.valueText}
    named = node.name if node.kind.name == "FunctionPrototype" else node
    return {token.valueText for token in _tokens(named) if token.kind.name == "Identifier"}


def _outside(module: Any) -> set[str]:
    """The module's name and its ports' names: what others know it by."""
    names = {module.header.name.valueText}
    for part in (module.header.ports, *_members(module, "PortDeclaration")):
        if part is not None:
            names |= {n.name.valueText for n in _nodes(part) if n.kind.name == "Declarator"}
    return names


def _members(module: Any, kind: str) -> list[Any]:
    return [member for member in module.members if member.kind.name == kind]


def _texts(root: Any, names: _Names) -> Iterator[str]:
    """Each token as it counts; a name that is not ours to rename is marked as such."""
    after_dot = False
    for token in _tokens(root):
        kind, text = token.kind.name, token.rawText
        if kind == "Identifier":
            yield f"\x02{text}" if after_dot and names.foreign else token.valueText
        elif text:
            yield text.lower() if kind in _NUMBERS else text
        after_dot = kind == "Dot"


def _tokens(root: Any) -> Iterator[Any]:
    """The tokens of a tree in order."""
    from pyslang.syntax import SyntaxNode

    return (part for part in _parts(root) if not isinstance(part, SyntaxNode))


def _nodes(root: Any) -> Iterator[Any]:
    """The nodes of a tree, each before those below it."""
    from pyslang.syntax import SyntaxNode

    return (part for part in _parts(root) if isinstance(part, SyntaxNode))


def _parts(root: Any) -> Iterator[Any]:
    """Nodes and tokens in order; without recursion, since expressions can be deep."""
    from pyslang.syntax import SyntaxNode

    yield root
    stack = [iter(root)] if isinstance(root, SyntaxNode) else []
    while stack:
        for part in stack[-1]:
            yield part
            if isinstance(part, SyntaxNode):
                stack.append(iter(part))
                break
        else:
            stack.pop()
