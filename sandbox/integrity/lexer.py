"""Cuts Verilog and SystemVerilog text into tokens, in linear time, whatever the text is.

Lexical rules: IEEE 1800-2017 clause 5. An attribute `(* … *)` is one token. A comment or attribute
that is never closed takes the rest of the text with it: looked for again and again, its end would
cost time that grows with the square of the text.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

MAX_TEXT = 1_000_000
MAX_TOKENS = 300_000


class Kind(StrEnum):
    """What a token is."""

    IDENT = "ident"
    ESCAPED = "escaped"
    SYSTEM = "system"
    NUMBER = "number"
    STRING = "string"
    OPERATOR = "operator"
    DIRECTIVE = "directive"
    DEFINE = "define"
    ATTRIBUTE = "attribute"
    BAD = "bad"


class Token(NamedTuple):
    """One token: its place counts from 1; `gap` says that white space or a comment is before it."""

    kind: Kind
    text: str
    file: int
    line: int
    column: int
    gap: bool = True


_TIME_UNIT = r"(?:[munpf]?s(?![\w$])|step(?![\w$]))?"
_PARTS = (
    r"(?P<space>[ \t\r\n\f\v]+)",
    r"(?P<comment>//[^\n]*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)",
    r"(?P<ident>[A-Za-z_][A-Za-z0-9_$]*)",
    r"(?P<number>(?:[0-9][0-9_]*[ \t]*)?'[sS]?(?:"
    r"[bB][ \t]*[01xXzZ?_]+|[oO][ \t]*[0-7xXzZ?_]+|[hH][ \t]*[0-9a-fA-FxXzZ?_]+"
    r"|[dD][ \t]*(?:[0-9][0-9_]*|[xXzZ?]_*))"
    r"|'[01xXzZ](?![\w$])"
    rf"|[0-9][0-9_]*\.[0-9][0-9_]*(?:[eE][+-]?[0-9][0-9_]*)?{_TIME_UNIT}"
    rf"|[0-9][0-9_]*[eE][+-]?[0-9][0-9_]*|[0-9][0-9_]*{_TIME_UNIT})",
    r'(?P<string>"(?:[^"\\\n]|\\(?:\r\n|.|\n))*")',
    r"(?P<attribute>\(\*(?!\s*\))[^*]*\*+(?:[^)*][^*]*\*+)*\))",
    r"(?P<unfinished>\(\*(?!\s*\)).*)",
    r"(?P<system>\$[A-Za-z0-9_$]+)",
    r"(?P<open>/\*.*)",
    r"(?P<operator><<<=|>>>=|<<<|>>>|<<=|>>=|===|!==|==\?|!=\?|<->|->>|\|->|\|=>|&&&|\(\*\)"
    r"|->|<=|>=|==|!=|&&|\|\||\*\*|\+\+|--|\+=|-=|\*=|/=|%=|&=|\|=|\^=|<<|>>|~&|~\||~\^|\^~"
    r"|::|\+:|-:|\.\*|'\{|'\(|\#\#|@@|[-+*/%&|^~!<>=?:;,.()\[\]{}@\#$'])",
    r"(?P<define>`define(?![\w$])(?:[^\\\n/\"]+|\\\r?\n|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/|(?P<torn>/\*.*)"
    r'|"(?:[^"\\\n]|\\(?:\r\n|.))*+"?|//(?:[^\\\n]|\\(?!\r?\n))*+|/|\\(?!\r?\n))*+)',
    r"(?P<directive>`[A-Za-z_][A-Za-z0-9_$]*|``|`\\`\"|`\")",
    r"(?P<escaped>\\[!-~]+)",
    r"(?P<bad>.)",
)
_LEXER = re.compile("|".join(_PARTS), re.DOTALL)
_KINDS = {str(kind): kind for kind in Kind} | {"open": Kind.BAD, "unfinished": Kind.BAD}
_BLANK = frozenset({"space", "comment"})
_MULTILINE = _BLANK | {"string", "attribute", "define", "bad"}
_ENDLESS = frozenset({"open", "unfinished"})


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


def tokenize(text: str, file: int = 0) -> list[Token]:
    """The tokens of `text`; what is none becomes tokens of kind BAD, one a character.

    An opening `/*` or `(*` without its end is one BAD token, and the last.

    Stops after MAX_TOKENS + 1 of them: who gets as many has a text that is too long.
    """
    tokens: list[Token] = []
    line, start, gap = 1, 0, True
    append, kinds = tokens.append, _KINDS
    for match in _LEXER.finditer(text):
        group = match.lastgroup or "bad"
        begin, end = match.span()
        if group in _BLANK:
            gap = True
        else:
            if group in _ENDLESS:
                end = begin + 2
            append(Token(kinds[group], text[begin:end], file, line, begin - start + 1, gap))
            gap = False
            if group == "define" and match["torn"]:
                append(Token(Kind.BAD, "/*", file, line, begin - start + 1))
            if len(tokens) > MAX_TOKENS:
                break
        if group in _MULTILINE:
            breaks = text.count("\n", begin, end)
            if breaks:
                line += breaks
                start = text.rfind("\n", begin, end) + 1
    return tokens
