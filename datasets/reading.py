"""The files of a benchmark's copy, read."""

from __future__ import annotations

from pathlib import Path

from gatewright.core import DataError


def read(path: Path, hint: str = "the copy is incomplete: fetch it again") -> bytes:
    """A file of the copy. Raises DataError."""
    try:
        return path.read_bytes()
    except OSError as error:
        said = f"cannot be read: {error.strerror}"
        raise DataError(said, where=str(path), hint=hint) from error


def text_of(raw: bytes) -> str:
    """As Python's text mode decodes, which is how the published scripts read such files."""
    return raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
