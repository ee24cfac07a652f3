"""Segments of the index in an SQLite file beside the repository's facts: a cache like those.

A content belongs to one segment, whoever wrote it first; one of another version, or one that is
damaged, is thrown away and made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from gatewright.retrieval.index_segment import Arrays, Segment, arrays, segment_of

_WAIT_S = 30.0  # for another process that writes
_SCHEMA = (
    "create table meta (version text not null)",
    "create table segment (id integer primary key autoincrement)",
    "create table content (hash blob primary key, segment int) without rowid",
    "create table held (segment int, position int, hash blob, primary key (segment, position))",
    "create table part (segment int, name text, kind text, data blob, primary key (segment, name))",
)


class IndexStore:
    """The file. Errors of SQLite are the caller's to see."""

    def __init__(self, path: Path | None, version: str) -> None:
        """Open or make it; `None` keeps it in memory. Raises OSError, sqlite3.Error."""
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        name = ":memory:" if path is None else str(path)
        self._database = sqlite3.connect(
            name, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
        )
        try:
            self._database.execute("pragma journal_mode = wal")
            self._database.execute("pragma synchronous = normal")
            self._prepare(version)
        except BaseException:
            self._database.close()
            raise

    def _prepare(self, version: str) -> None:
        if self._made() == version:
            return
        self._database.execute("begin immediate")
        with self._ended():
            if self._made() == version:  # another process was faster
                return
            tables = (
                "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
            )
            for (table,) in self._database.execute(tables).fetchall():
                self._database.execute(f'drop table "{table}"')
            for statement in _SCHEMA:
                self._database.execute(statement)
            self._database.execute("insert into meta values (?)", (version,))

    def _made(self) -> str:
        found = self._database.execute(
            "select 1 from sqlite_master where type = 'table' and name = 'meta'"
        ).fetchone()
        row = self._database.execute("select version from meta").fetchone() if found else None
        return str(row[0]) if row else ""

    @contextlib.contextmanager
    def _ended(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._database.execute("rollback")
            raise
        self._database.execute("commit")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def owners(self) -> dict[bytes, int]:
        """Which segment each content belongs to."""
        return dict(self._database.execute("select hash, segment from content").fetchall())

    def add(self, segment: Segment, instead: Collection[int] = ()) -> None:
        """Keep a segment, and forget those that it stands for."""
        self._database.execute("begin immediate")
        with self._ended():
            for old in instead:
                for table in ("content", "held", "part"):
                    self._database.execute(f"delete from {table} where segment = ?", (old,))
                self._database.execute("delete from segment where id = ?", (old,))
            number = self._database.execute("insert into segment default values").lastrowid
            rows = [(number, place, key) for place, key in enumerate(segment.contents)]
            self._database.executemany("insert into held values (?,?,?)", rows)
            self._database.executemany(
                "insert or ignore into content values (?,?)", [(key, n) for n, _, key in rows]
            )
            self._database.executemany(
                "insert into part values (?,?,?,?)",
                [
                    (number, name, part.dtype.str, part.tobytes())
                    for name, part in arrays(segment).items()
                ],
            )

    def segments(self, known: Mapping[int, Segment]) -> dict[int, Segment]:
        """Every segment by its number; those that are known are not read again.

        Raises ValueError, KeyError for damaged ones.
        """
        numbers = [n for (n,) in self._database.execute("select id from segment order by id")]
        return {n: known[n] if n in known else self._segment(n) for n in numbers}

    def _segment(self, number: int) -> Segment:
        held = self._database.execute(
            "select hash from held where segment = ? order by position", (number,)
        )
        contents = tuple(key for (key,) in held.fetchall())
        parts: Arrays = {
            name: np.frombuffer(data, dtype=kind)
            for name, kind, data in self._database.execute(
                "select name, kind, data from part where segment = ?", (number,)
            )
        }
        return segment_of(contents, parts)


def version_of(sources: Iterable[Path]) -> str:
    """What tells code that makes such an index from other code."""
    digest = hashlib.blake2b(digest_size=16)
    for source in sorted(sources):
        digest.update(source.read_bytes())
    return digest.hexdigest()
