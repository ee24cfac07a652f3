"""From a model's answer to lines of code that fit the place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gatewright.models import without_reasoning
from gatewright.retrieval.complete.indent import continued, indented
from gatewright.retrieval.complete.pool import Proposal
from gatewright.retrieval.complete.setting import Setting
from gatewright.retrieval.complete.tokens import parse_line

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n`]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.S | re.M)
_NUMBER = re.compile(r"\W*(?:candidate|option|number|draft)?\W*(\d+)\W*", re.IGNORECASE)
_INLINE = re.compile(r"`([^`\n]+)`")
_COMMENT = ("//", "/*")


def line_in(answer: str, setting: Setting, drafts: Sequence[str]) -> str:
    """The line that an answer gives or picks; '' where it has none. Never raises.

    A line that is a draft but for blanks is taken as the draft has it; one without indentation
    gets the draft's.
    """
    text = _code_in(answer)
    picked = _NUMBER.fullmatch(text.strip())
    if picked and 1 <= int(picked[1]) <= len(drafts):
        return drafts[int(picked[1]) - 1]
    rows = [row for row in text.split("\n") if row.strip()]
    code = [row for row in rows if not row.lstrip().startswith(_COMMENT)]
    return fitted(code[0], setting, drafts) if code else ""


def block_in(answer: str, setting: Setting, drafts: Sequence[str]) -> tuple[str, ...]:
    """The lines that an answer gives, the first fitted to the place; () where it has none."""
    rows = [row.rstrip() for row in _code_in(answer).split("\n")]
    while rows and not rows[0].strip():
        del rows[0]
    while rows and not rows[-1].strip():
        del rows[-1]
    if not rows:
        return ()
    first = fitted(rows[0], setting, drafts)
    moved = _indent_of(first)[len(_indent_of(rows[0])) :] if not _indent_of(rows[0]) else ""
    return (first, *(moved + row if row else row for row in rows[1:]))


def fitted(line: str, setting: Setting, drafts: Sequence[str] = ()) -> str:
    """A line as it stands in the file: what is typed at its beginning, indentation at its place."""
    line = line.rstrip()
    parsed = parse_line(line)
    if not parsed.tokens:
        return ""
    if setting.typed.strip():
        return _typed(line, setting)
    for draft in drafts:
        if parse_line(draft).tokens == parsed.tokens:
            return draft
    if setting.typed:
        return setting.typed + parsed.code
    if parsed.indent and _same_blanks(parsed.indent, setting):
        return line
    like = next((d for d in drafts if parse_line(d).tokens[:1] == parsed.tokens[:1]), "")
    indent = _indent_of(like or next(iter(drafts), "")) if drafts else None
    code = line[len(_indent_of(line)) :]
    return indented(Proposal(parsed.text, code, parsed.tokens, parsed.shape, indent), setting)


def _typed(line: str, setting: Setting) -> str:
    """The whole line from an answer that repeats what is typed, or goes on behind it."""
    begun = "".join(setting.typed.split())
    if "".join(line.split()).startswith(begun):
        return continued(setting.typed, line.lstrip())
    return setting.typed + (line.lstrip() if setting.typed[-1:].isspace() else line)


def _code_in(answer: str) -> str:
    """The first fenced block, or all of an answer without one."""
    text, _ = without_reasoning(answer)
    fences = [found[2] for found in _FENCE.finditer(text)]
    if fences:
        return next((fence for fence in fences if fence.strip()), "")
    inline = _INLINE.fullmatch(text.strip())
    return inline[1] if inline else text


def _indent_of(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _same_blanks(indent: str, setting: Setting) -> bool:
    """Whether the file indents by the like characters; true where it does not say."""
    used = {character for line in setting.lines for character in line.parsed.indent}
    return not used or used.issuperset(indent)
