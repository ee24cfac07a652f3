"""The gate: refuses candidates that reach for the simulation instead of describing hardware.

It works on preprocessed tokens, so a name cannot be hidden in a macro, a comment or an escape, and
the text that is compiled afterwards is written from the very tokens that were checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gatewright.core import Diagnostic, Severity
from gatewright.sandbox.integrity import policy as rules
from gatewright.sandbox.integrity.lexer import Kind, Token, words
from gatewright.sandbox.integrity.policy import GatePolicy

MAX_NESTING = 256
TOOL = "gate"

_BARE_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}")
_GENERATED_SCOPE = re.compile(r"genblk\d+")
_DELAYED_BY_VALUE = frozenset({"=", "<="})
_DELAYED_BY_NET = words(
    """
    assign wire tri wand wor uwire triand trior tri0 tri1 trireg supply0 supply1 signed and
    nand or nor xor xnor not buf bufif0 bufif1 notif0 notif1 tranif0 tranif1 nmos pmos cmos
    rnmos rpmos rcmos rtranif0 rtranif1 logic reg ]
    """
)


def check(
    tokens: Sequence[Token], files: Sequence[str], policy: GatePolicy | None = None
) -> tuple[Diagnostic, ...]:
    """What is wrong with the tokens, each with its exact place; empty = the gate is open."""
    walk = _Walk(tokens, files, policy or GatePolicy())
    return tuple(
        Diagnostic(
            Severity.ERROR, f.message, files[f.at.file], f.at.line, f.at.column, f.code, TOOL
        )
        for f in walk.findings()
    )


def has_delays(tokens: Sequence[Token]) -> bool:
    """Whether a statement waits for time (`#5 …;`), as behavioural models do."""
    return any(t.text == "#" and _is_statement_delay(tokens, i) for i, t in enumerate(tokens))


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

    def findings(self) -> Iterator[Finding]:
        depth, printing = 0, -1
        banned, system = rules.KEYWORDS, Kind.SYSTEM
        for index, token in enumerate(self.tokens):
            text, kind = token.text, token.kind
            if kind is Kind.OPERATOR:
                if text in _OPEN:
                    depth += 1
                    if depth > MAX_NESTING:
                        message = f"brackets are nested more than {MAX_NESTING} deep"
                        yield Finding(token, "nesting", message)
                        return
                elif text in _CLOSE:
                    depth -= 1
                    if depth <= printing:
                        printing = -1
                elif text == "#" and not self.policy.delays:
                    yield from self._delay(index)
            elif kind is Kind.IDENT:
                if text in banned:
                    yield self._keyword(token)
                elif text in rules.FOREIGN:
                    yield from self._foreign(index)
            elif kind is system:
                if printing < 0 and text in rules.PRINTS:
                    printing = depth
                else:
                    yield from self._system(index, printing >= 0)
            elif kind is Kind.DIRECTIVE:
                yield from self._directive(token)
            elif kind is Kind.BAD:
                yield _bad(token)
            if printing >= 0 and text == ";":
                printing = -1
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

    def _delay(self, index: int) -> Iterator[Finding]:
        if _is_statement_delay(self.tokens, index):
            message = "a statement delay (#) lets the design replay stimulus by time; use the clock"
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
        after = self._next(index).text
        if after == ".":
            return True
        if after != "[":
            return False
        depth, at = 0, index + 1
        while at < min(len(self.tokens), index + _MAX_SELECT):
            text = self.tokens[at].text
            depth += (text == "[") - (text == "]")
            if depth == 0:
                following = self._next(at).text
                if following == "[":
                    at += 1
                    continue
                return following == "."
            at += 1
        return False


_MAX_SELECT = 64
_OPEN = frozenset({"(", "[", "{", "'{", "'("})
_CLOSE = frozenset({")", "]", "}"})
_NOTHING = Token(Kind.BAD, "", 0, 0, 0)


def _bad(token: Token) -> Finding:
    if token.text == "/*":
        return Finding(token, "lexical", "this comment is never closed")
    if token.text == '"':
        return Finding(token, "lexical", "this string is never closed")
    return Finding(token, "lexical", f"the character {token.text!r} has no place in Verilog")


def _is_statement_delay(tokens: Sequence[Token], index: int) -> bool:
    """Tell `#5 stmt` from an instance's `#(…)`, a net's or gate's delay and `q <= #1 d`."""
    if index == 0:
        return False
    before = tokens[index - 1]
    if before.text in _DELAYED_BY_VALUE or before.text in _DELAYED_BY_NET:
        return False
    if before.kind is Kind.IDENT and before.text not in _STATEMENT_WORDS:
        return False
    if before.text == ")":
        return not _after_strength(tokens, index - 1)
    return True


_STATEMENT_WORDS = words(
    """
    begin else fork forever always initial do always_comb always_latch default join
    """
)
_STRENGTHS = words(
    """
    supply0 supply1 strong0 strong1 pull0 pull1 weak0 weak1 highz0 highz1 small medium large
    """
)


def _after_strength(tokens: Sequence[Token], close: int) -> bool:
    return close >= 2 and tokens[close - 1].text in _STRENGTHS
