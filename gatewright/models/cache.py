"""Answers already paid for: an SQLite file keyed by everything that decides an answer."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gatewright.core import DataError, ModelError, Usage
from gatewright.core.config import CacheMode
from gatewright.models.base import Completion, Message, Model, Sampling
from gatewright.models.hashing import request_sha256

__all__ = ["CachedModel"]

_BUSY_S = 30.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    request TEXT PRIMARY KEY,
    model TEXT NOT NULL,
    text TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    truncated INTEGER NOT NULL,
    priced INTEGER NOT NULL,
    stored_at REAL NOT NULL
) WITHOUT ROWID
"""
_FIND = (
    "SELECT text, prompt_tokens, completion_tokens, truncated, priced"
    " FROM answers WHERE request = ?"
)
_STORE = "INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


class CachedModel:
    """A model that remembers. Safe for threads and for several processes on one file.

    The key holds the model's name, the messages, the sampling and the sample index, not the
    server's address: n samples stay n answers. An answer from the cache costs nothing, takes no
    time, and counts its tokens, so that a budget stops a replayed run where it stopped the first.
    """

    def __init__(self, model: Model, path: Path, mode: CacheMode) -> None:
        """Raises DataError where the file cannot be opened, or is no cache."""
        self._model = model
        self._path = path
        self._mode = mode
        if mode is CacheMode.REPLAY and not path.is_file():
            raise DataError(
                "no such cache", where=str(path), hint="fill one first: GATEWRIGHT_CACHE=write"
            )
        if mode is CacheMode.WRITE:
            self._create()
        if mode is not CacheMode.OFF and path.exists():
            self._find("")

    @property
    def name(self) -> str:
        """The name of the model behind the cache."""
        return self._model.name

    def complete(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        on_text: Callable[[str], None] | None = None,
    ) -> Completion:
        """Answer from the file, or ask and (mode `write`) remember. Raises ModelError."""
        if self._mode is CacheMode.OFF:
            return self._model.complete(messages, sampling, on_text)
        request = request_sha256(self.name, messages, sampling)
        known = self._find(request)
        if known is not None:
            if on_text is not None:
                on_text(known.text)
            return known
        if self._mode is CacheMode.REPLAY:
            raise ModelError(
                f"no recorded answer for request {request[:12]} (sample {sampling.sample})",
                where=str(self._path),
                hint="the prompt or the sampling has changed; GATEWRIGHT_CACHE=write records it",
            )
        answer = self._model.complete(messages, sampling, on_text)
        if self._mode is CacheMode.WRITE:
            self._store(request, answer)
        return answer

    def _create(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._broken(error.strerror or str(error)) from error
        with self._open() as database:
            database.execute("PRAGMA journal_mode = WAL")
            with database:
                database.execute(_SCHEMA)

    def _find(self, request: str) -> Completion | None:
        if not self._path.exists():
            return None
        with self._open() as database:
            row = database.execute(_FIND, (request,)).fetchone()
        if row is None:
            return None
        text, prompt, output, truncated, priced = row
        usage = Usage(prompt, output, cost=0.0 if priced else None, cached_calls=1)
        return Completion(text, usage, bool(truncated), cached=True)

    def _store(self, request: str, answer: Completion) -> None:
        used = answer.usage
        row = (
            request,
            self.name,
            answer.text,
            used.prompt_tokens,
            used.completion_tokens,
            answer.truncated,
            used.cost is not None,
            time.time(),
        )
        try:
            with self._open() as database, database:
                database.execute(_STORE, row)
        except DataError as error:
            # The answer is paid for: a full disk must not lose it.
            logging.getLogger("gatewright.models").warning("an answer was not cached: %s", error)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            database = sqlite3.connect(self._address(), timeout=_BUSY_S, uri=True)
        except sqlite3.Error as error:
            raise self._broken(str(error)) from error
        try:
            database.execute("PRAGMA synchronous = NORMAL")
            yield database
        except sqlite3.Error as error:
            raise self._broken(str(error)) from error
        finally:
            database.close()

    def _address(self) -> str:
        address = self._path.absolute().as_uri()
        if self._mode is CacheMode.WRITE:
            return address
        # Readers of a WAL file leave marks beside it, where they can.
        writable = os.access(self._path.parent, os.W_OK)
        return f"{address}?mode=ro" if writable else f"{address}?immutable=1"

    def _broken(self, reason: str) -> DataError:
        return DataError(
            f"the answer cache cannot be used: {reason}",
            where=str(self._path),
            hint="name another folder in GATEWRIGHT_CACHE_DIR, or remove the file",
        )
