"""A repository held open for completion, as a server holds it."""

from __future__ import annotations

import threading
from pathlib import Path

from gatewright.agents.complete_writer import Writer
from gatewright.agents.completing import Policy, RepositoryCompleter
from gatewright.retrieval.complete import Completer
from gatewright.retrieval.complete.kept import KeptLines
from gatewright.retrieval.repository import Repository


class OpenRepository:
    """A folder's lines and facts, looked at anew at every question. Safe to ask from many threads.

    `cache` is the folder that keeps both, by default the user's cache folder. Close it, or use it
    in a `with`.
    """

    def __init__(
        self,
        root: Path,
        cache: Path | None = None,
        writer: Writer | None = None,
        policy: Policy | None = None,
    ) -> None:
        self._root, self._cache = root, cache
        self._writer, self._policy = writer, policy
        self._lines = KeptLines(root, cache)
        self._lock = threading.Lock()
        self._repository: Repository | None = None

    def completer(self) -> RepositoryCompleter:
        """Completes in the folder as it is now. Raises what `KeptLines.corpus` does."""
        return RepositoryCompleter(
            Completer(self._lines.corpus()),
            self._facts,
            self._writer,
            self._policy,
            self._root.resolve().name,
        )

    def _facts(self) -> Repository:
        with self._lock:
            if self._repository is None:
                self._repository = Repository.open(self._root, self._cache)
            else:
                self._repository.refresh()
            return self._repository

    def close(self) -> None:
        """Let go of the facts."""
        with self._lock:
            if self._repository is not None:
                self._repository.close()
            self._repository = None

    def __enter__(self) -> OpenRepository:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
