"""Shared variables: each declaration becomes a type of its own, and a reference into the block's
shared memory.

`__shared__ float tile[8][9], sum;` becomes `typedef float gw_shared_tile[8][9], gw_shared_sum;`
followed by `auto& tile = ...; auto& sum = ...;` on the same line: the compiler reads the types.
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.sandbox.emulator.edits import Edit
from gatewright.sandbox.emulator.lexer import OPENING, Kind, Token, matching, matching_back

_PREFIXES = frozenset({"extern", "static", "volatile", "const", "alignas", "__align__"})


@dataclass(frozen=True, slots=True)
class _Declaration:
    """One declaration: its specifiers from `first`, its end, and its names' tokens."""

    first: int
    end: int
    names: tuple[int, ...]
    is_extern: bool


def shared_edits(text: str, tokens: list[Token]) -> list[Edit]:
    """What moves every shared variable into the block's shared memory."""
    edits: list[Edit] = []
    outside = _outside_functions(tokens)
    for index, token in enumerate(tokens):
        if token.text != "__shared__" or token.directive or token.kind is not Kind.WORD:
            continue
        declaration = _declaration(tokens, index)
        if declaration is not None:
            edits += _edits(tokens, index, declaration, index in outside)
    return edits


def _edits(
    tokens: list[Token], index: int, declaration: _Declaration, at_file_scope: bool
) -> list[Edit]:
    edits = [Edit(tokens[index].start, tokens[index].end, "typedef")]
    for token in tokens[declaration.first : declaration.end]:
        if token.text in ("extern", "static"):
            edits.append(Edit(token.start, token.end, ""))
        elif token.text == "alignas":
            edits.append(Edit(token.start, token.end, "__align__"))
    made = []
    for at in declaration.names:
        name = tokens[at].text
        edits.append(Edit(tokens[at].start, tokens[at].end, f"gw_shared_{name}"))
        made.append(_variable(name, declaration.is_extern, at_file_scope))
    end = tokens[declaration.end].end
    return [*edits, Edit(end, end, "".join(made))]


def _variable(name: str, is_extern: bool, at_file_scope: bool) -> str:
    kind = f"gw_shared_{name}"
    if at_file_scope and is_extern:
        return f" static ::gw::DynamicShared<std::remove_extent_t<{kind}>> {name};"
    if at_file_scope:
        return f" static ::gw::Shared<{kind}> {name};"
    if is_extern:
        return f" auto& {name} = *static_cast<{kind}*>(::gw::dynamic_shared());"
    slot = f"gw_slot_{name}"
    place = f"::gw::shared_at({slot}, sizeof({kind}), alignof({kind}))"
    return f" static ::gw::SharedSlot {slot}; auto& {name} = *static_cast<{kind}*>({place});"


def _declaration(tokens: list[Token], index: int) -> _Declaration | None:
    """The declaration that `__shared__` at `index` is in; None where it is none that we know."""
    first = index
    while first > 0:
        before = tokens[first - 1]
        if before.text in _PREFIXES:
            first -= 1
        elif before.text == ")":
            opened = matching_back(tokens, first - 1)
            if opened is None or tokens[opened - 1].text not in ("alignas", "__align__"):
                break
            first = opened - 1
        else:
            break
    names: list[int] = []
    name: int | None = None
    depth, at, sized = 0, index + 1, False
    while at < len(tokens) and tokens[at].text != ";":
        token = tokens[at]
        if token.kind is Kind.MARK and token.text in OPENING:
            closed = matching(tokens, at)
            if closed is None or token.text == "{":
                return None
            sized = sized or (token.text == "[" and depth == 0)
            at = closed
        elif token.text in "<>" and not sized:
            depth += 1 if token.text == "<" else -1
        elif token.text == "," and depth == 0:
            if name is None:
                return None
            names.append(name)
            name, sized = None, False
        elif token.text == "=":
            return None
        elif depth == 0 and token.kind is Kind.WORD and not sized:
            name = at
        at += 1
    if at >= len(tokens) or name is None:
        return None
    words = [token.text for token in tokens[first:at]]
    return _Declaration(first, at, (*names, name), "extern" in words)


def _outside_functions(tokens: list[Token]) -> frozenset[int]:
    """Tokens that are in namespaces, but in no function or class."""
    outside: set[int] = set()
    stack: list[bool] = []
    for index, token in enumerate(tokens):
        if token.text == "{" and token.kind is Kind.MARK:
            stack.append(_opens_namespace(tokens, index))
        elif token.text == "}" and token.kind is Kind.MARK and stack:
            stack.pop()
        elif all(stack):
            outside.add(index)
    return frozenset(outside)


def _opens_namespace(tokens: list[Token], index: int) -> bool:
    at = index - 1
    while at >= 0 and (tokens[at].kind is Kind.WORD or tokens[at].text == "::"):
        if tokens[at].text == "namespace":
            return True
        at -= 1
    return at >= 1 and tokens[at].text == '"C"' and tokens[at - 1].text == "extern"
