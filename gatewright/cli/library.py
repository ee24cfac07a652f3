"""The repository that a module is generated for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatewright.agents.library import Library


@contextmanager
def library_of(
    repo: Path | None, exclude: Sequence[str], golden: Sequence[str]
) -> Iterator[Library | None]:
    """The repository as the agents want it; None where none is named.

    The files that the design is checked with (`golden`) are left out of it as if they were in
    `exclude`: they would give the answer away. Raises UsageError and DataError as `opened` does.
    """
    if repo is None:
        yield None
        return
    from gatewright.agents.library import Library
    from gatewright.cli.repository import opened

    root = repo.resolve()
    hidden = []
    for name in golden:
        path = Path(name).resolve()
        if path.is_relative_to(root):
            hidden.append(escape(path.relative_to(root).as_posix()))
    with opened(repo) as repository:
        yield Library(repository, (*exclude, *hidden))
