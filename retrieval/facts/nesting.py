"""How deep a text nests: the parser overflows its stack on what no engineer writes."""

from __future__ import annotations

import re

MAX_BRACKETS = 800
MAX_WORDS = 2_000
MAX_ELSES = 20_000
MAX_OPERATORS = 200_000

_SUSPICIOUS_WORDS = 1_000
_LONG_STATEMENT = 50_000  # bytes

_WORD = re.compile(
    rb"\b(?:(begin|module|interface|program|package|class|struct|union|fork|case|casex|casez|generate"
    rb"|function|task|not|if)"
    rb"|(end|endmodule|endinterface|endprogram|endpackage|endclass|join|join_any|join_none|endcase"
    rb"|endgenerate|endfunction|endtask))\b|(;)|(})"
)
_NOT_BRACKETS = bytes(sorted(set(range(256)) - set(b"()[]{}")))
_OPERATOR = b"+-*/%&|^~!?<>=.["
_ELSE_ENDS = re.compile(rb"\b(?:endmodule|endcase|always|always_comb|always_ff|endgenerate)\b")


def too_deep(data: bytes) -> bool:
    """Whether a text nests deeper than the parser can be trusted with."""
    return _brackets(data) or _words(data) or _elses(data) or _operators(data)


def suspicious(data: bytes) -> bool:
    """Whether a text may nest deeper than an ordinary stack has room for, though not too deep."""
    words = data.count(b"else") + data.count(b"begin") + data.count(b"not ")
    return words > _SUSPICIOUS_WORDS or _longest_statement(data) > _LONG_STATEMENT


def _longest_statement(data: bytes) -> int:
    if len(data) <= _LONG_STATEMENT:
        return len(data)
    return max(map(len, data.split(b";")))


def _operators(data: bytes) -> bool:
    """Whether one statement chains so many operators that its tree is too deep."""
    if len(data) <= MAX_OPERATORS:
        return False
    return any(
        len(statement) > MAX_OPERATORS
        and len(statement) - len(statement.translate(None, _OPERATOR)) > MAX_OPERATORS
        for statement in data.split(b";")
    )


def _brackets(data: bytes) -> bool:
    left = data.translate(None, _NOT_BRACKETS)
    for _ in range(MAX_BRACKETS):
        if len(left) <= MAX_BRACKETS:
            return False
        fewer = left.replace(b"()", b"").replace(b"[]", b"").replace(b"{}", b"")
        if len(fewer) == len(left):
            break
        left = fewer
    # What is left does not match (comments, strings, half a text) or is deep indeed.
    return left.count(b"(") + left.count(b"[") + left.count(b"{") > MAX_BRACKETS


def _words(data: bytes) -> bool:
    if len(data) <= 3 * MAX_WORDS:  # the shortest is `if` and a blank
        return False
    if (
        data.count(b"begin")
        + data.count(b"if")
        + data.count(b"not")
        + data.count(b"class")
        + (
            data.count(b"struct")
            + data.count(b"union")
            + data.count(b"module")
            + data.count(b"case")
        )
        <= MAX_WORDS
    ):
        return False
    depth = run = deepest = 0
    for found in _WORD.finditer(data):
        if found[1] in (b"if", b"not"):
            run += 1  # these nest until a statement ends
        elif found[1]:
            depth += 1
        elif found[2]:
            depth = max(0, depth - 1)
            run = 0
        else:
            run = 0
        deepest = max(deepest, depth + run)
    return deepest > MAX_WORDS


def _elses(data: bytes) -> bool:
    if data.count(b"else") - data.count(b"`else") <= MAX_ELSES:
        return False
    parts = _ELSE_ENDS.split(data)
    return any(part.count(b"else") - part.count(b"`else") > MAX_ELSES for part in parts)
