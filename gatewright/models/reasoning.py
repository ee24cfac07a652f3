"""Thoughts that a reasoning model writes before its answer."""

from __future__ import annotations

import re

_TAG = re.compile(r"<(/?)(think|thinking|thought|reasoning)>", re.IGNORECASE)


def without_reasoning(text: str) -> tuple[str, bool]:
    """The answer without `<think>…</think>` blocks, and whether it broke off inside one.

    Chat templates that open the block in the prompt leave only its end in the answer: everything
    before it goes. A block that never ends (the answer was cut off) takes the rest with it. Takes
    time in proportion to the text, whatever it holds.
    """
    kept: list[str] = []
    start, opened = 0, ""
    for tag in _TAG.finditer(text):
        ends, name = bool(tag[1]), tag[2].lower()
        if not ends and not opened:
            kept.append(text[start : tag.start()])
            opened = name
        elif ends and opened in ("", name):
            if not opened:
                kept.clear()
            start, opened = tag.end(), ""
    if not opened:
        kept.append(text[start:])
    return "".join(kept), bool(opened)
