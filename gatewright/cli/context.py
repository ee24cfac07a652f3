"""`gatewright context`: what a model, or a person, needs to see to write at a place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from gatewright.cli.declared import Argument, Option
from gatewright.cli.options import Json
from gatewright.cli.repository import Repo, is_count
from gatewright.core import UsageError

if TYPE_CHECKING:
    from gatewright.retrieval.pack import Pack


def context(
    repo: Repo,
    place: Annotated[
        str,
        Argument("A line of a file of REPO, finished or not; a :COL is let be.", "FILE:LINE"),
    ],
    tokens: Annotated[
        int, Option("The most that the pack may hold, by an estimate that runs high.")
    ] = 4000,
    exclude: Annotated[
        list[str] | None,
        Option(
            "Take nothing from files whose path, name or folder fits; may be repeated.",
            metavar="GLOB",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Show what a place in a repository needs: the header of the module that is instantiated
    there, types, macros, drivers and loads of its signals, how others do the like.

    Exit status: 0 shown, 2 error (no such file or line; too few tokens).
    """
    from gatewright.cli.console import print_json, say
    from gatewright.cli.repository import opened, say_idle
    from gatewright.cli.terminal import shown
    from gatewright.retrieval.pack import pack

    with opened(repo) as repository:
        file, line = place_of(place, repository.root)
        say_idle(exclude or (), (source.path for source in repository.files))
        found = pack(repository, file, line, tokens, exclude=exclude or ())
    if json:
        print_json(_document(found, file, line))
        return
    print(shown(found.text.rstrip("\n")))
    more = f", {found.left_out} parts had no room" if found.left_out else ""
    say(f"{len(found.parts)} parts, about {found.tokens} tokens{more}")


def _document(found: Pack, file: str, line: int) -> dict[str, object]:
    return {
        "file": file,
        "line": line,
        "tokens": found.tokens,
        "budget": found.budget,
        "left_out": found.left_out,
        "parts": [
            {
                "kind": part.kind.value,
                "name": part.name,
                "file": part.file,
                "line": part.spans[0].line,
                "end_line": part.spans[-1].end_line,
                "lines": [[span.line, span.end_line] for span in part.spans],
                "why": part.why,
                "cut": part.cut,
                "text": part.text,
            }
            for part in found.parts
        ],
    }


def place_of(place: str, root: Path) -> tuple[str, int]:
    """Read FILE:LINE: the file's path in the repository, and the line. Raises UsageError.

    FILE may be named below the repository or from here; a column behind the line is let be.
    """
    name, _, number = place.rpartition(":")
    head, _, line = name.rpartition(":")
    if head and is_count(line) and is_count(number):
        name, number = head, line
    if not name or not is_count(number):
        raise UsageError(f"{place!r} is no FILE:LINE", hint="such as rtl/fifo.v:42")
    root = root.resolve()
    file = root / name
    if not file.exists() and Path(name).exists():
        file = Path(name)
    try:
        return file.resolve().relative_to(root).as_posix(), int(number)
    except ValueError:
        raise UsageError("is not in the repository", where=name, hint=str(root)) from None
