"""Which segments the index of a repository has, in an SQLite file beside the repository's facts: a
cache like those. The segments themselves are files beside it.

A content belongs to one segment, whoever wrote it first; one of another version, or one that is
damaged, is thrown away and made anew. A segment's file is written while the list is locked, so that
a file that no list names is left over from a process that was killed, and goes.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gatewright.retrieval import index_file
from gatewright.retrieval.index_segment import Segment

_WAIT_S = 30.0  # for another process that writes
_LOOKS = 3  # at the list, where a file that it named is gone
_SUFFIX = ".part"
_SCHEMA = (
    "create table meta (version text not null)",
    "create table segment (id integer primary key autoincrement, file text not null)",
    "create table content (hash blob primary key, segment int) without rowid",
)


class NotKept(Exception):
    """A segment's file cannot be written."""


@dataclass(frozen=True, slots=True)
class State:
    """What is kept: the segment that each content belongs to, and the segments by number."""

    owners: Mapping[bytes, int]
    segments: dict[int, Segment]


class IndexStore:
    """The list and the files. Errors of SQLite are the caller's to see."""

    def __init__(self, path: Path | None, version: str) -> None:
        """Open or make it; `None` keeps it in memory. Raises OSError, sqlite3.Error."""
        self._path, self._version = path, version
        self._memory: dict[str, Segment] = {}
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        name = ":memory:" if path is None else str(path)
        self._database = sqlite3.connect(
            name, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
        )
        try:
            self._database.execute("pragma journal_mode = wal")
            self._database.execute("pragma synchronous = normal")
            self._prepare()
        except BaseException:
            self._database.close()
            raise

    def _prepare(self) -> None:
        if self._made() == self._version:
            return
        self._database.execute("begin immediate")
        with self._ended():
            if self._made() == self._version:  # another process was faster
                return
            tables = (
                "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
            )
            for (table,) in self._database.execute(tables).fetchall():
                self._database.execute(f'drop table "{table}"')
            for statement in _SCHEMA:
                self._database.execute(statement)
            self._database.execute("insert into meta values (?)", (self._version,))
            self._sweep()
        with contextlib.suppress(sqlite3.OperationalError):  # what others read now stays large
            self._database.execute("vacuum")

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

    def clear(self) -> None:
        """Forget every segment: what they hold is made anew."""
        self._database.execute("begin immediate")
        with self._ended():
            self._database.execute("delete from content")
            self._database.execute("delete from segment")
            self._sweep()

    def owners(self) -> dict[bytes, int]:
        """Which segment each content belongs to."""
        return dict(self._database.execute("select hash, segment from content").fetchall())

    def add(self, segment: Segment, instead: Collection[int] = ()) -> None:
        """Keep a segment, and forget those that it stands for. Raises NotKept."""
        self._database.execute("begin immediate")
        with self._ended():
            gone = [(number,) for number in instead]
            self._database.executemany("delete from content where segment = ?", gone)
            self._database.executemany("delete from segment where id = ?", gone)
            self._sweep()
            name = self._written(segment)
            number = self._database.execute(
                "insert into segment (file) values (?)", (name,)
            ).lastrowid
            self._database.executemany(
                "insert or ignore into content values (?,?)",
                [(key, number) for key in segment.contents],
            )

    def _written(self, segment: Segment) -> str:
        token = secrets.token_hex(8)
        if self._path is None:
            self._memory[token] = segment
            return token
        name = f"{self._path.stem}.{token}{_SUFFIX}"
        path = self._path.with_name(name)
        try:
            index_file.write(path, segment)
        except OSError as error:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            raise NotKept(str(error)) from error
        return name

    def _sweep(self) -> None:
        """Remove the files that the list does not name. Only while it is locked for writing."""
        named = {name for (name,) in self._database.execute("select file from segment")}
        if self._path is None:
            self._memory = {name: s for name, s in self._memory.items() if name in named}
            return
        for path in files_of(self._path):
            if path.name not in named:
                with contextlib.suppress(OSError):
                    path.unlink()

    def state(self, known: Mapping[int, Segment]) -> State:
        """Every segment by its number, and what belongs to which, at one moment.

        Segments that are known are not read again. Raises ValueError, KeyError for damaged or
        missing ones.
        """
        for _ in range(_LOOKS):
            self._database.execute("begin")  # both lists of the same moment
            with self._ended():
                owners = self.owners()
                select = "select id, file from segment order by id"
                rows = self._database.execute(select).fetchall()
            try:
                found = {n: known[n] if n in known else self._segment(name) for n, name in rows}
            except FileNotFoundError:  # joined with others by another process meanwhile
                continue
            return State(owners, found)
        raise ValueError("a segment's file is missing")

    def _segment(self, name: str) -> Segment:
        if self._path is None:
            return self._memory[name]
        return index_file.opened(self._path.with_name(name))


def files_of(path: Path) -> list[Path]:
    """The segments' files of a list, those that it does not name included."""
    return list(path.parent.glob(f"{path.stem}.*{_SUFFIX}"))


def version_of(sources: Iterable[Path]) -> str:
    """What tells code that makes such an index from other code."""
    digest = hashlib.blake2b(digest_size=16)
    for source in sorted(sources):
        digest.update(source.read_bytes())
    return digest.hexdigest()
