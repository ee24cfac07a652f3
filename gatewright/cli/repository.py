"""A repository for the verbs that ask about one: opened with progress, its remarks on stderr."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from gatewright.cli.declared import Argument, Option
from gatewright.core import DataError

if TYPE_CHECKING:
    from gatewright.retrieval.repository import Repository

Repo = Annotated[Path, Argument("The folder of a repository.", "REPO")]
Near = Annotated[
    str,
    Option(
        "Of several modules with one name, take the one nearest to this file of REPO.",
        ("--near",),
        metavar="FILE",
        show_default="all of them",
    ),
]

_SECONDS_BEFORE_PROGRESS = 1.0
_SECONDS_BETWEEN_LINES = 5.0
_MOST_NOTES = 5
_LONGEST_NUMBER = 20  # digits


def opened(root: Path) -> Repository:
    """The repository in a folder; reading it for the first time shows progress.

    Raises UsageError where it is no folder, DataError where it holds nothing of ours.
    """
    from gatewright.retrieval.repository import Repository

    repository = Repository.open(root, cache_folder(), Progress("reading"))
    if not repository.files:
        repository.close()
        raise DataError(
            "holds no Verilog, SystemVerilog, Chisel or CUDA file",
            where=str(root),
            hint="name another folder",
        )
    return repository


def cache_folder() -> Path | None:
    """The folder that the settings name for caches; None for the user's own.

    Without a settings file nothing but one variable can name it, and the settings as a whole,
    which cost a tenth of such a command, stay unread.
    """
    from gatewright.core.layers import collect

    layers = collect({}, os.environ, Path.cwd(), None, ("cache_dir",))
    if any(layer.file for layer in layers):
        from gatewright.cli.options import settings_from

        return settings_from().cache_dir
    given = next((layer.values["cache_dir"] for layer in layers if layer.values), None)
    return Path(str(given)) if given is not None else None


def is_count(text: str) -> bool:
    """Whether a text is the number of a line or column: Python reads no endless ones."""
    return text.isdecimal() and len(text) <= _LONGEST_NUMBER


def say_notes(notes: tuple[str, ...]) -> None:
    """The first remarks, on stderr."""
    from gatewright.cli.console import say

    for note in notes[:_MOST_NOTES]:
        say(f"note: {note}")
    if len(notes) > _MOST_NOTES:
        say(f"note: and {len(notes) - _MOST_NOTES} more (--json lists them all)")


def say_idle(globs: Sequence[str], paths: Iterable[str]) -> None:
    """A remark on stderr about what is to be excluded and is not there: nothing is kept out."""
    if not globs:
        return
    from gatewright.cli.console import say
    from gatewright.retrieval.pack import Exclusion

    for glob in Exclusion(tuple(globs)).idle(paths):
        say(f"note: --exclude {glob}: fits no file, so nothing is kept out by it")


class Progress:
    """A line that is written over on a terminal; a line now and then elsewhere."""

    def __init__(self, doing: str, things: str = "files") -> None:
        self._doing = doing
        self._things = things
        self._last = time.monotonic() + _SECONDS_BEFORE_PROGRESS
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        """So many of so many are done."""
        seen = sys.stderr.isatty()
        now = time.monotonic()
        if seen and done == total and self._shown:
            sys.stderr.write("\r\x1b[K")
        elif now >= self._last and done < total:
            self._shown = True
            self._last = now + (0.1 if seen else _SECONDS_BETWEEN_LINES)
            text = f"{self._doing} {done} of {total} {self._things}"
            sys.stderr.write(f"\r{text}\x1b[K" if seen else f"{text}\n")
        sys.stderr.flush()
