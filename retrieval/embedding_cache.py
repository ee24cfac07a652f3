"""Vectors that were computed or paid for once: an SQLite file keyed by what was embedded."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from gatewright.retrieval.embedding import Embedding, Vectors

_BUSY_S = 30.0
_PROBE = "signal"
_MOST_AT_ONCE = 500  # keys in one question to SQLite
_MOST_BYTES = 1 << 30  # of vectors; half a million of MiniLM's
_DROPPED = 4  # one of so many vectors, where they are more: those that were used longest ago
_DAY_S = 86400
_SCHEMA = """
create table if not exists vector (
    hash blob not null, size int not null, data blob not null, used int not null default 0,
    primary key (hash, size)
) without rowid
"""
_DROP = """
delete from vector where (hash, size) in (
    select hash, size from vector order by used limit (select 1 + count(*) / ? from vector)
)
"""


class CachedEmbedding:
    """An embedding that remembers documents by their content, whatever repository they are in.

    Safe for several threads and processes. A file that cannot be used is no reason to fail: the
    vectors are then computed again. It stays below about `most` bytes: what was used longest ago
    makes room.
    """

    def __init__(self, embedding: Embedding, path: Path, most: int = _MOST_BYTES) -> None:
        self._embedding = embedding
        self._path = path
        self._most = most
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
                those = f"size = ? and hash in ({','.join('?' * len(part))})"
                rows = database.execute(
                    f"select hash, data from vector where {those}", (self._size, *part)
                )
                for key, data in rows:
                    vector = np.frombuffer(data, np.float32)
                    if len(vector) == self._size:
                        found[key] = vector
                database.execute(
                    f"update vector set used = ? where used < ? and {those}",
                    (today := _today(), today, self._size, *part),
                )
        return found

    def _keep(self, vectors: dict[bytes, Vectors]) -> None:
        rows = [(key, self._size, row.tobytes(), _today()) for key, row in vectors.items()]
        with contextlib.suppress(sqlite3.Error, OSError), self._opened() as database:
            if _filled(database) > self._most:
                database.execute(_DROP, (_DROPPED,))
                database.commit()
                database.execute("vacuum")  # pages are seldom freed whole: keys have no order
            database.executemany("insert or replace into vector values (?,?,?,?)", rows)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(self._path, timeout=_BUSY_S)
            try:
                database.execute("pragma journal_mode = wal")
                database.execute(_SCHEMA)
                _dated(database)
                with database:
                    yield database
            except sqlite3.DatabaseError as error:
                if not isinstance(error, sqlite3.OperationalError):  # no database at all
                    self._path.unlink(missing_ok=True)
                raise
            finally:
                database.close()


def _today() -> int:
    return int(time.time() // _DAY_S)


def _dated(database: sqlite3.Connection) -> None:
    """Vectors of a version that kept no days count as unused."""
    columns = {row[1] for row in database.execute("pragma table_info(vector)")}
    if "used" not in columns:
        database.execute("alter table vector add column used int not null default 0")


def _filled(database: sqlite3.Connection) -> int:
    """The size of a file, with what is written and not yet in it."""
    names = ("page_count", "page_size")
    pages, size = (int(database.execute(f"pragma {name}").fetchone()[0]) for name in names)
    return pages * size
