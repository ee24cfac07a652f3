"""Writes what Yosys' front end does not know in terms that it does.

`.next()` and `.prev()` of enumerations become calls of functions, `$` in a range of `inside` the
least or largest value. Works on slang's elaborated tree; every line keeps its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_CONCERNED = re.compile(r"\.\s*(?:next|prev)\b|\[\s*\$\s*:|:\s*\$\s*\]")
_BARE = re.compile(r"\s*\.\s*(?:next|prev)\b(?!\s*\()")


class Unconvertible(Exception):
    """Why a design cannot be converted."""


def lowered(text: str, top: str) -> str:
    """The text with both of them written otherwise. Raises Unconvertible."""
    if not _CONCERNED.search(text):
        return text
    nodes = list(_nodes(compiled(text, top)))
    functions: dict[str, str] = {}
    edits = {where: new for node in nodes for where, new in _bounds(text, node)}
    edits |= {
        where: new
        for node in nodes
        if _is_step(node)
        for where, new in _call(text, node, functions)
    }
    for (start, end), new in sorted(edits.items(), reverse=True):
        text = text[:start] + new + text[end:]
    return " ".join([*(body.replace("@NAME@", name) for body, name in functions.items()), text])


def compiled(text: str, top: str) -> Any:
    """The text, elaborated by slang."""
    from pyslang import Bag, ast, syntax

    options = ast.CompilationOptions()
    options.topModules = {top}
    compilation = ast.Compilation(Bag([options]))
    compilation.addSyntaxTree(syntax.SyntaxTree.fromText(text))
    compilation.getAllDiagnostics()
    return compilation


def _nodes(compilation: Any) -> Iterator[Any]:
    from pyslang import ast

    found: list[Any] = []
    wanted = (ast.CallExpression, ast.InsideExpression, ast.CaseStatement)

    def visit(node: Any) -> bool:
        if isinstance(node, wanted):
            found.append(node)
        return True

    compilation.getRoot().visit(visit)
    return iter(found)


def _bounds(text: str, node: Any) -> Iterator[tuple[tuple[int, int], str]]:
    """The `$` of the ranges that a value is looked for in."""
    kind = node.kind.name
    if kind == "Inside":
        value, members = node.left, list(node.rangeList)
    elif kind == "Case":
        value, members = node.expr, [e for item in node.items for e in item.expressions]
    else:
        return
    width, signed = value.type.bitWidth, value.type.isSigned
    least, most = (-1 << (width - 1), (1 << (width - 1)) - 1) if signed else (0, (1 << width) - 1)
    for member in members:
        if member.kind.name != "ValueRange":
            continue
        for bound, number in ((member.left, least), (member.right, most)):
            where = (bound.sourceRange.start.offset, bound.sourceRange.end.offset)
            if text[slice(*where)] == "$":
                digits = f"{number % (1 << width):x}"
                yield where, f"{width}'{'s' if signed else ''}h{digits}"


def _is_step(node: Any) -> bool:
    return (
        node.kind.name == "Call"
        and node.subroutineName in ("next", "prev")
        and len(node.arguments) > 0
        and node.arguments[0].type.isEnum
    )


def _call(text: str, call: Any, functions: dict[str, str]) -> Iterator[tuple[tuple[int, int], str]]:
    receiver = call.arguments[0]
    body = _function(receiver.type.canonicalType, _step(call))
    name = functions.setdefault(body, f"gw_step_{len(functions)}")
    inner = text[receiver.sourceRange.start.offset : receiver.sourceRange.end.offset]
    where = (call.sourceRange.start.offset, call.sourceRange.end.offset)
    # Without parentheses the call's own place is but the receiver's.
    bare = _BARE.match(text, where[1])
    if bare is not None:
        where = (where[0], bare.end())
    gap = "\n" * (text.count("\n", *where) - inner.count("\n"))
    yield where, f"{name} ( {inner} ) {gap}"


def _step(call: Any) -> int:
    """How far a call goes, backwards below 0."""
    more = call.arguments[1:]
    number = str(more[0].constant).rpartition("d")[2] if more and more[0].constant else "1"
    if more and not (more[0].constant and number.isdigit()):
        raise Unconvertible(f".{call.subroutineName}() by a number that is not constant")
    return int(number) if call.subroutineName == "next" else -int(number)


def _function(enumeration: Any, step: int) -> str:
    from pyslang import ast

    values = [str(e.value) for e in enumeration if isinstance(e, ast.EnumValueSymbol)]
    bits = f"logic [ {enumeration.bitWidth - 1} : 0 ]"
    cases = " ".join(
        f"{value} : return {values[(at + step) % len(values)]} ;" for at, value in enumerate(values)
    )
    # Of a value that is no member both methods give the default of the type: 0 in two values.
    return (
        f"function automatic {bits} @NAME@ ( input {bits} v ) ; "
        f"case ( v ) {cases} default : return 0 ; endcase endfunction"
    )
