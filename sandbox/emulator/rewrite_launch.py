"""Launches: `kernel<<<grid, block>>>(x)` becomes `GW_KERNEL(kernel).on(grid, block)(x)`."""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.sandbox.emulator.edits import Edit
from gatewright.sandbox.emulator.lexer import (
    OPENING,
    Kind,
    Token,
    angle_back,
    matching,
    matching_back,
)

_BOUNDS = "__launch_bounds__"


def launch_edits(text: str, tokens: list[Token]) -> list[Edit]:
    """What turns every launch into a call. What is no launch after all is left as it is."""
    bounds = _bounds(tokens)
    edits: list[Edit] = []
    for index, token in enumerate(tokens):
        if token.text != "<<<":
            continue
        first = _kernel_start(tokens, index)
        closed = _chevrons_end(tokens, index)
        if first is None or closed is None:
            continue
        named = [t.text for t in tokens[first:index] if t.kind is Kind.WORD]
        bound = bounds.get(named[0] if len(named) == 1 else _base_name(tokens, first, index), "0")
        edits.append(Edit(tokens[first].start, tokens[first].start, f"GW_KERNEL({bound}, "))
        edits.append(Edit(token.start, token.end, ").on("))
        edits.append(Edit(tokens[closed].start, tokens[closed + 2].end, ")"))
        edits += _null_edits(tokens, closed + 3)
    return edits


def _kernel_start(tokens: list[Token], index: int) -> int | None:
    """Where the kernel's name begins, its namespaces and template arguments included."""
    first: int | None = None
    at = index - 1
    while at >= 0:
        if tokens[at].text == ">":
            opened = angle_back(tokens, at)
            if opened is None:
                return None
            at = opened - 1
        elif tokens[at].text == ")" and first is None:
            return matching_back(tokens, at)
        if at < 0 or tokens[at].kind is not Kind.WORD:
            return None
        first = at
        if at == 0 or tokens[at - 1].text != "::":
            return first
        first = at = at - 1
        if at == 0 or (tokens[at - 1].kind is not Kind.WORD and tokens[at - 1].text != ">"):
            return first
        if tokens[at - 1].text == "return":
            return first
        at -= 1
    return first


def _base_name(tokens: list[Token], first: int, last: int) -> str:
    """The kernel's own name: the last word outside template arguments."""
    depth, name = 0, ""
    for token in tokens[first:last]:
        depth += (token.text == "<") - (token.text == ">")
        if depth == 0 and token.kind is Kind.WORD:
            name = token.text
    return name


def _chevrons_end(tokens: list[Token], opened: int) -> int | None:
    """The first of the three `>` that close a configuration."""
    index = opened + 1
    while index + 2 < len(tokens):
        if tokens[index].text in OPENING and tokens[index].kind is Kind.MARK:
            closed = matching(tokens, index)
            if closed is None:
                return None
            index = closed
        elif _three(tokens, index):
            # Of four or more, the last three.
            while index + 3 < len(tokens) and _three(tokens, index + 1):
                index += 1
            return index
        elif tokens[index].text == ";":
            return None
        index += 1
    return None


def _three(tokens: list[Token], index: int) -> bool:
    three = tokens[index : index + 3]
    return [token.text for token in three] == [">"] * 3 and three[2].start - three[0].start == 2


def _null_edits(tokens: list[Token], opened: int) -> list[Edit]:
    """An argument `NULL` is a number to what passes it on: it becomes `nullptr`."""
    if opened >= len(tokens) or tokens[opened].text != "(":
        return []
    closed = matching(tokens, opened)
    edits, at = [], opened + 1
    while closed is not None and at < closed:
        token = tokens[at]
        if token.kind is Kind.MARK and token.text in OPENING:
            at = matching(tokens, at) or closed
        elif token.text == "NULL" and tokens[at - 1].text in "(," and tokens[at + 1].text in ",)":
            edits.append(Edit(token.start, token.end, "nullptr"))
        at += 1
    return edits


def _bounds(tokens: list[Token]) -> Mapping[str, str]:
    """The most threads of a block, of every kernel that says so by a number."""
    found: dict[str, str] = {}
    numbers = {
        tokens[i + 1].text: tokens[i + 2].text
        for i in range(1, len(tokens) - 2)
        if tokens[i].text == "define"
        and tokens[i - 1].text == "#"
        and tokens[i + 2].kind is Kind.NUMBER
    }
    for index, token in enumerate(tokens[:-3]):
        if token.text != _BOUNDS or token.directive or tokens[index + 1].text != "(":
            continue
        closed = matching(tokens, index + 1)
        most = tokens[index + 2]
        value = most.text if most.kind is Kind.NUMBER else numbers.get(most.text, "")
        if closed is None or not value.isdigit() or tokens[index + 3].text not in ",)":
            continue
        name = _declared(tokens, closed + 1)
        if name:
            found[name] = value
    return found


def _declared(tokens: list[Token], index: int) -> str:
    """The function that a declaration names: the word before its first parenthesis."""
    for at in range(index, min(index + 8, len(tokens) - 1)):
        if tokens[at].kind is Kind.WORD and tokens[at + 1].text == "(":
            return tokens[at].text
    return ""
