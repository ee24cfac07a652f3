"""Boolean expressions as engineers write them, and their values.

Takes `~ ! ' not`, `& && . * and` or plain juxtaposition, `^ xor`, `~^ xnor`, `| || + or`,
parentheses and one-bit constants; precedence not, and, xor, or (as Verilog).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.ir import Constant, Expression, Not, Op, Signal
from gatewright.agents.symbolic.signals import Names

_TOKEN = re.compile(
    r"\s*(?:(?P<constant>1'b[01])|(?P<xnor>~\^|\^~)|(?P<operator>&&|\|\||[&|^~!'()+*.])"
    r"|(?P<name>[A-Za-z_]\w*(?:\s*\[\s*\d+\s*\])?)|(?P<bit>[01])(?!\w))"
)
_WORDS = {"and": "&", "or": "|", "xor": "^", "not": "~", "xnor": "~^"}
# Deeper or longer than this is no formula that somebody wrote by hand.
_MAX_DEPTH = 60
_MAX_TOKENS = 1_000
_FLAT = re.compile(r"~\^|\^~|&&|\|\||[&|^~!'+*.]|\w+(?:\s*\[\s*\d+\s*\])?")
_BINARY = frozenset({"and", "or", "xor", "xnor", "&&", "||", "&", "|", "^", "+", "*", ".", "~^"})
_SAME = {"&&": "&", "||": "|", "+": "|", "*": "&", ".": "&", "!": "~"}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match or match.end() == at:
            raise Abstain(f"the expression {text!r} was not understood")
        at = match.end()
        kind = match.lastgroup or ""
        piece = match[kind].strip()
        if kind == "name" and piece.lower() in _WORDS:
            kind, piece = "operator", _WORDS[piece.lower()]
        elif kind == "xnor":
            kind, piece = "operator", "~^"
        tokens.append(_Token(kind, _SAME.get(piece, piece)))
    return tokens


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, text: str, names: Names) -> None:
        self.text = text
        self.names = names
        self.tokens = _tokens(text)
        self.at = 0
        self.depth = 0
        self.algebra = any(token.text in ("'", ".") for token in self.tokens)
        if len(self.tokens) > _MAX_TOKENS:
            raise Abstain("an expression is too long")

    def peek(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _Token("end", "")

    def take(self, text: str) -> bool:
        token = self.peek()
        if token.kind == "operator" and token.text == text:
            self.at += 1
            return True
        return False

    def whole(self) -> Expression:
        result = self.disjunction()
        if self.peek().kind != "end":
            raise Abstain(f"the expression {self.text!r} was not understood")
        return result

    def disjunction(self) -> Expression:
        parts = [self.exclusive()]
        while self.take("|"):
            parts.append(self.exclusive())
        return _joined("|", parts)

    def exclusive(self) -> Expression:
        left = self.conjunction()
        while True:
            if self.take("^"):
                left = Op("^", (left, self.conjunction()))
            elif self.take("~^"):
                left = Not(Op("^", (left, self.conjunction())))
            else:
                return left

    def conjunction(self) -> Expression:
        parts = self.factor()
        while True:
            if self._juxtaposed():
                self.algebra = True
                parts += self.factor()
            elif self.take("&"):
                parts += self.factor()
            else:
                return _joined("&", parts)

    def _juxtaposed(self) -> bool:
        token = self.peek()
        if token.kind in ("name", "constant", "bit"):
            return True
        return token.kind == "operator" and token.text in ("(", "~")

    def factor(self) -> list[Expression]:
        """One factor, or several where a run of letters such as `ab` stands for a product."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise Abstain("an expression is nested too deep")
        parts = self._factor()
        self.depth -= 1
        return parts

    def _factor(self) -> list[Expression]:
        if self.take("~"):
            parts = self.factor()
            if len(parts) > 1:
                raise Abstain(f"{self.text!r}: a complement before a run of letters is ambiguous")
            return [Not(parts[0])]
        if self.take("("):
            inner = self.disjunction()
            if not self.take(")"):
                raise Abstain(f"the expression {self.text!r} lacks a parenthesis")
            return [self._primed(inner)]
        token = self.peek()
        self.at += 1
        if token.kind in ("constant", "bit"):
            return [Constant(int(token.text[-1]))]
        if token.kind != "name":
            raise Abstain(f"the expression {self.text!r} was not understood")
        *before, last = self._named(token.text)
        return [*before, self._primed(last)]

    def _named(self, text: str) -> list[Expression]:
        signal = self.names.resolve(text)
        if signal is not None:
            return [signal]
        group = self.names.group(text) or ()
        signals = [self.names.resolve(name) for name in group]
        if not signals or any(s is None for s in signals):
            raise Abstain(f"{text!r} in the expression {self.text!r} is no input of the module")
        self.algebra |= len(signals) > 1
        return [s for s in signals if s is not None]

    def _primed(self, expression: Expression) -> Expression:
        while self.take("'"):
            expression = Not(expression)
        return expression


