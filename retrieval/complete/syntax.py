"""Whether a line fits the syntax of what stands before it: a question to slang's parser."""

from __future__ import annotations

import re

from gatewright.retrieval.complete.lines import blank_block_comments
from gatewright.retrieval.complete.tokens import strip_comment

_MOST_CHARACTERS = 400_000
_INCLUDE = re.compile(r"^[ \t]*`include\b[^\n]*", re.MULTILINE)  # no file is opened


def breaks(before: str, text: str, name: str = "file.sv") -> bool:
    """Whether lines put after a text make a fault in it that it has not by itself.

    Nothing has to be finished: what is still open at the end of the lines is no fault. False
    where that cannot be told: in the presence of macros in the lines, or of too deep nesting.
    """
    if "`" in text or not text.strip():
        return False
    before = before[-_MOST_CHARACTERS:]
    alone, together = _faults(before, name), _faults(f"{before}{text}\n", name)
    return alone is not None and together is not None and together > alone


def _faults(text: str, name: str) -> int | None:
    """How many errors lie before the last of the code; None where it cannot be parsed safely."""
    from gatewright.retrieval.facts.macros import explodes
    from gatewright.retrieval.facts.nesting import suspicious, too_deep
    from gatewright.retrieval.facts.stack import on_deep_stack

    text = _INCLUDE.sub("", blank_block_comments(text))
    data = text.encode("utf-8", "replace")
    text = data.decode()
    if too_deep(data) or explodes(data):
        return None
    try:
        if suspicious(data):
            return on_deep_stack(lambda: _errors(text, name))
        return _errors(text, name)
    except (RuntimeError, RecursionError):
        return None


def _errors(text: str, name: str) -> int:
    import pyslang
    from pyslang.syntax import SyntaxTree

    end = len(text[: _end_of_code(text)].encode("utf-8", "replace"))
    tree = SyntaxTree.fromText(text, pyslang.SourceManager(), name=name, path=name)
    return sum(1 for d in tree.diagnostics if d.isError() and d.location.offset < end)


def _end_of_code(text: str) -> int:
    """Where the last line that holds code ends, its comment left out."""
    end = len(text)
    while end > 0:
        start = text.rfind("\n", 0, end) + 1
        code = strip_comment(text[start:end])
        if code.strip():
            return start + len(code)
        end = start - 1
    return 0
