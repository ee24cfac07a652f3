"""`gatewright search`: find modules, blocks or signals by what they do or how they are called."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from gatewright.cli.declared import Argument, Option
from gatewright.cli.embedding import EmbeddingName, EmbeddingUrl
from gatewright.cli.options import Json
from gatewright.cli.repository import Repo
from gatewright.core import UsageError

if TYPE_CHECKING:
    from gatewright.retrieval.index_segment import Level
    from gatewright.retrieval.search import Hit

_LEVELS = ("module", "block", "signal")


def search(
    repo: Repo,
    query: Annotated[str, Argument("Words, or names of the design.", "QUERY")],
    level: Annotated[
        str, Option("What is looked for.", ("--level",), metavar="module|block|signal")
    ] = "block",
    count: Annotated[
        int, Option("Hits to show.", ("-k", "--count"), metavar="N", least=1, most=1000)
    ] = 10,
    path: Annotated[
        str,
        Option("Only in this file or folder of REPO.", ("--path",), "P", show_default="all"),
    ] = "",
    module: Annotated[
        str, Option("Only in this module.", ("--module",), "M", show_default="all")
    ] = "",
    clock: Annotated[
        str, Option("Only what this clock drives.", ("--clock",), "C", show_default="any")
    ] = "",
    embedding: EmbeddingName = None,
    base_url: EmbeddingUrl = None,
    json: Json = False,
) -> None:
    """Find the modules, blocks or signals that fit a description, the best first.

    Exit status: 0 answered (also where nothing fits), 2 error.
    """
    # Loaded, numpy starts a thread of linear algebra for each core; nothing here needs them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from gatewright.cli.console import print_json, say
    from gatewright.cli.embedding import vectors
    from gatewright.cli.repository import Progress, opened
    from gatewright.retrieval.index import Index
    from gatewright.retrieval.search import Question, Search

    if path.startswith("/") and Path(path).is_relative_to(repo.resolve()):
        path = Path(path).relative_to(repo.resolve()).as_posix()
    question = Question(query, level_of(level), count, path, module, clock)
    with (
        opened(repo) as repository,
        closing(Index(repository, Progress("indexing"))) as index,
        vectors(repository, index, question.level, embedding, base_url) as likeness,
    ):
        hits = Search(repository, index, likeness=likeness).ask(question)
    if json:
        print_json({"hits": [_document(hit) for hit in hits]})
        return
    from gatewright.cli.terminal import shown

    for hit in hits:
        print(shown(_line(hit)))
    if not hits:
        say("nothing fits")


def level_of(text: str) -> Level:
    """A level by its name. Raises UsageError for another."""
    from gatewright.retrieval.index_segment import Level

    if text not in _LEVELS:
        raise UsageError("no such level", where=text, hint=f"--level is {', '.join(_LEVELS)}")
    return Level(text)


def _line(hit: Hit) -> str:
    lines = f"{hit.line}" if hit.line == hit.end_line else f"{hit.line}-{hit.end_line}"
    inside = "" if hit.level == "module" else f"in {hit.module}"
    copies = f"(and {hit.copies} {'copy' if hit.copies == 1 else 'copies'})" if hit.copies else ""
    why = f"by {' '.join(hit.why)}" if hit.why else ""
    parts = (f"{hit.file}:{lines}", f"{hit.kind} {hit.name}".rstrip(), inside, copies, why)
    return "  ".join(part for part in parts if part)


def _document(hit: Hit) -> dict[str, object]:
    return {
        "file": hit.file,
        "line": hit.line,
        "end_line": hit.end_line,
        "level": hit.level.value,
        "kind": hit.kind,
        "module": hit.module,
        "name": hit.name,
        "score": hit.score,
        "why": list(hit.why),
        "copies": hit.copies,
    }