def _joined(operator: str, parts: list[Expression]) -> Expression:
    return parts[0] if len(parts) == 1 else Op(operator, tuple(parts))


def parse(text: str, names: Names) -> Expression:
    """Parse the whole text. Raises Abstain where it is no expression over the interface."""
    return _Parser(text, names).whole()


def is_unmistakable(text: str, names: Names) -> bool:
    """The text can only be a Boolean expression, and be read in one way, whatever stands around it.

    `a + b` and `a * b` may be arithmetic where no prime, product sign or juxtaposition says
    otherwise; two operators in words, as in `a and b or c`, want parentheses.
    """
    parser = _Parser(text, names)
    parser.whole()
    if re.search(r"[+*]", text) and not parser.algebra:
        return False
    flat, found = text, 1
    while found:
        inner = re.findall(r"\(([^()]*)\)", flat)
        if any(map(_wants_parentheses, inner)):
            return False
        flat, found = re.subn(r"\([^()]*\)", " p ", flat)
    return not _wants_parentheses(flat)


def _wants_parentheses(text: str) -> bool:
    """A text without parentheses whose operators in words may be read in two ways."""
    tokens = [token.lower() for token in _FLAT.findall(text)]
    if not any(token in _WORDS for token in tokens):
        return False
    binary = [_SAME.get(token, _WORDS.get(token, token)) for token in tokens if token in _BINARY]
    if tokens[0] == "not" and len(tokens) > 2:
        return True
    return len(set(binary)) > 1 or binary.count("~^") > 1


def signals_of(expression: Expression) -> frozenset[Signal]:
    """The signals an expression reads."""
    if isinstance(expression, Signal):
        return frozenset({expression})
    if isinstance(expression, Not):
        return signals_of(expression.operand)
    if isinstance(expression, Op):
        return frozenset().union(*(signals_of(part) for part in expression.operands))
    return frozenset()


def evaluate(expression: Expression, values: Mapping[Signal, int], width: int) -> int:
    """The expression's value, bitwise over `width` bits."""
    everything = (1 << width) - 1
    if isinstance(expression, Signal):
        return values[expression]
    if isinstance(expression, Constant):
        return everything if expression.bit and width == 1 else expression.bit
    if isinstance(expression, Not):
        return ~evaluate(expression.operand, values, width) & everything
    result = evaluate(expression.operands[0], values, width)
    for operand in expression.operands[1:]:
        value = evaluate(operand, values, width)
        if expression.operator == "&":
            result &= value
        elif expression.operator == "|":
            result |= value
        else:
            result ^= value
    return result


def verilog(expression: Expression, top: bool = True) -> str:
    """The expression in Verilog, with parentheses wherever two operators meet."""
    if isinstance(expression, Signal):
        return str(expression)
    if isinstance(expression, Constant):
        return f"1'b{expression.bit}"
    if isinstance(expression, Not):
        inner = verilog(expression.operand, False)
        return f"~({inner})" if inner.startswith("~") else f"~{inner}"
    text = f" {expression.operator} ".join(verilog(part, False) for part in expression.operands)
    return text if top else f"({text})"
