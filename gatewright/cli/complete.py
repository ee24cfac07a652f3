"""`gatewright complete`: what comes next in a file, from its repository, or by a model."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli.options import BaseUrl, Json
from gatewright.cli.repository import is_count
from gatewright.core import DataError, UsageError

if TYPE_CHECKING:
    from gatewright.agents.complete_prompt import Place
    from gatewright.agents.complete_writer import Writer
    from gatewright.agents.completing import Completed, CompletedPorts, RepositoryCompleter
    from gatewright.retrieval.repository import Repository

_MOST_CHARACTERS = 4_000_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a file: lines and columns count from 1; column 1 is before the first character."""

    path: str
    line: int
    column: int = 1


@dataclass(frozen=True, slots=True)
class _Wish:
    """Which model is to be asked, how, and what it is shown."""

    model: str | None
    base_url: str | None
    fim: str
    tokens: int
    exclude: tuple[str, ...]


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
            help="Complete up to so many lines: without a model the further ones as long as each "
            "is likely right.",
            show_default="one line",
        ),
    ] = 0,
    ports: Annotated[
        bool,
        typer.Option("--ports", help="All connections that the instance open there lacks."),
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            help="Have a model pick, change or write: auto or provider:name.",
            show_default="no model is asked",
        ),
    ] = None,
    base_url: BaseUrl = None,
    fim: Annotated[
        str,
        typer.Option(
            help="How the model is asked: auto (by its name), off (in a conversation), or to fill "
            "the hole, told by a field of the request (suffix) or in its own words (tokens)."
        ),
    ] = "auto",
    tokens: Annotated[
        int, typer.Option(min=0, help="The most of the repository that a model is shown.")
    ] = 3000,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GLOB",
            help="Take nothing from files whose path, name or folder fits; may be repeated.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Suggest what comes next in a file: a line, a block, the ports of an instance.

    Without -m offline, from the other files and the text above alone; a model is also shown the
    lines below. What stands on the cursor's line from the cursor on is never looked at. Exit
    status: 0 suggestions shown, 1 none found, 2 error.
    """
    from gatewright.cli.console import print_json, say
    from gatewright.cli.exits import ExitCode

    if block and ports:
        raise UsageError("--block and --ports exclude each other", hint="give one")
    at = place_of(repo, cursor_of(place))
    if (block or ports) and at.typed.strip():
        raise UsageError(
            "a block or list begins at the start of a line", where=place, hint="leave :COL out"
        )
    wish = _Wish(model, base_url, fim, tokens, tuple(exclude or ()))
    with ExitStack() as held:
        completer = _completer(repo, at, wish, held)
        found: Completed | CompletedPorts
        if ports:
            found = completer.ports(at)
        else:
            found = completer.block(at, block) if block else completer.line(at, k)
    if json:
        print_json(_document(found))
    else:
        _show(found, bool(block or ports))
    if not found.lines:
        say(_why(found))
    raise typer.Exit(ExitCode.OK if found.lines else ExitCode.FAILED)


def _completer(repo: Path, at: Place, wish: _Wish, held: ExitStack) -> RepositoryCompleter:
    from functools import cache

    from gatewright.agents.completing import Policy, RepositoryCompleter
    from gatewright.cli.repository import cache_folder, opened, say_idle
    from gatewright.retrieval.complete import Completer
    from gatewright.retrieval.complete.kept import KeptLines

    @cache
    def repository() -> Repository:
        return held.enter_context(opened(repo))

    completer = Completer(KeptLines(repo, cache_folder()).corpus(at.path))
    say_idle(wish.exclude, completer.corpus.paths)
    policy = Policy(tokens=wish.tokens, exclude=wish.exclude)
    name = repo.resolve().name
    return RepositoryCompleter(completer, repository, _writer(wish), policy, name)


def _writer(wish: _Wish) -> Writer | None:
    if wish.model is None:
        if wish.base_url is not None or wish.fim != "auto":
            raise UsageError("no model is named", where="--model", hint="-m auto takes yours")
        return None
    from gatewright.agents.complete_model import open_writer
    from gatewright.cli.console import say
    from gatewright.cli.options import settings_from
    from gatewright.models.select import resolve

    settings = settings_from(model=wish.model, base_url=wish.base_url)
    choice = resolve(settings)
    writer = open_writer(choice, settings, wish.fim)
    say(f"model: {choice.name} ({choice.why}; {writer.way})")
    return writer


def _document(found: Completed | CompletedPorts) -> dict[str, object]:
    from gatewright.agents.completing import CompletedPorts

    told: dict[str, object] = {
        "line": found.lines[0] if found.lines else "",
        "lines": list(found.lines),
        "source": found.source,
    }
    if isinstance(found, CompletedPorts):
        missing = found.missing
        told |= {
            "module": missing.module,
            "instance": missing.instance,
            "kind": missing.kind.value,
            "why": missing.why,
            "connections": [
                {
                    "name": connection.member.name,
                    "direction": connection.member.direction,
                    "type": connection.member.type,
                    "expression": connection.expression,
                    "known": connection.known,
                }
                for connection in missing.connections
            ],
        }
    else:
        told |= {
            "candidates": [
                {"text": c.text, "score": round(c.score, 4), "source": c.source}
                for c in found.candidates
            ],
            "dropped": list(found.dropped),
        }
    used = found.usage
    if used.calls or used.cached_calls:
        told["usage"] = {
            "prompt_tokens": used.prompt_tokens,
            "completion_tokens": used.completion_tokens,
            "cost": used.cost,
        }
    return told


def _show(found: Completed | CompletedPorts, all_lines: bool) -> None:
    from gatewright.agents.completing import CompletedPorts
    from gatewright.cli.terminal import shown

    if all_lines or isinstance(found, CompletedPorts):
        texts = found.lines
    else:
        texts = tuple(candidate.text for candidate in found.candidates)
    for text in texts:
        print(shown(text))


def _why(found: Completed | CompletedPorts) -> str:
    from gatewright.agents.completing import CompletedPorts

    if isinstance(found, CompletedPorts):
        return found.missing.why or "every port is connected"
    return "nothing is likely there: no other line of the repository resembles the place"


def place_of(repo: Path, cursor: Cursor) -> Place:
    """The place in the repository that a cursor is at. Raises as `text_around` does."""
    from gatewright.agents.complete_prompt import Place

    return Place(*text_around(repo, cursor))


def cursor_of(place: str) -> Cursor:
    """Read FILE:LINE or FILE:LINE:COL. Raises UsageError."""
    parts = place.rsplit(":", 2)
    if len(parts) == 3 and is_count(parts[1]) and is_count(parts[2]):
        cursor = Cursor(parts[0], int(parts[1]), int(parts[2]))
    else:
        path, _, line = place.rpartition(":")
        if not path or not is_count(line):
            raise UsageError(
                f"{place!r} is no FILE:LINE or FILE:LINE:COL", hint="such as rtl/fifo.v:42"
            )
        cursor = Cursor(path, int(line))
    if not cursor.path or cursor.line < 1 or cursor.column < 1:
        raise UsageError("lines and columns count from 1", where=place)
    return cursor


def text_around(repo: Path, cursor: Cursor) -> tuple[str, str, str, str]:
    """The file's path in the repository, the text above the cursor's line, that line's start,
    and the text below the line.

    Raises DataError for a file that cannot be read, UsageError for a place outside of it.
    """
    root = repo.resolve()
    file = root / cursor.path
    if not file.is_file() and Path(cursor.path).is_file():
        file = Path(cursor.path)
    try:
        path = file.resolve().relative_to(root).as_posix()
        if file.exists() and not file.is_file():  # a pipe would be waited for
            raise DataError("is no file", where=str(file))
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
    if cursor.line > len(lines):  # the one behind the last line feed may be completed, too
        whole = len(lines) - (lines[-1] == "")
        raise UsageError(
            f"has no line {cursor.line}", where=cursor.path, hint=f"it has {whole} lines"
        )
    line = lines[cursor.line - 1].rstrip("\r")
    if cursor.column > len(line) + 1:
        raise UsageError(
            f"line {cursor.line} has no column {cursor.column}",
            where=cursor.path,
            hint=f"it has {len(line)} characters",
        )
    before = "".join(f"{above.rstrip(chr(13))}\n" for above in lines[: cursor.line - 1])
    after = "\n".join(below.rstrip("\r") for below in lines[cursor.line :])
    return path, before, line[: cursor.column - 1], after
