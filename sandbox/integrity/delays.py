"""Tells the delays of a design from the other uses of the sign `#`, and leaves them out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from gatewright.sandbox.integrity.brackets import closers
from gatewright.sandbox.integrity.layout import KEYWORDS, spelled
from gatewright.sandbox.integrity.lexer import Kind, Token, words

_ZERO = re.compile(r"0+")
_VALUES = frozenset({"=", "<="})
_NETS = words(
    """
    assign wire tri wand wor uwire triand trior tri0 tri1 trireg supply0 supply1 signed and
    nand or nor xor xnor not buf bufif0 bufif1 notif0 notif1 tranif0 tranif1 nmos pmos cmos
    rnmos rpmos rcmos rtranif0 rtranif1 logic reg ]
    """
)
_STRENGTHS = words(
    """
    supply0 supply1 strong0 strong1 pull0 pull1 weak0 weak1 highz0 highz1 small medium large
    """
)
_HEADS = words(
    """
    module macromodule interface class extends automatic static
    """
)
_VALUE_KINDS = (Kind.IDENT, Kind.ESCAPED, Kind.NUMBER)
_MAY_GO_ON = (Kind.NUMBER, Kind.BAD, Kind.DIRECTIVE, Kind.ATTRIBUTE)
_PARAMETER_WORDS = frozenset({"parameter", "localparam", "type"})
_LABELLED = ("begin", "fork", "join", "end")
_ITEM_STARTS = words(
    """
    ; ) begin end else generate endgenerate endfunction endtask endspecify endmodule endclass
    endpackage endinterface endprimitive
    """
)


class Use(StrEnum):
    """What a `#` is for."""

    PARAMETERS = "parameters"  # sub #(8) u (…); module m #(parameter N = 8) (…);
    ZERO = "zero"  # #0 stmt: later in the same moment
    VALUE = "value"  # q <= #1 d
    NET = "net"  # assign #1 y = a; and #1 g (y, a, b); a primitive of the design's own
    STATEMENT = "statement"  # #5 stmt, ->> #5 e, and whatever is none of the others


def uses(tokens: Sequence[Token]) -> Iterator[tuple[int, Use]]:
    """Each `#` among the tokens, with what it is for."""
    if any(token.text == "#" for token in tokens):
        yield from _Reader(tokens).uses()


def has_delays(tokens: Sequence[Token]) -> bool:
    """Whether anything in the design takes time, as it does in behavioural models."""
    return any(use not in (Use.PARAMETERS, Use.ZERO) for _, use in uses(tokens))


def without_delays(tokens: Sequence[Token]) -> tuple[Sequence[Token], Token | None]:
    """The tokens without the delays of values, nets and gates; and the first that is left out.

    What is assigned stays the same, and so does when, in cycles of a clock. A statement that waits
    stays: without its delay it would do something else.
    """
    if all(token.text != "#" for token in tokens):
        return tokens, None
    reader = _Reader(tokens)
    kept: list[Token] = []
    first, done = None, 0
    for index, use in reader.uses():
        end = reader.group_end(index)
        if use not in (Use.VALUE, Use.NET) or end is None or index < done:
            continue
        kept += tokens[done:index]
        first, done = first or tokens[index], end
    return [*kept, *tokens[done:]], first


class _Reader:
    """Looks around each `#`."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._closers: Mapping[int, int] = closers(tokens)
        self._primitives = frozenset(
            spelled(tokens[index + 1])
            for index, token in enumerate(tokens[:-1])
            if token.text == "primitive"
        )

    def uses(self) -> Iterator[tuple[int, Use]]:
        for index, token in enumerate(self._tokens):
            if token.text == "#":
                yield index, self._use(index)

    def group_end(self, index: int) -> int | None:
        """The index after `#(…)`, `#5` or `#name`; None where there is no such thing."""
        at = index + 1
        if self._text(at) == "(":
            return self._after(at)
        if at >= len(self._tokens) or self._tokens[at].kind not in _VALUE_KINDS:
            return None
        at += 1
        while self._text(at) in (".", "::"):
            at += 2
        return min(at, len(self._tokens))

    def _text(self, index: int) -> str:
        return self._tokens[index].text if 0 <= index < len(self._tokens) else ""

    def _is_name(self, index: int) -> bool:
        if not 0 <= index < len(self._tokens):
            return False
        token = self._tokens[index]
        return token.kind is Kind.ESCAPED or (
            token.kind is Kind.IDENT and token.text not in KEYWORDS
        )

    def _after(self, opening: int) -> int:
        return self._closers.get(opening, len(self._tokens) - 1) + 1

    def _use(self, index: int) -> Use:
        before = self._text(index - 1)
        if self._is_zero(index):
            return Use.ZERO
        if self._text(index + 1) == "(" and self._text(index + 2) in _PARAMETER_WORDS:
            return Use.PARAMETERS
        if before in _VALUES:
            return Use.VALUE
        if before in _NETS or (before == ")" and self._text(index - 2) in _STRENGTHS):
            return Use.NET
        if not self._is_name(index - 1):
            return Use.STATEMENT
        if spelled(self._tokens[index - 1]) in self._primitives or self._text(index - 2) in _NETS:
            return Use.NET
        return Use.PARAMETERS if self._has_parameters(index) else Use.STATEMENT

    def _is_zero(self, index: int) -> bool:
        """A literal zero, and nothing that it could be a part of (`0 'd5` is a number, too)."""
        if not _ZERO.fullmatch(self._text(index + 1)):
            return False
        following = self._tokens[index + 2 : index + 3]
        return not following or following[0].kind not in _MAY_GO_ON

    def _has_parameters(self, index: int) -> bool:
        """A definition's parameters, or those of an instance: a name and its ports follow."""
        if self._text(index - 2) in _HEADS:
            return True
        at = self.group_end(index)
        if at is None or not self._is_name(at) or not self._begins_item(index - 1):
            return False
        at += 1
        while self._text(at) == "[":
            at = self._after(at)
        return self._text(at) == "("

    def _begins_item(self, index: int) -> bool:
        """Whether a module's name may stand here: `@ e #5 t (…)` waits, and so does a label's."""
        while index and self._tokens[index - 1].kind in (Kind.ATTRIBUTE, Kind.DIRECTIVE):
            index -= 1
        before = self._text(index - 1)
        if before == ":":
            return not self._text(index - 2).startswith(_LABELLED)
        if index == 0 or before in _ITEM_STARTS:
            return True
        return self._is_name(index - 1) and self._text(index - 2) == ":"
