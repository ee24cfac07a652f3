"""The gate: refuses candidates that reach for the simulation instead of describing hardware.

It works on preprocessed tokens, so a name cannot be hidden in a macro, a comment or an escape, and
the text that is compiled afterwards is written from the very tokens that were checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from gatewright.core import Diagnostic, Severity
from gatewright.sandbox.integrity import policy as rules
from gatewright.sandbox.integrity.brackets import CLOSING, OPENING, closers
from gatewright.sandbox.integrity.delays import Use, uses
from gatewright.sandbox.integrity.lexer import Kind, Token
from gatewright.sandbox.integrity.policy import GatePolicy

MAX_NESTING = 256
MAX_FINDINGS = 100
TOOL = "gate"

_BARE_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}")
_TIMESCALE = re.compile(r"`timescale +10{0,2} *[munpf]?s */ *10{0,2} *[munpf]?s")
_GENERATED_SCOPE = re.compile(r"genblk\d+")


def check(
    tokens: Sequence[Token], files: Sequence[str], policy: GatePolicy | None = None
) -> tuple[Diagnostic, ...]:
    """What is wrong with the tokens, each with its exact place; empty = the gate is open.

    Of many findings the first MAX_FINDINGS.
    """
    walk = _Walk(tokens, files, policy or GatePolicy(), closers(tokens))
    return tuple(
        Diagnostic(
            Severity.ERROR, f.message, files[f.at.file], f.at.line, f.at.column, f.code, TOOL
        )
        for f in islice(walk.findings(), MAX_FINDINGS)
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation."""

    at: Token
    code: str
    message: str


@dataclass(slots=True)
class _Walk:
    tokens: Sequence[Token]
    files: Sequence[str]
    policy: GatePolicy
    closers: Mapping[int, int]

    def findings(self) -> Iterator[Finding]:
        depth, printing, calling = 0, -1, -1
        banned, system = rules.KEYWORDS, Kind.SYSTEM
        for index, token in enumerate(self.tokens):
            text, kind = token.text, token.kind
            if kind is Kind.OPERATOR:
                if text in OPENING:
                    depth += 1
                    if depth > MAX_NESTING:
                        message = f"brackets are nested more than {MAX_NESTING} deep"
                        yield Finding(token, "nesting", message)
                        return
                    if 0 <= printing < depth - 1 and calling < 0 and self._calls(index):
                        calling = depth
                elif text in CLOSING:
                    depth -= 1
                    if depth <= printing:
                        printing = -1
                    if depth < calling:
                        calling = -1
            elif kind is Kind.IDENT:
                if text in banned:
                    yield self._keyword(token)
                elif text in rules.FOREIGN:
                    yield from self._foreign(index)
            elif kind is system:
                if printing < 0 and text in rules.PRINTS:
                    printing = depth if self._next(index).text == "(" else -1
                else:
                    yield from self._system(index, printing >= 0 and calling < 0)
            elif kind is Kind.DIRECTIVE or kind is Kind.DEFINE:
                yield from self._directive(token)
            elif kind is Kind.BAD:
                yield _bad(token)
            if printing >= 0 and text == ";":
                printing = calling = -1
        if not self.policy.delays:
            yield from self._delays()
        yield from self._references()

    def _keyword(self, token: Token) -> Finding:
        reason = rules.KEYWORDS[token.text]
        return Finding(token, "keyword", f"'{token.text}' is not allowed in a design: it {reason}")

    def _foreign(self, index: int) -> Iterator[Finding]:
        if self._next(index).kind is Kind.STRING:
            token = self.tokens[index]
            yield Finding(token, "foreign", f"'{token.text}' of foreign code is not allowed")

    def _next(self, index: int, ahead: int = 1) -> Token:
        if index + ahead < len(self.tokens):
            return self.tokens[index + ahead]
        return _NOTHING

    def _calls(self, index: int) -> bool:
        """Whether the bracket opens the arguments of something that could keep one of them."""
        before = self.tokens[index - 1]
        return self.tokens[index].text == "(" and (
            before.kind in (Kind.IDENT, Kind.ESCAPED)
            or (before.kind is Kind.SYSTEM and before.text not in rules.CONVERTS)
        )

    def _system(self, index: int, in_print: bool) -> Iterator[Finding]:
        token = self.tokens[index]
        name = token.text
        if name in rules.PURE or name in rules.PRINTS or (in_print and name in rules.CLOCKS):
            return
        if name in rules.LOADS:
            yield from self._load(index)
            return
        reason = rules.REASONS.get(name, rules.OTHERWISE)
        yield Finding(token, "system-task", f"{name} is not allowed in a design: it {reason}")

    def _load(self, index: int) -> Iterator[Finding]:
        token, name = self.tokens[index], self._next(index, 2)
        plain = name.kind is Kind.STRING and _BARE_FILE.fullmatch(name.text[1:-1])
        if self._next(index).text != "(" or not plain or self._next(index, 3).text not in ",)":
            message = f"{token.text} may only load a file of the task, by its bare name"
            yield Finding(token, "file", message)

    def _directive(self, token: Token) -> Iterator[Finding]:
        word = token.text.split()[0]
        if word in rules.DIRECTIVES:
            yield Finding(token, "directive", f"{word} {rules.DIRECTIVES[word]}")
        elif token.kind is Kind.DEFINE or "`" in token.text[1:]:
            yield Finding(token, "directive", f"a directive has no place after or in {word}")
        elif word == "`timescale" and not _TIMESCALE.fullmatch(token.text):
            yield Finding(token, "directive", "a `timescale is a unit and a precision: 1ns/1ps")

    def _delays(self) -> Iterator[Finding]:
        for index, use in uses(self.tokens):
            if use not in (Use.PARAMETERS, Use.ZERO):
                message = "a delay (#) lets the design replay stimulus by time; use the clock"
                yield Finding(self.tokens[index], "delay", message)

    def _references(self) -> Iterator[Finding]:
        """Hierarchical names whose first part the candidate itself never declares."""
        bases: list[Token] = []
        known: set[str] = set()
        tokens = self.tokens
        for index, token in enumerate(tokens):
            if token.kind is not Kind.IDENT and token.kind is not Kind.ESCAPED:
                continue
            before = tokens[index - 1].text if index else ""
            if before == ".":
                continue
            if self._is_base(index):
                bases.append(token)
            else:
                known.add(token.text)
        for token in bases:
            if token.text not in known or _GENERATED_SCOPE.fullmatch(token.text):
                message = f"'{token.text}' is not part of the design: this reaches out of it"
                yield Finding(token, "reference", message)

    def _is_base(self, index: int) -> bool:
        """Whether `a.b` or `a[…].b` starts here."""
        at = index + 1
        while at < len(self.tokens) and self.tokens[at].text == "[":
            at = self.closers.get(at, len(self.tokens)) + 1
        return at < len(self.tokens) and self.tokens[at].text == "."


_NOTHING = Token(Kind.BAD, "", 0, 0, 0)


def _bad(token: Token) -> Finding:
    if token.text == "/*":
        return Finding(token, "lexical", "this comment is never closed")
    if token.text == "(*":
        return Finding(token, "lexical", "this attribute is never closed")
    if token.text == '"':
        return Finding(token, "lexical", "this string is never closed")
    return Finding(token, "lexical", f"the character {token.text!r} has no place in Verilog")
