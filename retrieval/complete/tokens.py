"""Tokens, shapes and numbers of a line of Verilog, as text: no grammar, so any line has them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(
    r"[A-Za-z_$`][\w$]*"
    r"|\d*\s?'s?[bdhoBDHO]\s?[0-9a-fA-F_xXzZ?]+"
    r"|\d+(?:\.\d+)?(?:[munpf]?s\b)?"
    r'|"[^"]*"'
    r"|<<<|>>>|===|!==|<=|>=|==|!=|&&|\|\||<<|>>|\+:|-:|\*\*|::|->|\+\+|--|[-+*/&|^]="
    r"|\S"
)
_BASED = re.compile(r"^(\d*\s?'s?([bdhoBDHO])\s?)([0-9a-fA-F_]+)$")
_BASES = {"b": 2, "o": 8, "d": 10, "h": 16}
_FORMATS = {2: "b", 8: "o", 10: "d", 16: "x"}

_RESERVED = """
    module endmodule macromodule input output inout ref wire tri wand wor supply0 supply1 reg logic
    bit byte int shortint longint integer real realtime time string assign deassign force release
    always always_ff always_comb always_latch initial final begin end fork join join_any join_none
    if else unique unique0 priority case casez casex endcase default for foreach while do repeat
    forever break continue return disable wait generate endgenerate genvar parameter localparam
    specparam defparam posedge negedge edge or and not nand nor xor xnor buf function endfunction
    task endtask automatic static signed unsigned import export package endpackage typedef enum
    struct union packed interface endinterface modport clocking endclocking class endclass extends
    new this super virtual const rand randc constraint assert assume cover property endproperty
    sequence endsequence inside void program endprogram specify endspecify primitive endprimitive
    table endtable iff with local protected pure extern bind var nettype let dist solve before
    covergroup endgroup coverpoint cross bins
"""
KEYWORDS = frozenset(_RESERVED.split())

_TYPES = (
    "input output inout wire tri reg logic bit byte int integer real time genvar parameter"
    " localparam signed unsigned string"
)
DECLARING = frozenset(_TYPES.split())


class Parsed(NamedTuple):
    """A line's code: without comment and indentation, its tokens, and its shape.

    `text` has single blanks between words. The shape is the tokens with every name as `I`, every
    number as `N` and every string as `S`.
    """

    indent: str
    code: str
    text: str
    tokens: tuple[str, ...]
    shape: str


@lru_cache(maxsize=1 << 18)
def parse_line(raw: str) -> Parsed:
    """Read one line that holds no block comment and no line ending."""
    code = strip_comment(raw)
    stripped = code.lstrip()
    tokens = tuple(_TOKEN.findall(stripped))
    indent = code[: len(code) - len(stripped)]
    return Parsed(indent, stripped, " ".join(stripped.split()), tokens, shape_of(tokens))


def strip_comment(line: str) -> str:
    """The line without a `//` comment and trailing blanks; `//` in a string is no comment."""
    at = line.find("//")
    while at >= 0:
        if line.count('"', 0, at) % 2 == 0:
            return line[:at].rstrip()
        at = line.find("//", at + 2)
    return line.rstrip()


def shape_of(tokens: tuple[str, ...]) -> str:
    """The tokens' classes, joined by blanks."""
    return " ".join(
        "I" if is_name(t) else "N" if is_number(t) else "S" if t[0] == '"' else t for t in tokens
    )


@lru_cache(maxsize=1 << 16)
def is_name(token: str) -> bool:
    """Whether a token is an identifier or a macro, keywords excluded."""
    first = token[0]
    return (
        (first.isalpha() or first in "_$`")
        and len(token) > (first == "`")
        and (token not in KEYWORDS)
    )


@lru_cache(maxsize=1 << 16)
def is_number(token: str) -> bool:
    """Whether a token is a number literal."""
    return token[0].isdigit() or (token[0] == "'" and len(token) > 1)


def value_of(literal: str) -> int | None:
    """A literal's value; None where it has x, z or a fraction."""
    based = _BASED.match(literal)
    try:
        if based:
            return int(based[3].replace("_", ""), _BASES[based[2].lower()])
        return int(literal)
    except ValueError:
        return None


def with_value(literal: str, value: int) -> str | None:
    """The literal written as it is (size, base, leading zeros, case) with another value.

    None where the literal has no value or the new value is negative.
    """
    old = value_of(literal)
    if old is None or value < 0:
        return None
    if value == old:
        return literal
    based = _BASED.match(literal)
    if not based:
        return str(value).zfill(len(literal)) if literal[0] == "0" else str(value)
    base = _BASES[based[2].lower()]
    digits = based[3]
    text = format(value, _FORMATS[base])
    if any(c in "ABCDEF" for c in digits) or not any(c in "abcdef" for c in digits):
        text = text.upper()
    pads = base in (2, 16) or digits[0] == "0"
    return based[1] + (text.zfill(len(digits)) if pads and len(digits) > 1 else text)
