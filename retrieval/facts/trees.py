"""Syntax trees by tree-sitter: nodes as ranges and texts, for languages that are only chunked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from gatewright.retrieval.facts.comments import comment_above
from gatewright.retrieval.facts.types import Range

_LONGEST_TEXT = 400


class Tree:
    """A parsed text. `language` is what a grammar's wheel calls `language()`."""

    def __init__(self, text: str, language: Callable[[], object]) -> None:
        from tree_sitter import Language, Parser

        self.data = text.encode("utf-8", "replace")
        self.root: Any = Parser(Language(language())).parse(self.data).root_node

    def text(self, node: Any) -> str:
        """A node's text on one line, shortened; nothing for None."""
        if node is None:
            return ""
        data = self.data[node.start_byte : node.end_byte]
        return " ".join(data.decode("utf-8", "replace").split())[:_LONGEST_TEXT]

    def field(self, node: Any, name: str) -> str:
        """The text of one of a node's fields; nothing where it has none."""
        return self.text(node.child_by_field_name(name))

    def range(self, node: Any) -> Range:
        """Where a node stands; columns count characters."""
        (line, start), (last, end) = node.start_point, node.end_point
        first = node.start_byte - start
        final = node.end_byte - end
        column = len(self.data[first : node.start_byte].decode("utf-8", "replace")) + 1
        return Range(
            line + 1,
            column,
            last + 1,
            max(1, len(self.data[final : node.end_byte].decode("utf-8", "replace"))),
        )

    def doc(self, node: Any) -> str:
        """The comment above a node."""
        return comment_above(self.data, node.start_byte)

    def errors(self) -> int:
        """How many places could not be parsed."""
        return sum(1 for node in walk(self.root) if node.is_error or node.is_missing)


def walk(node: Any, stop: frozenset[str] = frozenset()) -> Iterator[Any]:
    """A node and all below it, in order; what is below a kind in `stop` is left out."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        if found.type not in stop or found is node:
            waiting += reversed(found.children)
