"""Macros of a text: which it defines and uses, and how much they could become.

A few lines of nested definitions expand to more than any memory holds, so what a text's own macros
would become is estimated, from above, before a parser expands them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_TOKENS = 2_000_000
MAX_LEVELS = 2_000
_DEEPEST = 200

_DEFINE = re.compile(
    rb"`define[ \t]+(\w+)(\([^)]*\))?((?:[^\n\\]|\\\r?\n|\\.)*)",
)
_USE = re.compile(rb"`(\w+)[ \t]*(\()?|[()]")
_WORD = re.compile(rb"\w+|[^\w\s]")
_NESTING = re.compile(
    rb"(\b(?:begin|module|class|struct|union|fork|case|generate)\b|[({\[])"
    rb"|(\b(?:end|endmodule|endclass|join|join_any|join_none|endcase|endgenerate)\b|[)}\]])"
    rb"|(\b(?:if|else|not)\b)|(;)"
)
_NAME = re.compile(rb"`(\w+)")
_PARAMETER = re.compile(rb"\w+(?=[ \t]*(?:[,)]|=))")
_DIRECTIVES = frozenset(
    b"begin_keywords celldefine default_nettype define else elsif end_keywords endcelldefine endif"
    b" ifdef ifndef include line nounconnected_drive pragma resetall timescale unconnected_drive"
    b" undef undefineall __FILE__ __LINE__".split()
)


@dataclass(frozen=True, slots=True)
class Macros:
    """The names a text defines and uses as macros, each sorted."""

    defines: tuple[str, ...]
    uses: tuple[str, ...]


@dataclass(slots=True)
class _Macro:
    """What a macro's use becomes at most.

    `tokens` of text, `opened` levels of nesting that it leaves open, `inner` levels within it,
    `copies` of an argument; `depth` is how deep macros use macros.
    """

    body: bytes
    parameters: tuple[bytes, ...]
    tokens: int = 0
    opened: int = 0
    inner: int = 0
    copies: int = 1
    depth: int = 0
    done: bool = False


def macros(data: bytes) -> Macros:
    """The macros of a text; comments count as text."""
    if b"`" not in data:
        return Macros((), ())
    defines = {found.decode() for found in re.findall(rb"`define[ \t]+(\w+)", data)}
    uses = {name.decode() for name in set(_NAME.findall(data)) - _DIRECTIVES}
    return Macros(tuple(sorted(defines)), tuple(sorted(uses)))


def explodes(data: bytes) -> bool:
    """Whether the text's own macros could expand beyond what is sensible to parse."""
    if b"`define" not in data:
        return False
    table: dict[bytes, _Macro] = {}
    for found in _DEFINE.finditer(data):
        names = tuple(_PARAMETER.findall(found[2] or b""))
        fresh = _Macro(found[3], names)
        old = table.get(found[1])
        if old is not None:  # a macro defined again counts as all of its bodies together
            fresh = _Macro(old.body + b" " + found[3], (*old.parameters, *names))
        table[found[1]] = fresh
    used = set(_NAME.findall(data)) & table.keys()
    if not used:
        return False
    for name in used:
        if not _measure(name, table, 0):
            return True
    if _harmless(data, [table[name] for name in used]):
        return False
    return _sum(_DEFINE.sub(b"", data), table) is None


def _harmless(data: bytes, used: list[_Macro]) -> bool:
    """Whether all uses come to little even if each were of the largest macro."""
    uses = data.count(b"`")
    tokens, opened = (max(m.tokens for m in used), max(m.opened for m in used))
    copying = any(macro.copies > 1 for macro in used)
    return not copying and uses * tokens <= MAX_TOKENS and uses * opened <= MAX_LEVELS


def _measure(name: bytes, table: dict[bytes, _Macro], depth: int) -> bool:
    """Fill in what a macro becomes; False where that is too much."""
    macro = table[name]
    if macro.done:
        return macro.tokens <= MAX_TOKENS and depth + macro.depth <= _DEEPEST
    if depth > _DEEPEST:
        return False
    macro.done = True  # a macro that uses itself is refused by the parser: counted once
    inner = {used for used in _NAME.findall(macro.body) if used in table}
    for used in inner:
        if not _measure(used, table, depth + 1):
            return False
        macro.depth = max(macro.depth, table[used].depth + 1)
        macro.inner = max(macro.inner, table[used].inner)
    words = _WORD.findall(macro.body)
    found = _sum(macro.body, table)
    if found is None:
        return False
    macro.tokens = found[0] + len(words)
    opened, levels = _nesting(macro.body)
    macro.opened, macro.inner = found[1] + opened, macro.inner + levels + found[1]
    macro.copies = max((words.count(p) for p in macro.parameters), default=1) or 1
    for used in inner:
        macro.copies *= table[used].copies
    return max(macro.tokens, macro.copies) <= MAX_TOKENS and macro.inner <= MAX_LEVELS


def _nesting(body: bytes) -> tuple[int, int]:
    """How many levels a macro's own text leaves open, and how many it has at most."""
    opened = levels = free = 0
    for opens, closes, runs, ends in _NESTING.findall(body):
        opened += bool(opens) - bool(closes and opened)
        free = 0 if ends or closes else free + bool(runs)
        levels = max(levels, opened + free)
    return opened + free, levels


def _sum(text: bytes, table: dict[bytes, _Macro]) -> tuple[int, int] | None:
    """Tokens and open levels that the macros used in a text add; None where that is too much."""
    tokens = opened = 0
    factors = [1]
    for found in _USE.finditer(text):
        macro = table.get(found[1]) if found[1] else None
        if macro is not None:
            tokens += macro.tokens * factors[-1]
            opened += macro.opened * factors[-1]
        if found[0].endswith(b"("):
            factors.append(factors[-1] * (macro.copies if macro is not None else 1))
            tokens += factors[-1] - 1
        elif found[0] == b")" and len(factors) > 1:
            factors.pop()
        if tokens > MAX_TOKENS or opened > MAX_LEVELS or factors[-1] > MAX_TOKENS:
            return None
    return tokens, opened
