"""The repository that a module is generated for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatewright.agents.library import Library
    from gatewright.retrieval.repository import SourceFile


@contextmanager
def library_of(
    repo: Path | None, exclude: Sequence[str], golden: Sequence[str]
) -> Iterator[Library | None]:
    """The repository as the agents want it; None where none is named.

    The files that the design is checked with (`golden`) are left out of it as if they were in
    `exclude`, and so are their copies: they would give the answer away. Raises UsageError and
    DataError as `opened` does.
    """
    if repo is None:
        yield None
        return
    from gatewright.agents.library import Library
    from gatewright.cli.repository import opened, say_idle

    root = repo.resolve()
    with opened(repo) as repository:
        say_idle(exclude, [file.path for file in repository.files])
        hidden = []
        for name in golden:
            path = Path(name).resolve()
            if path.is_relative_to(root):
                hidden.append(path.relative_to(root).as_posix())
            hidden += _copies(path, repository.files)
        yield Library(repository, (*exclude, *map(escape, hidden)))


def _copies(path: Path, files: Sequence[SourceFile]) -> list[str]:
    """The files that hold the same as this one, whatever language their names tell."""
    from gatewright.retrieval.store import content_hash

    try:  # a pipe's content is there for one reader
        data = path.read_bytes() if path.is_file() else None
    except OSError:  # whoever checks with it says so
        data = None
    if data is None:
        return []
    same = {content_hash(data, language) for language in {file.language for file in files}}
    return [file.path for file in files if file.hash in same]
