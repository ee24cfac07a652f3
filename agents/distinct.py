"""When two designs are the same text but for names, comments and layout."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from gatewright.core import Source
from gatewright.retrieval.cone_drivers import module_facts

_NUMBERS = {"IntegerLiteral", "IntegerBase", "UnbasedUnsizedLiteral", "RealLiteral", "TimeLiteral"}


def fingerprint(sources: Sequence[Source], top: str = "") -> str:
    """A hash that ignores comments, layout, directives and the choice of local names.

    Local names are all but the top module's name and its ports; they count by the order of their
    first appearance, so a consistent renaming leaves the hash as it is. Code that does not parse
    is hashed as text without its blanks.
    """
    digest = hashlib.sha256()
    local: dict[str, int] = {}
    kept = _outside_names(sources, top)
    for source in sources:
        for is_name, text in _tokens(source.text):
            if is_name and text not in kept:
                text = f"\x01{local.setdefault(text, len(local))}"
            digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def text_fingerprint(sources: Sequence[Source]) -> str:
    """A hash that ignores layout only: for code that must not be parsed."""
    text = "\0".join(" ".join(source.text.split()) for source in sources)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _tokens(text: str) -> Iterator[tuple[bool, str]]:
    """Each token as it counts, and whether it is a name."""
    from pyslang.syntax import SyntaxTree

    tree = SyntaxTree.fromText(text)
    if any(diagnostic.isError() for diagnostic in tree.diagnostics):
        yield from ((False, word) for word in text.split())
        return
    for token in _leaves(tree.root):
        kind = token.kind.name
        if kind == "Identifier":
            yield True, token.valueText
        elif token.rawText:
            yield False, token.rawText.lower() if kind in _NUMBERS else token.rawText


def _leaves(root: Any) -> Iterator[Any]:
    """The tokens of a tree in order; without recursion, since expressions can be deep."""
    from pyslang.syntax import SyntaxNode

    stack = [iter(root)]
    while stack:
        for child in stack[-1]:
            if isinstance(child, SyntaxNode):
                stack.append(iter(child))
                break
            yield child
        else:
            stack.pop()


def _outside_names(sources: Sequence[Source], top: str) -> set[str]:
    """The top module's name and its ports' names: what the outside knows it by."""
    modules = [facts for source in sources for facts in module_facts(source)]
    tops = [facts for facts in modules if facts.name == top] or modules
    return {name for facts in tops for name in (facts.name, *facts.ports)}
