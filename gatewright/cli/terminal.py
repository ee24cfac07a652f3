"""Text from outside, made safe to be shown on a terminal."""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from pathlib import Path
from typing import TextIO


@cache
def _unsafe() -> re.Pattern[str]:
    """Control characters but for tab and newline, and marks that reorder text under one's eyes.

    Compiled when first needed: sets beyond Latin-1 take milliseconds.
    """
    return re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(text: str) -> str:
    """The text with control characters spelled out: a terminal obeys none of them."""
    if text.isascii() and text.isprintable():
        return text
    return _unsafe().sub(_spelled, text.replace("\r\n", "\n"))


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def escaped(document: str) -> str:
    """A JSON document with the control characters that JSON lets stand escaped as JSON does."""
    return _unsafe().sub(lambda match: f"\\u{ord(match[0]):04x}", document)


def as_is_unless_seen(text: str, stream: TextIO) -> str:
    """The text for a file or pipe as it is, for a terminal made safe."""
    return shown(text) if stream.isatty() else text


def tolerant_streams() -> None:
    """Let stdout and stderr spell what their encoding has not, instead of failing.

    One that the caller closed leads nowhere: else the next file opened would take its place.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (kept to the end)
            setattr(sys, name, nowhere)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def short(text: str, most: int = 200) -> str:
    """The text, its middle left out where it is long."""
    return text if len(text) <= most else f"{text[: most // 2]}…{text[-most // 4 :]}"
