"""Vectors that were computed or paid for once: an SQLite file keyed by what was embedded."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from gatewright.retrieval.embedding import Embedding, Vectors

_BUSY_S = 30.0
_PROBE = "signal"
_MOST_AT_ONCE = 500  # keys in one question to SQLite
_SCHEMA = """
create table if not exists vector (
    hash blob not null, size int not null, data blob not null, primary key (hash, size)
) without rowid
"""


class CachedEmbedding:
    """An embedding that remembers documents by their content, whatever repository they are in.

    Safe for several threads and processes. A file that cannot be used is no reason to fail: the
    vectors are then computed again.
    """

    def __init__(self, embedding: Embedding, path: Path) -> None:
        self._embedding = embedding
        self._path = path
        self._lock = threading.Lock()
        self._size = 0

    @property
    def name(self) -> str:
        """The embedding's."""
        return self._embedding.name

    @property
    def batch(self) -> int:
        """The embedding's."""
        return self._embedding.batch

    @property
    def least(self) -> float:
        """The embedding's."""
        return self._embedding.least

    def question(self, text: str) -> Vectors:
        """Questions are not kept. Raises as the embedding does."""
        vector = self._embedding.question(text)
        self._size = len(vector)
        return vector

    def documents(self, texts: Sequence[str]) -> Vectors:
        """Rows from the file, and those that it lacks from the embedding."""
        if not self._size:
            self.question(_PROBE)
        keys = [self._key(text) for text in texts]
        known = self._found(keys)
        missing = list(dict.fromkeys(i for i, key in enumerate(keys) if key not in known))
        if missing:
            fresh = self._embedding.documents([texts[i] for i in missing])
            if fresh.shape[1:] != (self._size,):
                return self._embedding.documents(texts)  # for the caller to see
            added = {keys[i]: row for i, row in zip(missing, fresh, strict=True)}
            self._keep(added)
            known |= added
        rows = [known[key] for key in keys]
        return np.stack(rows) if rows else np.zeros((0, self._size), np.float32)

    def _key(self, text: str) -> bytes:
        whole = f"{self.name}\0{text}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(whole, digest_size=16).digest()

    def _found(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        found: dict[bytes, Vectors] = {}
        with contextlib.suppress(sqlite3.Error, OSError), self._opened() as database:
            for start in range(0, len(keys), _MOST_AT_ONCE):
                part = keys[start : start + _MOST_AT_ONCE]
                rows = database.execute(
                    "select hash, data from vector where size = ? and hash in"
                    f" ({','.join('?' * len(part))})",
                    (self._size, *part),
                )
                for key, data in rows:
                    vector = np.frombuffer(data, np.float32)
                    if len(vector) == self._size:
                        found[key] = vector
        return found

    def _keep(self, vectors: dict[bytes, Vectors]) -> None:
        rows = [(key, self._size, row.tobytes()) for key, row in vectors.items()]
        with contextlib.suppress(sqlite3.Error, OSError), self._opened() as database:
            database.executemany("insert or replace into vector values (?,?,?)", rows)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(self._path, timeout=_BUSY_S)
            try:
                database.execute("pragma journal_mode = wal")
                database.execute(_SCHEMA)
                with database:
                    yield database
            except sqlite3.DatabaseError as error:
                if not isinstance(error, sqlite3.OperationalError):  # no database at all
                    self._path.unlink(missing_ok=True)
                raise
            finally:
                database.close()
