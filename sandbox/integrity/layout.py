"""Writes vetted tokens out again as text, and knows where each line of it came from.

A compiler that reads this text sees our tokens and nothing else: no comment, no macro, no
attribute, and no character sequence that it might cut up in another way than we did.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gatewright.sandbox.integrity.lexer import Kind, Token, words

_BLANKS = re.compile(r"[ \t]+")
_FOLDED = re.compile(r"\\\r?\n")
_SIMPLE = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
_MADE = re.compile(r"\besc_(?:[0-9a-f]{2})+\b")


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a user's source; line and column count from 1."""

    file: str
    line: int
    column: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """The text, and for each of its lines the tokens on it."""

    text: str
    lines: tuple[tuple[Token, ...], ...]
    files: tuple[str, ...]

    def spans(self) -> Iterator[tuple[Token, int, int]]:
        """Every token with where its spelling starts and ends in the text."""
        start = 0
        for row in self.lines:
            at = start
            for number, token in enumerate(row):
                plain = token.kind is Kind.IDENT or token.kind is Kind.OPERATOR
                word = token.text if plain else spelled(token)
                if number and word != "'(":
                    at += 1
                yield token, at, at + len(word)
                at += len(word)
            start = at + 1

    def place(self, line: int, column: int = 0) -> Place | None:
        """Where line `line` (and column) of the text came from; None outside the text."""
        if not 1 <= line <= len(self.lines):
            return None
        tokens = self.lines[line - 1]
        if not tokens:
            earlier = (self.lines[number] for number in range(line - 2, -1, -1))
            before = next((row[-1] for row in earlier if row), None)
            return None if before is None else Place(self.files[before.file], before.line)
        chosen, at = tokens[0], 0
        for token in tokens:
            if at >= max(column, 1):
                break
            chosen = token
            at += len(spelled(token)) + (token.text != "'(")
        return Place(self.files[chosen.file], chosen.line, chosen.column if column else 0)


def lay_out(tokens: Iterable[Token], files: Sequence[str]) -> Layout:
    """One space between tokens, and line breaks where the sources have them.

    A gap is written once, however often a macro's tokens lead back before it.
    """
    rows: list[list[Token]] = [[]]
    current = (0, 1)
    highest: dict[int, int] = {}
    for token in tokens:
        where = (token.file, token.line)
        if where != current:
            reached = highest.get(token.file, 1)
            skipped = token.line - reached if token.file == current[0] else 1
            rows.extend([] for _ in range(skipped if 0 < skipped <= _MAX_GAP else 1))
            highest[token.file] = max(reached, token.line)
            current = where
        if (token.kind is Kind.DIRECTIVE and rows[-1]) or (
            rows[-1] and rows[-1][-1].kind is Kind.DIRECTIVE
        ):
            rows.append([])
        rows[-1].append(token)
    text = "\n".join(map(_row, rows))
    return Layout(f"{text}\n", tuple(map(tuple, rows)), tuple(files))


_MAX_GAP = 2000


def spelled(token: Token) -> str:
    """A token as it is written out: one line, ASCII, no escapes but a string's own."""
    if token.kind is Kind.NUMBER:
        return _BLANKS.sub("", token.text)
    if token.kind is Kind.STRING:
        return _FOLDED.sub("", token.text).encode("ascii", "replace").decode()
    if token.kind is Kind.ESCAPED:
        return plain_name(token.text)
    if token.kind is Kind.ATTRIBUTE or token.kind is Kind.BAD:
        return ""
    return token.text


def plain_name(escaped: str) -> str:
    r"""An escaped identifier as a simple one: `\\a ` is `a`; others get a name made of hex."""
    name = escaped[1:]
    if _SIMPLE.fullmatch(name) and name not in KEYWORDS:
        return name
    return f"esc_{name.encode().hex()}"


def shown_names(text: str) -> str:
    """A text of a tool that read a layout, with escaped names as their author wrote them."""
    return _MADE.sub(lambda found: _unmade(found[0]), text) if "esc_" in text else text


def _unmade(made: str) -> str:
    try:
        name = bytes.fromhex(made.removeprefix("esc_")).decode()
    except ValueError:
        return made
    return name if name.isprintable() and plain_name(f"\\{name}") == made else made


def _row(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    for token in tokens:
        plain = token.kind is Kind.IDENT or token.kind is Kind.OPERATOR
        word = token.text if plain else spelled(token)
        if word == "'(" and parts:
            parts[-1] += word
        else:
            parts.append(word)
    return " ".join(parts)


KEYWORDS = words(
    """
    accept_on alias always always_comb always_ff always_latch and assert assign assume
    automatic before begin bind bins binsof bit break buf bufif0 bufif1 byte case casex
    casez cell chandle checker class clocking cmos config const constraint context continue
    cover covergroup coverpoint cross deassign default defparam design disable dist do edge
    else end endcase endchecker endclass endclocking endconfig endfunction endgenerate
    endgroup endinterface endmodule endpackage endprimitive endprogram endproperty
    endsequence endspecify endtable endtask enum event eventually expect export extends
    extern final first_match for force foreach forever fork forkjoin function generate
    genvar global highz0 highz1 if iff ifnone ignore_bins illegal_bins implements implies
    import incdir include initial inout input inside instance int integer interconnect
    interface intersect join join_any join_none large let liblist library local localparam
    logic longint macromodule matches medium modport module nand negedge nettype new
    nexttime nmos nor noshowcancelled not notif0 notif1 null or output package packed
    parameter pmos posedge primitive priority program property protected pull0 pull1
    pulldown pullup pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase
    randsequence rcmos real realtime ref reg reject_on release repeat restrict return rnmos
    rpmos rtran rtranif0 rtranif1 s_always s_eventually s_nexttime s_until s_until_with
    scalared sequence shortint shortreal showcancelled signed small soft solve specify
    specparam static string strong strong0 strong1 struct super supply0 supply1
    sync_accept_on sync_reject_on table tagged task this throughout time timeprecision
    timeunit tran tranif0 tranif1 tri tri0 tri1 triand trior trireg type typedef union
    unique unique0 unsigned until until_with untyped use uwire var vectored virtual void
    wait wait_order wand weak weak0 weak1 while wildcard wire with within wor xnor xor
    """
)
