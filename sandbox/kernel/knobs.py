"""The numbers of a problem file that set its sizes: where they stand, and the file with others.

A problem of a benchmark is sized for a GPU. What it computes does not change with most of its
whole-number constants, so a check on a CPU, or at sizes that are no multiple of a block, replaces
them. Whether the file still makes sense then is found out by running it (`inside.shrink`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """What a number counts, by its name; sizes are reduced in this order."""

    BATCH = 0
    SPACE = 1
    OTHER = 2
    FEATURE = 3


@dataclass(frozen=True, slots=True)
class Knob:
    """A number that may be changed: line and byte columns, its value, the name it is bound to.

    A literal, or a product or the like of literals alone.
    """

    line: int
    start: int
    end: int
    value: int
    name: str
    kind: Kind


# Constants by whose change the problem would become another, or senseless.
_KEPT = re.compile(
    r"kernel|stride|pad|dilat|group|eps|dropout|drop_|momentum|num_layers|n_layer|scal|alpha|beta|"
    r"slope|factor|negative|axis|reduction|head|upscale|threshold|min_val|max_val|divisor|const|"
    r"depth_mult|expand|expansion|ratio|margin|delta|power|exponent|norm_type|block|layers|seed|"
    r"pool_|window|patch|chunk|growth|bits|level|iter",
    re.IGNORECASE,
)
# These are an axis or a small parameter while they are small, and a size otherwise.
_SMALL_KEPT = re.compile(r"^(dim|p|k|n|axis)$", re.IGNORECASE)
_SMALL = 16
_NAMES = (
    (Kind.BATCH, re.compile(r"batch|^bs?$|^num_samples", re.IGNORECASE)),
    (
        Kind.SPACE,
        re.compile(
            r"height|width|depth|length|seq|spatial|time|image|input_shape|input_size$|"
            r"^[hwdlt]$|^dim[1-9]$|context|resolution",
            re.IGNORECASE,
        ),
    ),
    (Kind.FEATURE, re.compile(r"channel|feature|hidden|embed|dim$|model|class|state|vocab|size")),
)
_SMALLEST = 4
_SMALLEST_INSIDE = 8
_READ_FROM = ("get_inputs", "get_init_inputs")


def knobs(text: str) -> tuple[Knob, ...]:
    """The numbers of a problem file that may be changed. Raises SyntaxError."""
    found: list[Knob] = []
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names = [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)]
            if not any(_KEPT.search(name) for name in names):
                axis = any(_SMALL_KEPT.search(name) for name in names)
                smallest = _SMALL if axis else _SMALLEST
                found += _literals(statement.value, " ".join(names), smallest)
        elif isinstance(statement, ast.FunctionDef) and statement.name in _READ_FROM:
            found += _inside(statement)
    return tuple(found)


def _inside(function: ast.FunctionDef) -> Iterator[Knob]:
    """Literals of a function; those that a keyword or a local name says to keep are left out."""
    kept: set[ast.AST] = set()
    named: dict[ast.AST, str] = {}
    for node in ast.walk(function):
        name = ""
        if isinstance(node, ast.keyword) and node.arg:
            name, parts = node.arg, list(ast.walk(node.value))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, parts = node.targets[0].id, list(ast.walk(node.value))
        if name and _KEPT.search(name):
            kept.update(parts)
        elif name:
            named.update(dict.fromkeys(parts, name))
    for node, value in _numbers(function):
        if node not in kept:
            yield from _knob(node, value, named.get(node, ""), _SMALLEST_INSIDE)


def _literals(tree: ast.AST, name: str, smallest: int) -> Iterator[Knob]:
    for node, value in _numbers(tree):
        yield from _knob(node, value, name, smallest)


def _numbers(tree: ast.AST) -> Iterator[tuple[ast.expr, int]]:
    """The whole numbers in a tree; one for what is made of numbers alone, such as `16 * 1024`."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        value = _number(node)
        if value is not None and isinstance(node, ast.expr) and node.lineno == node.end_lineno:
            yield node, value
        else:
            waiting += ast.iter_child_nodes(node)


def _number(node: ast.AST) -> int | None:
    if isinstance(node, ast.Constant):
        return node.value if type(node.value) is int else None
    if not isinstance(node, ast.BinOp):
        return None
    left, right = _number(node.left), _number(node.right)
    if left is None or right is None:
        return None
    if isinstance(node.op, ast.Mult):
        return left * right
    if isinstance(node.op, ast.Add):
        return left + right
    return left - right if isinstance(node.op, ast.Sub) else None


def _knob(node: ast.expr, value: int, name: str, smallest: int) -> Iterator[Knob]:
    if value >= smallest:
        end = node.end_col_offset or node.col_offset
        yield Knob(node.lineno, node.col_offset, end, value, name, _kind(name))


def _kind(name: str) -> Kind:
    return next((kind for kind, pattern in _NAMES if pattern.search(name)), Kind.OTHER)


def with_values(text: str, values: Mapping[Knob, int]) -> str:
    """The file with other numbers in the places of these."""
    lines = text.split("\n")
    for knob in sorted(values, key=lambda knob: (knob.line, knob.start), reverse=True):
        line = lines[knob.line - 1].encode()
        new = line[: knob.start] + str(values[knob]).encode() + line[knob.end :]
        lines[knob.line - 1] = new.decode()
    return "\n".join(lines)


_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_NUMBER = re.compile(r"(?<![\w.])(\d+)(?![\w.]|\s*\*\s*1024)")


def numbers_in_answer(text: str, smallest: int = 16) -> frozenset[int]:
    """The whole numbers that an answer's kernels and classes are written for.

    Not those of its own copies of the problem's constants and input functions, nor of comments.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return frozenset()
    found: set[int] = set()
    for statement in tree.body:
        whole = isinstance(statement, ast.FunctionDef) and statement.name in _READ_FROM
        if whole:
            continue
        bare = isinstance(statement, ast.Assign) and not _strings(statement)
        for node in ast.walk(statement):
            if isinstance(node, ast.Constant) and not _is_docstring(node, statement):
                if isinstance(node.value, str):
                    code = _COMMENT.sub(" ", node.value)
                    found.update(int(number) for number in _NUMBER.findall(code)[:20000])
                elif type(node.value) is int and not bare:
                    found.add(node.value)
    return frozenset(number for number in found if number >= smallest)


def _strings(statement: ast.stmt) -> bool:
    return any(
        isinstance(n, ast.Constant) and isinstance(n.value, str) for n in ast.walk(statement)
    )


def _is_docstring(node: ast.Constant, statement: ast.stmt) -> bool:
    if not isinstance(node.value, str):
        return False
    scopes = [n for n in ast.walk(statement) if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    first = [scope.body[0] for scope in scopes if scope.body]
    return any(isinstance(one, ast.Expr) and one.value is node for one in first)
