"""What the operators have to know of a design's surroundings: text, ranges, state names, resets.

Nodes are typed Any, as in `sandbox.tools.slang_modules`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatewright.sandbox.tools.slang_constants import evaluate

_RESET = re.compile(r"(?:^|_)(?:[an]?rst|[an]?reset|a?clr|clear|init)(?:_|n\b|\d|$)|^areset", re.I)
_BOUNDS = re.compile(r"\[([^:\[\]]+):([^:\[\]]+)\]\s*")

# What holds no behaviour, or behaviour that no check can see.
_SKIPPED = frozenset(
    """VariableDimension EnumType DelayControl Delay3 SpecifyBlock AttributeInstance
    ConcurrentAssertionMember ConcurrentAssertionStatement ImmediateAssertStatement
    ImmediateAssumeStatement ImmediateCoverStatement AssertPropertyStatement PropertyDeclaration
    SequenceDeclaration CovergroupDeclaration ParameterValueAssignment TimeUnitsDeclaration
    GenvarDeclaration DefParam FinalBlock""".split()  # noqa: SIM905
)

_PARTS = {
    "LoopGenerate": "block",
    "ForLoopStatement": "statement",
    "LoopStatement": "statement",
    "DoWhileStatement": "statement",
    "MultipleConcatenationExpression": "concatenation",
    "CastExpression": "right",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One module's surroundings.

    `text` is the whole source as UTF-8, `buffer` slang's number for it. `bounds` are the packed
    ranges of plain vectors; `groups` tells of each state name the names it could be mistaken for,
    in order; `sizing` names the parameters that some dimension depends on.
    """

    text: bytes
    buffer: Any
    bounds: Mapping[str, tuple[int, int]]
    groups: Mapping[str, Sequence[str]]
    sizing: frozenset[str]

    def cut(self, start: int, end: int) -> str:
        """A piece of the text."""
        return self.text[start:end].decode()

    def span(self, item: Any) -> tuple[int, int]:
        """Where a node or token starts and ends in the text, without the space around it.

        Raises Elsewhere for what a macro wrote.
        """
        return place_of(item, self.buffer)

    def of(self, item: Any) -> str:
        """A node's or token's text. Raises Elsewhere."""
        return self.cut(*self.span(item))


class Elsewhere(Exception):
    """A place that is not in the source's own text."""


def place_of(item: Any, buffer: Any) -> tuple[int, int]:
    """Where a node or token starts and ends in the text of that buffer. Raises Elsewhere."""
    found = item.sourceRange if is_node(item) else item.range
    if found.start.buffer != buffer or found.end.buffer != buffer:
        raise Elsewhere
    return found.start.offset, found.end.offset


def is_node(item: Any) -> bool:
    """A node, not a token."""
    return hasattr(item, "sourceRange")


def kind(node: Any) -> str:
    """The name of a node's kind; '' for what has none."""
    return str(node.kind.name) if node is not None else ""


def children(node: Any) -> list[Any]:
    """The nodes right below a node."""
    return [child for child in (node[i] for i in range(len(node))) if is_node(child)]


def below(root: Any) -> Iterator[Any]:
    """All nodes in order, the root first. Without recursion: nesting may be deep."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack += reversed(children(node))


def living(root: Any) -> Iterator[Any]:
    """All nodes that take part in the design's behaviour, in order.

    Left out: types and dimensions, delays, assertions, printing, and what makes loops run.
    """
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack += reversed([child for child in children(node) if not _skipped(node, child)])


def _skipped(parent: Any, child: Any) -> bool:
    name, around = kind(child), kind(parent)
    if name in _SKIPPED:
        return True
    # Of what loops, repeats or casts only this part is behaviour; the rest says how often.
    part = _PARTS.get(around)
    if part is not None:
        return bool(child != getattr(parent, part))
    if name == "ExpressionStatement":
        return _prints(child.expr)
    return False


def _prints(expression: Any) -> bool:
    """A system task as a statement."""
    called = expression.left if kind(expression) == "InvocationExpression" else expression
    return kind(called) == "SystemName"


def scene_of(module: Any, text: bytes) -> Scene:
    """The surroundings of a module."""
    values: dict[str, int] = {}
    bounds: dict[str, tuple[int, int]] = {}
    groups: dict[str, Sequence[str]] = {}
    sizing: set[str] = set()
    for node in below(module):
        name = kind(node)
        if name == "ParameterDeclaration":
            _note_values(node, values)
        elif name == "EnumType":
            names = [d.name.valueText for d in node.members if is_node(d)]
            groups.update(dict.fromkeys(names, names))
        elif name == "VariableDimension":
            sizing |= {n.identifier.valueText for n in below(node) if kind(n) == "IdentifierName"}
        elif name == "CaseStatement":
            names = list(dict.fromkeys(_labels(node)))
            for each in names:
                groups.setdefault(each, names)
        bounds.update(_declared(node, values))
    buffer = module.header.moduleKeyword.location.buffer
    return Scene(text, buffer, bounds, groups, frozenset(sizing))


def _note_values(node: Any, values: dict[str, int]) -> None:
    for declarator in node.declarators:
        if is_node(declarator) and declarator.initializer is not None:
            value = evaluate(str(declarator.initializer.expr), values)
            if value is not None:
                values[declarator.name.valueText] = value


def _labels(case: Any) -> Iterator[str]:
    """The names that stand alone as labels of a case statement."""
    for item in case.items:
        if kind(item) == "StandardCaseItem":
            for label in item.expressions:
                if is_node(label) and kind(label) == "IdentifierName":
                    yield label.identifier.valueText


def _declared(node: Any, values: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """The packed ranges that a declaration gives to plain vectors."""
    name = kind(node)
    if name in ("DataDeclaration", "NetDeclaration"):
        typed, declarators = node.type, [d for d in node.declarators if is_node(d)]
    elif name in ("ImplicitAnsiPort", "PortDeclaration"):
        typed = getattr(node.header, "dataType", None)
        found = [node.declarator] if name == "ImplicitAnsiPort" else node.declarators
        declarators = [d for d in found if is_node(d)]
    else:
        return {}
    dimensions = [str(each).strip() for each in getattr(typed, "dimensions", None) or ()]
    match = _BOUNDS.fullmatch(dimensions[0]) if len(dimensions) == 1 else None
    if match is None:
        return {}
    left, right = evaluate(match[1], values), evaluate(match[2], values)
    if left is None or right is None:
        return {}
    return {d.name.valueText: (left, right) for d in declarators if not len(d.dimensions)}


def is_reset_name(name: str) -> bool:
    """The name is one that resets have."""
    return _RESET.search(name) is not None


def enclosing(node: Any, *names: str) -> Any | None:
    """The nearest node above that is of one of these kinds."""
    node = node.parent
    while node is not None and kind(node) not in names:
        node = node.parent
    return node
