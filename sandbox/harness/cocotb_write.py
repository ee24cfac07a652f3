"""Writes a user's files where a run expects them."""

from __future__ import annotations

from pathlib import Path

from gatewright.core import DataError, Source


def write_plain(folder: Path, source: Source) -> None:
    """Write a file by its bare name. Raises DataError for another, or one that is taken."""
    path = folder / source.name
    if Path(source.name).name != source.name or path.exists():
        raise DataError(
            "this file name cannot be used here", where=source.name, hint="give each its own name"
        )
    path.write_text(source.text, encoding="utf-8")
