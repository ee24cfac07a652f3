"""A folder held open: its facts, index and lines, each opened when first asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from gatewright.agents.complete_writer import Writer
from gatewright.agents.completing import Policy, RepositoryCompleter
from gatewright.agents.likeness import likeness
from gatewright.core import DataError
from gatewright.core.config import Settings
from gatewright.retrieval.complete import Completer
from gatewright.retrieval.complete.kept import KeptLines
from gatewright.retrieval.index import Index
from gatewright.retrieval.repository import Repository
from gatewright.retrieval.search import Hit, Question, Search

T = TypeVar("T")


class HeldRepository:
    """A repository that is looked at anew at every question. Safe to ask from several threads.

    `settings` name the folder that keeps what was read, and what search compares by beside words.
    """

    def __init__(self, root: Path, settings: Settings) -> None:
        self._root, self._settings = root, settings
        # One at a time: an index that is taking in what changed has no view to search.
        self._lock = threading.RLock()
        self._repository: Repository | None = None
        self._index: Index | None = None
        self._lines = KeptLines(root, settings.cache_dir)

    def ask(self, question: Callable[[Repository], T]) -> T:
        """The answer of the repository as it is now. Raises DataError where it holds no HDL."""
        with self._lock:
            return question(self._fresh())

    def search(self, question: Question) -> tuple[tuple[Hit, ...], tuple[str, ...]]:
        """Hits, and remarks on what was left out."""
        with self._lock:
            repository = self._fresh()
            if self._index is None:
                self._index = Index(repository)
            else:
                self._index.refresh()
            with likeness(repository, self._index, question.level, self._settings) as near:
                search = Search(repository, self._index, likeness=near)
                return search.ask(question), repository.notes

    def completer(
        self, beside: str, writer: Writer | None, policy: Policy | None
    ) -> RepositoryCompleter:
        """Completes in the folder as it is now; the file `beside` is the one worked on."""
        corpus = self._lines.corpus(beside)
        name = self._root.name
        return RepositoryCompleter(Completer(corpus), self._locked, writer, policy, name)

    def _locked(self) -> Repository:
        with self._lock:
            return self._fresh()

    def _fresh(self) -> Repository:
        if self._repository is None:
            self._repository = Repository.open(self._root, self._settings.cache_dir)
        else:
            self._repository.refresh()
        if not self._repository.files:
            raise DataError(
                "holds no Verilog, SystemVerilog, Chisel or CUDA file",
                where=str(self._root),
                hint="name another folder",
            )
        return self._repository

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            if self._index is not None:
                self._index.close()
            if self._repository is not None:
                self._repository.close()
            self._index = self._repository = None
