"""Processes that do not wake for everything they read.

`always @(a) y = a & b;` keeps an old `y` when only `b` changes; synthesis tools make an and-gate of
it all the same. A proof about the gate says nothing of the process.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_SIGNALS = frozenset({"Net", "Variable"})


@dataclass(frozen=True, slots=True)
class Unwatched:
    """What a process at `line` of the text reads and does not wait for."""

    line: int
    names: tuple[str, ...]


@dataclass(slots=True)
class _Reads:
    """Signals read by statements and expressions, those written, and functions looked into."""

    read: dict[str, Any] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    within_calls: dict[str, Any] = field(default_factory=dict)
    calls: set[str] = field(default_factory=set)
    depth: int = 0

    def of(self, node: Any) -> None:
        node.visit(self._visit)

    def _visit(self, node: Any) -> None:
        from pyslang import ast

        if isinstance(node, (ast.NamedValueExpression, ast.HierarchicalValueExpression)):
            if node.symbol.kind.name in _SIGNALS and not self._local(node.symbol):
                found = self.within_calls if self.depth else self.read
                found[node.symbol.hierarchicalPath] = node.symbol
        elif isinstance(node, ast.AssignmentExpression):
            self.written.update(_written(node.left))
        elif isinstance(node, ast.CallExpression):
            self._call(node.subroutine)

    def _local(self, symbol: Any) -> bool:
        """It belongs to a function or to a block's own run: nothing outside can change it."""
        lifetime = getattr(symbol, "lifetime", None)
        if lifetime is not None and lifetime.name == "Automatic":
            return True
        return any(symbol.hierarchicalPath.startswith(f"{path}.") for path in self.calls)

    def _call(self, routine: Any) -> None:
        body = getattr(routine, "body", None)
        if body is None or routine.hierarchicalPath in self.calls:
            return
        self.calls.add(routine.hierarchicalPath)
        self.depth += 1
        self.of(body)
        self.depth -= 1


def unwatched(text: str, top: str) -> tuple[Unwatched, ...]:
    """The processes and continuous assignments below `top` that miss changes of what they read.

    Empty for a text that slang cannot elaborate.
    """
    from pyslang import Bag, ast, syntax

    options = ast.CompilationOptions()
    options.topModules = {top}
    bag = Bag()
    bag.compilationOptions = options
    compilation = ast.Compilation(bag)
    compilation.addSyntaxTree(syntax.SyntaxTree.fromText(text))
    found: dict[int, Unwatched] = {}

    def visit(node: Any) -> None:
        names: list[str] = []
        if isinstance(node, ast.ProceduralBlockSymbol):
            names = _missed_by_process(node)
        elif isinstance(node, ast.ContinuousAssignSymbol):
            names = _missed_by_assignment(node)
        if names:
            line = compilation.sourceManager.getLineNumber(node.location)
            found[line] = Unwatched(line, tuple(sorted(names)))

    try:
        compilation.getRoot().visit(visit)
    except RuntimeError:
        return ()
    return tuple(found[line] for line in sorted(found))


def _missed_by_process(block: Any) -> list[str]:
    from pyslang import ast

    if not isinstance(block.body, ast.TimedStatement):
        return []  # always_comb looks into functions too, and initial runs once
    timing = block.body.timing
    reads = _Reads()
    reads.of(block.body.stmt)
    if isinstance(timing, ast.ImplicitEventControl):
        return list(_missed(reads.within_calls, reads, set(reads.read)))
    events = list(getattr(timing, "events", [timing]))
    if any(not isinstance(e, ast.SignalEventControl) or e.edge.name != "None_" for e in events):
        return []
    waits = {path for event in events for path in _whole(event.expr)}
    return list(_missed(reads.read | reads.within_calls, reads, waits))


def _missed_by_assignment(assign: Any) -> list[str]:
    reads = _Reads()
    reads.of(assign.assignment)
    return list(_missed(reads.within_calls, reads, set(reads.read)))


def _missed(seen: dict[str, Any], reads: _Reads, waits: set[str]) -> Iterator[str]:
    for path, symbol in seen.items():
        if path not in waits and path not in reads.written:
            yield symbol.name


def _whole(expression: Any) -> Iterator[str]:
    """A signal waited for as a whole: a part of it does not do for what reads more."""
    from pyslang import ast

    if isinstance(expression, (ast.NamedValueExpression, ast.HierarchicalValueExpression)):
        yield expression.symbol.hierarchicalPath


def _written(target: Any) -> Iterator[str]:
    from pyslang import ast

    if isinstance(target, ast.ConcatenationExpression):
        for operand in target.operands:
            yield from _written(operand)
    elif isinstance(
        target, (ast.ElementSelectExpression, ast.RangeSelectExpression, ast.MemberAccessExpression)
    ):
        yield from _written(target.value)
    elif isinstance(target, (ast.NamedValueExpression, ast.HierarchicalValueExpression)):
        yield target.symbol.hierarchicalPath
