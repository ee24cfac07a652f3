"""Files and texts that users name on the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from gatewright.cli.terminal import short
from gatewright.core import DataError, Language, Source, UsageError, distinct, language_of
from gatewright.core.decoding import LARGEST_BYTES, decoded


def read_text(path: Path | str) -> str:
    """The text of a file, or of standard input for `-`.

    Raises DataError for what is missing, a folder, unreadable, binary, not UTF-8 or huge.
    """
    if str(path) == "-":
        return decoded(sys.stdin.buffer.read(LARGEST_BYTES + 1), "standard input")
    where = short(str(path))
    path = Path(path)
    try:
        if path.is_dir():
            raise DataError("is a folder, not a file", where=where, hint="name the file itself")
        with path.open("rb") as file:
            return decoded(file.read(LARGEST_BYTES + 1), where)
    except FileNotFoundError:
        raise DataError("no such file", where=where, hint="check the path") from None
    except PermissionError:
        raise DataError("may not be read", where=where, hint="check its permissions") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"cannot be read: {reason.lower()}", where=where) from None


def read_source(path: Path | str, default: Language = Language.SYSTEMVERILOG) -> Source:
    """A file as a Source; its language is told by the suffix, else it is `default`."""
    name = "stdin.sv" if str(path) == "-" else Path(path).name
    return Source(name, read_text(path), language_of(path) or default)


def read_sources(paths: Sequence[Path | str]) -> tuple[Source, ...]:
    """Several files; two of the same bare name are told apart by a number."""
    return distinct(read_source(path) for path in paths)


def one_standard_input(*named: Sequence[str] | None) -> None:
    """Raises UsageError where more than one of the inputs named is `-`."""
    if sum(name == "-" for names in named for name in names or ()) > 1:
        raise UsageError(
            "standard input is named twice", where="-", hint="give the others as files"
        )


def read_specification(spec: str) -> str:
    """SPEC of `generate`: a file's name, `-`, or the text itself.

    Raises UsageError for an empty specification, DataError for a file that cannot be read.
    """
    is_text = (not spec.strip() or len(spec.split()) > 1) and not _exists(spec)
    text = _argument(spec) if is_text else read_text(spec)
    if not text.strip():
        raise UsageError(
            "the specification is empty",
            where="" if is_text else spec,
            hint="describe the module: its name, its ports and what it does",
        )
    return text


def _argument(text: str) -> str:
    """An argument of the command line, whose bytes need not have been UTF-8."""
    return decoded(text.encode("utf-8", "surrogateescape"), "the specification")


def _exists(spec: str) -> bool:
    try:
        return bool(spec) and Path(spec).exists()
    except (OSError, ValueError):  # a text too long, or with characters no path has
        return False
