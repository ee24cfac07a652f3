"""Gives a reference's definitions names of their own, so that a candidate may use the same."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.sandbox.integrity import Kind, Token, definitions
from gatewright.sandbox.integrity.layout import KEYWORDS

PREFIX = "gw_ref_"

_HEADS = frozenset({"module", "macromodule", "interface", "package", "primitive", "class"})
_QUALIFIERS = frozenset({"automatic", "static", "virtual"})


def renamed_tokens(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with every definition's name prefixed, where it is a definition's name.

    So the candidate may define modules, packages and interfaces of the same names.
    """
    keywords = {d.name: d.keyword for d in definitions(tokens) if d.name}
    return [
        token._replace(text=f"{PREFIX}{token.text}")
        if token.kind is Kind.IDENT
        and token.text in keywords
        and _names_definition(tokens, index, keywords[token.text])
        else token
        for index, token in enumerate(tokens)
    ]


def _names_definition(tokens: Sequence[Token], index: int, keyword: str) -> bool:
    def text(at: int) -> str:
        return tokens[at].text if 0 <= at < len(tokens) else ""

    before, after = text(index - 1), text(index + 1)
    if before in _HEADS or (before in _QUALIFIERS and text(index - 2) in _HEADS):
        return True
    if before == ":" and text(index - 2).startswith("end"):
        return True
    if after == "::" or before == "import":
        return True
    if before in (".", "[", "(", ",") and after != "#" and keyword != "interface":
        return False
    follows = index + 1 < len(tokens) and tokens[index + 1].kind in (Kind.IDENT, Kind.ESCAPED)
    if follows and after not in KEYWORDS:
        return True
    return (
        after == "#"
        or (keyword == "primitive" and after == "(")
        or (keyword == "interface" and after == ".")
    )
