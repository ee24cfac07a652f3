"""Changes to a text that leave every line where it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """The characters from `start` to `end` become `text`, which holds no newline."""

    start: int
    end: int
    text: str


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made; newlines of what goes are kept.

    Of edits at one place the first given comes first.
    """
    parts: list[str] = []
    position = 0
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        if edit.start < position:
            raise ValueError(f"edits overlap at character {edit.start}")
        parts += [text[position : edit.start], edit.text]
        parts.append("\n" * text.count("\n", edit.start, edit.end))
        position = edit.end
    return "".join((*parts, text[position:]))
