"""Finds the top-level definitions in a token stream, and which of them a top module needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gatewright.sandbox.integrity.lexer import Kind, Token, words

_ENDS = {
    "module": "endmodule",
    "macromodule": "endmodule",
    "interface": "endinterface",
    "package": "endpackage",
    "program": "endprogram",
    "primitive": "endprimitive",
    "checker": "endchecker",
    "class": "endclass",
    "config": "endconfig",
}
_QUALIFIERS = frozenset({"automatic", "static", "virtual"})
MAX_NESTING = 1500
_CLOSERS = {
    "begin": ("end",),
    "fork": ("join", "join_any", "join_none"),
    "case": ("endcase",),
    "casex": ("endcase",),
    "casez": ("endcase",),
    "function": ("endfunction",),
    "task": ("endtask",),
    "generate": ("endgenerate",),
    "(": (")",),
    "'(": (")",),
    "[": ("]",),
    "{": ("}",),
    "'{": ("}",),
} | {word: (end,) for word, end in _ENDS.items()}
_CHAINED = words(
    """
    if else for forever while repeat foreach wait initial always @ # ?
    """
)


@dataclass(frozen=True, slots=True)
class Definition:
    """A top-level definition: tokens `start` up to, not including, `end`."""

    keyword: str
    name: str
    start: int
    end: int
    closed: bool = True

    @property
    def is_module(self) -> bool:
        """A module, not a package, interface or the like."""
        return self.keyword in ("module", "macromodule")


def definitions(tokens: Sequence[Token]) -> tuple[Definition, ...]:
    """All top-level definitions, in order. Nested modules belong to the one around them."""
    found: list[Definition] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.kind is Kind.IDENT and token.text in _ENDS:
            definition = _definition(tokens, index)
            found.append(definition)
            index = definition.end
        else:
            index += 1
    return tuple(found)


def _definition(tokens: Sequence[Token], start: int) -> Definition:
    keyword = tokens[start].text
    end_word = _ENDS[keyword]
    at = start + 1
    while at < len(tokens) and tokens[at].text in _QUALIFIERS:
        at += 1
    name = tokens[at].text if at < len(tokens) and tokens[at].kind in _NAMES else ""
    depth, index = 1, at
    while index < len(tokens):
        token = tokens[index]
        index += 1
        if token.kind is not Kind.IDENT:
            continue
        if token.text == end_word:
            depth -= 1
            if depth == 0:
                return Definition(keyword, name, start, _after_label(tokens, index))
        elif token.text == keyword and keyword in ("module", "class"):
            depth += 1
    return Definition(keyword, name, start, len(tokens), closed=False)


_NAMES = (Kind.IDENT, Kind.ESCAPED)


def _after_label(tokens: Sequence[Token], index: int) -> int:
    if index + 1 < len(tokens) and tokens[index].text == ":":
        return index + 2
    return index


def tops(tokens: Sequence[Token], found: Sequence[Definition]) -> tuple[str, ...]:
    """Names of the modules that no other module mentions, in order."""
    modules = [d for d in found if d.is_module]
    names = {d.name for d in modules}
    used: set[str] = set()
    for definition in found:
        mentioned = {t.text for t in tokens[definition.start : definition.end]}
        used |= (mentioned & names) - {definition.name}
    return tuple(d.name for d in modules if d.name not in used)


def needed(
    tokens: Sequence[Token], found: Sequence[Definition], roots: Iterable[str]
) -> tuple[tuple[Token, ...], tuple[Definition, ...]]:
    """The tokens without the modules that `roots` do not reach, and the modules left out."""
    by_name = {d.name: d for d in found if d.is_module}
    names = frozenset(by_name)
    reached: set[str] = set()
    kept_else = [d for d in found if not d.is_module]
    todo = list(roots)
    for definition in kept_else:
        todo += _mentions(tokens, definition, names)
    while todo:
        name = todo.pop()
        if name in by_name and name not in reached:
            reached.add(name)
            todo += _mentions(tokens, by_name[name], names)
    dropped = tuple(d for d in by_name.values() if d.name not in reached)
    if not dropped:
        return tuple(tokens), ()
    gone = {index for d in dropped for index in range(d.start, d.end)}
    return tuple(t for i, t in enumerate(tokens) if i not in gone), dropped


def _mentions(tokens: Sequence[Token], definition: Definition, names: frozenset[str]) -> list[str]:
    return list({t.text for t in tokens[definition.start : definition.end]} & names)


def nesting(tokens: Sequence[Token]) -> int:
    """How deep a parser must descend at most: brackets, blocks, and chains of bare statements.

    An upper estimate: a closer that does not fit counts for nothing.
    """
    frames: list[tuple[tuple[str, ...], int]] = []
    closers: tuple[str, ...] = ()
    chain = total = deepest = 0
    for index, token in enumerate(tokens):
        text = token.text
        if text in _CHAINED:
            chain += 1
            total += 1
        elif text in _CLOSERS and token.kind is not Kind.STRING:
            frames.append((closers, chain))
            closers, chain = _CLOSERS[text], 0
            total += 1
        elif text in closers:
            total -= chain + 1
            closers, chain = frames.pop()
        if text == ";" or text in _ENDERS:
            following = tokens[index + 1].text if index + 1 < len(tokens) else ""
            if following != "else":
                total -= chain
                chain = 0
        if total > deepest:
            deepest = total
    return deepest


_ENDERS = frozenset(end for ends in _CLOSERS.values() for end in ends if end not in (")", "]", "}"))
