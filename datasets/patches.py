"""Applies unified diffs to texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_HEAD = re.compile(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_REACH = 200


class PatchError(ValueError):
    """A patch that is none, or that does not fit the text."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that are replaced, where they are expected (counted from 0), and by what."""

    start: int
    old: tuple[str, ...]
    new: tuple[str, ...]


def read_hunks(patch: str) -> tuple[Hunk, ...]:
    """The hunks of a unified diff of one file; other lines before the first are passed over.

    Raises PatchError where there is none.
    """
    heads: list[re.Match[str]] = []
    bodies: list[list[str]] = []
    open_ = False
    for line in patch.split("\n"):
        head = _HEAD.match(line)
        if head:
            heads.append(head)
            bodies.append([])
        elif open_ and not line.startswith(("--- ", "diff ", "\\")):
            bodies[-1].append(line)
        open_ = bool(head) or (open_ and not line.startswith(("--- ", "diff ")))
    if not heads:
        raise PatchError("it holds no hunk (@@ -1,2 +1,3 @@)")
    return tuple(_hunk(head, body) for head, body in zip(heads, bodies, strict=True))


def _hunk(head: re.Match[str], body: list[str]) -> Hunk:
    """Without the empty lines at the end that its head does not count: they are the patch's own."""
    counts = (int(head[2] or 1), int(head[3] or 1))
    old = [line[1:] for line in body if line[:1] in ("", " ", "-")]
    new = [line[1:] for line in body if line[:1] in ("", " ", "+")]
    while body and not body[-1] and len(old) > counts[0] and len(new) > counts[1]:
        del body[-1], old[-1], new[-1]
    return Hunk(int(head[1]), tuple(old), tuple(new))


def apply_patch(text: str, patch: str) -> str:
    """The text with the patch applied; a hunk may have moved, as `patch` allows.

    Raises PatchError where its lines are not in the text.
    """
    hunks = read_hunks(patch)
    lines = text.split("\n") if text or any(hunk.old for hunk in hunks) else []
    grown = 0
    for hunk in hunks:
        wanted = max(hunk.start - 1, 0) + grown
        at = _found(lines, hunk.old, wanted)
        lines[at : at + len(hunk.old)] = hunk.new
        grown += len(hunk.new) - len(hunk.old) + (at - wanted)
    return "\n".join(lines)


def _found(lines: Sequence[str], old: Sequence[str], wanted: int) -> int:
    """Where the old lines are, nearest to where they should be; blanks at ends do not count."""
    bare, sought = [line.rstrip() for line in lines], [line.rstrip() for line in old]
    if not sought:
        return min(wanted, len(bare))
    for distance in range(_REACH):
        for at in (wanted - distance, wanted + distance):
            if at >= 0 and bare[at : at + len(sought)] == sought:
                return at
    raise PatchError(f"these lines are not in the file: {sought[0]!r} …")
