"""Comments that belong to what stands below or before them."""

from __future__ import annotations

import re

_LONGEST = 600  # characters kept of one comment
_MOST_LINES = 40
_MARKS = re.compile(r"^[\s/*=\-#<]+|[\s/*=\-#]+$")
_SKIPPED = re.compile(r"(?i)\b(?:verilator|synopsys|spyglass|ri) (?:lint_|translate_|tracing)")


def comment_above(data: bytes, start: int) -> str:
    """The comment that ends on the line above byte `start`, without its marks; or nothing."""
    end = data.rfind(b"\n", 0, start)
    lines: list[bytes] = []
    block = False
    while end > 0 and len(lines) < _MOST_LINES:
        begin = data.rfind(b"\n", 0, end) + 1
        line = data[begin:end].strip()
        block = block or line.endswith(b"*/")
        if not block and not line.startswith(b"//"):
            break
        if block and not lines and b"/*" in line and not line.startswith(b"/*"):
            break  # code with a comment behind it
        lines.append(line)
        block = block and b"/*" not in line
        end = begin - 1
    return _cleaned(lines[::-1]) if lines else ""


def comment_behind(data: bytes, end: int) -> str:
    """The comment on the same line behind byte `end`, a comma or semicolon between; or nothing."""
    stop = data.find(b"\n", end)
    tail = data[end : stop if stop >= 0 else len(data)].lstrip(b" \t,;)")
    return _cleaned([tail]) if tail.startswith((b"//", b"/*")) else ""


def _cleaned(lines: list[bytes]) -> str:
    texts = (_MARKS.sub("", line.decode("utf-8", "replace")) for line in lines)
    return "\n".join(text for text in texts if text and not _SKIPPED.search(text))[:_LONGEST]
