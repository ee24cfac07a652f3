"""Modules in Verilog text that need not parse: where they start and end, and what they use."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Module:
    """A module as found in a text; `complete` = its endmodule is there. Offsets into that text."""

    name: str
    text: str
    start: int
    end: int
    complete: bool
    instantiates: tuple[str, ...]


_OPAQUE = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)|\"(?:\\.|[^\"\\\n])*\"", re.S)


def blank_comments(text: str) -> str:
    """The text with comments and strings overwritten by spaces: offsets and lines stay."""
    return _OPAQUE.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


_HEAD = re.compile(
    r"\b(?:module|macromodule)\s+(?:automatic\s+|static\s+)?"
    r"(?P<name>[A-Za-z_][\w$]*|\\\S+)\s*(?=[(#;]|import\b)"
)
_AT_LINE_START = re.compile(r"^[ \t]*(?:\(\*[^\n]*\*\)[ \t]*)?$")
_END = re.compile(r"\bendmodule\b(?:[ \t]*:[ \t]*[A-Za-z_][\w$]*)?")
# Bounded, so that no text takes long: parameters and ranges of instances are short.
_INSTANCE = re.compile(
    r"(?:^[ \t]*+|[;)]\s*+|\bbegin\b(?:\s*+:\s*+\w++)?\s*+|\b(?:end|else)\b\s*+)"
    r"(?P<module>[A-Za-z_][\w$]*+)\s++(?:#\s*+\([^;]{0,1000}?\)\s*+)?"
    r"[A-Za-z_][\w$]*+\s*+(?:\[[^\]]{0,200}\]\s*+)?\(",
    re.M,
)


def modules_in(text: str) -> tuple[Module, ...]:
    """The modules of a text, in order; a `module` in running prose is not one."""
    bare = blank_comments(text)
    heads = [head for head in _HEAD.finditer(bare) if _starts_line(bare, head.start())]
    found: list[Module] = []
    for index, head in enumerate(heads):
        if found and head.start() < found[-1].end:
            continue
        limit = heads[index + 1].start() if index + 1 < len(heads) else len(text)
        end = _END.search(bare, head.end(), limit)
        stop = end.end() if end is not None else limit
        body = bare[head.end() : stop]
        used = tuple(dict.fromkeys(m.group("module") for m in _INSTANCE.finditer(body)))
        name = head.group("name").removeprefix("\\")
        found.append(
            Module(name, text[head.start() : stop], head.start(), stop, end is not None, used)
        )
    return tuple(found)


def _starts_line(text: str, offset: int) -> bool:
    line = text.rfind("\n", 0, offset) + 1
    before = text[line:offset]
    return bool(_AT_LINE_START.match(before)) or before.rstrip().endswith(("endmodule", ";", "`"))
