"""Source text as synthesis reads it: without what only reports, conditionals in macros decided.

A check of a design has no use for prints, assertions' macros and what ends a simulation, and not
every tool that reads it knows conditionals within a macro's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gatewright.retrieval.facts.types import BlockKind, FileFacts, Range

DEFINED = "SYNTHESIS"  # what tools and designs agree to define for synthesis
_SAYS = re.compile(
    r"\$(?:(?:display|write|strobe|monitor)[bho]?|info|warning|error|fatal|finish|stop"
    r"|time|stime|realtime|clog2)"
)
_ENDS = re.compile(r"\$(?:finish|stop)\b(?:\s*\(\s*\d*\s*\))?")
_DEFINE = re.compile(r"^[ \t]*`define[ \t]+(\w+)(?:[^\n\\]|\\\n|\\.)*", re.MULTILINE)
_CONDITIONAL = re.compile(r"`(ifdef|ifndef|elsif|else|endif)\b(?:[ \t\\\n]+(\w+))?")


def as_synthesised(text: str, facts: FileFacts | None, defined: Iterable[str]) -> str:
    """The text without blocks that only report and without what ends the simulation.

    Conditionals within macros are decided: for SYNTHESIS, against names that are not among the
    `defined` (those that some file defines); others stay. Lines stay where they are.
    """
    lines = text.split("\n")
    for module in facts.modules if facts is not None else ():
        for block in module.blocks:
            said = block.kind in (BlockKind.INITIAL, BlockKind.FINAL) and not block.drives
            if said and block.calls and all(map(_SAYS.fullmatch, block.calls)):
                _blank(lines, block.range)
    text = _ENDS.sub(lambda found: " " * len(found[0]), "\n".join(lines))
    known = set(defined) - {DEFINED}
    return _DEFINE.sub(lambda found: _decided(found[0], known), text)


def defines_of(texts: Iterable[str]) -> set[str]:
    """The names that texts define as macros."""
    return {found[1] for text in texts for found in _DEFINE.finditer(text)}


def _blank(lines: list[str], at: Range) -> None:
    for number in range(at.line, min(at.end_line, len(lines)) + 1):
        line = lines[number - 1]
        start = at.column - 1 if number == at.line else 0
        end = at.end_column if number == at.end_line else len(line)
        lines[number - 1] = line[:start] + " " * (min(end, len(line)) - start) + line[end:]


def _decided(macro: str, known: set[str]) -> str:
    """A macro without its conditionals; as it is where one of them cannot be decided."""
    kept: list[str] = []
    levels: list[tuple[bool, bool]] = []  # whether this branch counts, whether one did before
    at = 0
    for found in _CONDITIONAL.finditer(macro):
        word, name = found[1], found[2] or ""
        between = macro[at : found.start()]
        kept.append(between if all(level[0] for level in levels) else _emptied(between))
        opens, asks = word in ("ifdef", "ifndef"), word in ("ifdef", "ifndef", "elsif")
        if (asks and (not name or name in known)) or (not opens and not levels):
            return macro
        at = found.end() if asks else found.start() + 1 + len(word)
        holds = (name == DEFINED) != (word == "ifndef")
        if opens:
            levels.append((holds, holds))
        elif word == "endif":
            levels.pop()
        else:
            before = levels[-1][1]
            counts = not before and (word == "else" or holds)
            levels[-1] = (counts, before or counts)
        kept.append(_emptied(macro[found.start() : at]))
    return macro if levels else "".join((*kept, macro[at:]))


def _emptied(text: str) -> str:
    """Nothing but the ends of its lines, continued as they were."""
    return "\\\n" * text.count("\n")
