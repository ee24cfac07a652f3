"""Thoughts that a reasoning model writes before its answer."""

from __future__ import annotations

import re

_TAGS = "think|thinking|thought|reasoning"
_BLOCK = re.compile(rf"<({_TAGS})>.*?</\1>", re.DOTALL | re.IGNORECASE)
_ORPHAN_END = re.compile(rf".*</(?:{_TAGS})>", re.DOTALL | re.IGNORECASE)
_ORPHAN_START = re.compile(rf"<(?:{_TAGS})>.*", re.DOTALL | re.IGNORECASE)


def strip_reasoning(text: str) -> str:
    """The answer without `<think>…</think>` blocks; text without such tags comes back unchanged.

    Chat templates that open the block in the prompt leave only its end in the answer: everything
    before it goes. A block that never ends (the answer was cut off) takes the rest with it.
    """
    if "<" not in text:
        return text
    kept = _BLOCK.sub("", text)
    kept = _ORPHAN_END.sub("", kept)
    kept = _ORPHAN_START.sub("", kept)
    return kept if kept == text else kept.strip()
