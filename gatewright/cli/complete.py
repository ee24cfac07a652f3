"""`gatewright complete`: the next line of a file, from its repository alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli.options import Json
from gatewright.core import DataError, UsageError

if TYPE_CHECKING:
    from gatewright.retrieval.complete import Suggestion

_MOST_CHARACTERS = 4_000_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a file: lines and columns count from 1; column 1 is before the first character."""

    path: str
    line: int
    column: int = 1


def complete(
    repo: Annotated[Path, typer.Argument(metavar="REPO", help="The folder of a repository.")],
    place: Annotated[
        str,
        typer.Argument(
            metavar="FILE:LINE[:COL]",
            help="The line to complete, of a file in REPO; what stands before it (and, with COL, "
            "on it before that column) is what is gone by.",
        ),
    ],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="The most suggestions.")] = 5,
    block: Annotated[
        int,
        typer.Option(
            min=0,
            max=200,
            help="Complete up to so many lines, the further ones as long as each is likely right.",
            show_default="one line",
        ),
    ] = 0,
    json: Json = False,
) -> None:
    """Suggest the next line, or lines, of a file: offline, from the other files and its own text.

    The file's text from the cursor on is never looked at. Exit status: 0 suggestions shown,
    1 none found, 2 error.
    """
    from gatewright.cli.console import print_json
    from gatewright.cli.exits import ExitCode
    from gatewright.retrieval.complete import Completer
    from gatewright.retrieval.complete.files import nearby_texts

    cursor = cursor_of(place)
    path, before, typed = text_before(repo, cursor)
    if block and typed.strip():
        raise UsageError(
            "a block begins at the start of a line", where=place, hint="leave :COL or --block out"
        )
    completer = Completer(nearby_texts(repo, path))
    if block:
        lines = completer.block(path, before, block)
        candidates: Sequence[Suggestion] = ()
    else:
        candidates = completer.complete(path, before, typed, k)
        lines = tuple(candidates[:1])
    if json:
        print_json(
            {
                "line": lines[0].text if lines else "",
                "lines": [line.text for line in lines],
                "candidates": [
                    {"text": c.text, "score": round(c.score, 4), "source": c.source}
                    for c in candidates or lines
                ],
            }
        )
    else:
        for suggestion in candidates or lines:
            print(suggestion.text)
    raise typer.Exit(ExitCode.OK if lines else ExitCode.FAILED)


def cursor_of(place: str) -> Cursor:
    """Read FILE:LINE or FILE:LINE:COL. Raises UsageError."""
    parts = place.rsplit(":", 2)
    if len(parts) == 3 and parts[1].isdecimal() and parts[2].isdecimal():
        cursor = Cursor(parts[0], int(parts[1]), int(parts[2]))
    else:
        path, _, line = place.rpartition(":")
        if not path or not line.isdecimal():
            raise UsageError(
                f"{place!r} is no FILE:LINE or FILE:LINE:COL", hint="such as rtl/fifo.v:42"
            )
        cursor = Cursor(path, int(line))
    if not cursor.path or cursor.line < 1 or cursor.column < 1:
        raise UsageError("lines and columns count from 1", where=place)
    return cursor


def text_before(repo: Path, cursor: Cursor) -> tuple[str, str, str]:
    """The file's path in the repository, its text above the cursor's line, and that line's start.

    Raises DataError for a file that cannot be read, UsageError for a place outside of it.
    """
    root = repo.resolve()
    file = root / cursor.path
    if not file.is_file() and Path(cursor.path).is_file():
        file = Path(cursor.path)
    try:
        path = file.resolve().relative_to(root).as_posix()
        with file.open("rb") as opened:
            data = opened.read(_MOST_CHARACTERS + 1)
    except ValueError:
        raise UsageError("is not in the repository", where=cursor.path, hint=str(repo)) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DataError(f"cannot be read: {reason}", where=str(file)) from None
    if len(data) > _MOST_CHARACTERS:
        raise DataError("is larger than 4 MB: generated, not written", where=str(file))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    lines = text.split("\n")
    if cursor.line > len(lines):
        raise UsageError(
            f"has no line {cursor.line}", where=cursor.path, hint=f"it has {len(lines)} lines"
        )
    line = lines[cursor.line - 1].rstrip("\r")
    if cursor.column > len(line) + 1:
        raise UsageError(
            f"line {cursor.line} has no column {cursor.column}",
            where=cursor.path,
            hint=f"it has {len(line)} characters",
        )
    before = "".join(f"{above.rstrip(chr(13))}\n" for above in lines[: cursor.line - 1])
    return path, before, line[: cursor.column - 1]
