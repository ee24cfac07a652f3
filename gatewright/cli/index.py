"""`gatewright index`: read a repository, and tell what it holds."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli.embedding import EmbeddingName, EmbeddingUrl, is_wanted
from gatewright.cli.options import Json
from gatewright.cli.repository import Repo
from gatewright.core import UsageError

if TYPE_CHECKING:
    from gatewright.retrieval.repository import Repository

_PLURALS = {"class": "classes", "primitive": "primitives"}
_UNITS = ("unit",)  # what stands outside of modules: of no interest as a number


def index(
    repo: Repo,
    embedding: EmbeddingName = None,
    base_url: EmbeddingUrl = None,
    level: Annotated[
        str,
        typer.Option(
            "--level",
            metavar="module|block|signal",
            help="What to embed, with --embedding.",
            show_default="all",
        ),
    ] = "",
    json: Json = False,
) -> None:
    """Read a repository's sources: what changed since the last time, or all of them.

    The other commands do so by themselves; this one tells what was found. With --embedding it also
    makes the vectors that search with that embedding needs.

    Exit status: 0 read, 2 error.
    """
    from gatewright.cli.console import print_json
    from gatewright.cli.repository import opened, say_notes

    with opened(repo) as repository:
        counts, notes = repository.counts, repository.notes
        embedded = _embedded(repository, embedding, base_url, level)
    if json:
        files, lines, instances = (counts.pop(key) for key in ("files", "lines", "instances"))
        print_json(
            {
                "root": str(repository.root),
                "files": files,
                "lines": lines,
                "instances": instances,
                "definitions": counts,
                **({} if embedded is None else {"embedded": embedded}),
                "notes": list(notes),
            }
        )
        return
    told = [_counted(number, kind) for kind, number in counts.items() if kind not in _UNITS]
    if embedded is not None:
        told.append(f"{embedded:,} {'unit' if embedded == 1 else 'units'} embedded")
    print(", ".join(told))
    say_notes(notes)


def _counted(number: int, kind: str) -> str:
    singular = kind.removesuffix("s") if kind in ("files", "lines", "instances") else kind
    return f"{number:,} {singular if number == 1 else _PLURALS.get(singular, singular + 's')}"


def _embedded(repository: Repository, name: str | None, url: str | None, level: str) -> int | None:
    """How many units were embedded now; None where no embedding is wanted."""
    if not is_wanted(name):
        if level:
            raise UsageError("nothing to embed", where="--level", hint="add --embedding NAME")
        return None
    from gatewright.cli.embedding import vectors
    from gatewright.cli.repository import Progress
    from gatewright.cli.search import level_of
    from gatewright.retrieval.index import Index
    from gatewright.retrieval.index_segment import Level

    levels = [level_of(level)] if level else list(Level)
    with closing(Index(repository, Progress("indexing"))) as found:
        count = 0
        for one in levels:
            with vectors(repository, found, one, name, url) as kept:
                count += kept.refresh(found.view, one) if kept is not None else 0
    return count
