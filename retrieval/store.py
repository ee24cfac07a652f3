"""Facts of a repository's files in an SQLite file: by content, safe under several processes.

A file's facts are kept under the hash of its content, so that only what changed is read again.
The store is a cache: one of another version, or one that is damaged, is thrown away and made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from gatewright.retrieval.facts.encoding import decode, encode
from gatewright.retrieval.facts.types import FileFacts, Module
from gatewright.retrieval.scan import Stamp

_WAIT_S = 30.0  # for another process that writes
_FORMAT = 3
_SCHEMA = """
create table meta (version text not null);
create table file (path text primary key, size int, modified_ns int, changed_ns int,
                   hash blob, note text) without rowid;
create index file_hash on file (hash);
create table content (hash blob primary key, lines int, errors int, note text, names text)
                     without rowid;
create table module (id integer primary key, hash blob, kind text, name text, line int,
                     end_line int, ports text, facts blob);
create index module_name on module (name);
create index module_hash on module (hash);
create table use (module text, parent int, position int);
create index use_module on use (module);
create index use_parent on use (parent);
create table expanded (id int, path text, state blob, facts blob, primary key (id, path))
                      without rowid;
"""


class StoredFile(NamedTuple):
    """A file as it was read. `note` says why its content was not."""

    path: str
    stamp: Stamp
    hash: bytes
    note: str = ""


@dataclass(frozen=True, slots=True)
class StoredModule:
    """Where a module is defined; `ports` are (name, direction, type), in order.

    `id` is the module's number in the store, for as long as its file does not change.
    """

    id: int
    path: str
    kind: str
    name: str
    line: int
    end_line: int
    ports: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class StoredUse:
    """An instance: in which module, at which place in that module's list of instances."""

    module: str
    path: str
    parent: int
    position: int


def content_hash(data: bytes, language: str) -> bytes:
    """Under what a content's facts are kept."""
    return hashlib.blake2b(data, digest_size=16, person=language.encode()[:16]).digest()


class Store:
    """The store in one file. Close it, or use it in a `with`."""

    def __init__(self, path: Path | None) -> None:
        """Open or make the store; `None` keeps it in memory. Raises OSError, sqlite3.Error."""
        self._path = path
        self._database = self._opened()

    def _opened(self) -> sqlite3.Connection:
        if self._path is None:
            return self._connected()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._connected()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and not _damaged(error):
                raise
            self._discard()
            return self._connected()

    def _connected(self) -> sqlite3.Connection:
        name = ":memory:" if self._path is None else str(self._path)
        database = sqlite3.connect(
            name, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
        )
        try:
            database.execute("pragma journal_mode = wal")
            database.execute("pragma synchronous = normal")
            self._prepare(database)
        except BaseException:
            database.close()
            raise
        return database

    def _prepare(self, database: sqlite3.Connection) -> None:
        """Make the tables where there are none of this version."""
        version = _version()
        if _made(database) == version:
            return
        database.execute("begin immediate")
        try:
            if _made(database) != version:  # another process may have been faster
                for (table,) in database.execute(
                    "select name from sqlite_master where type = 'table'"
                ).fetchall():
                    database.execute(f'drop table "{table}"')
                for statement in _SCHEMA.strip().rstrip(";").split(";"):
                    database.execute(statement)
                database.execute("insert into meta values (?)", (version,))
            database.execute("commit")
        except BaseException:
            database.execute("rollback")
            raise

    def _discard(self) -> None:
        assert self._path is not None
        for end in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + end).unlink(missing_ok=True)

    def rebuild(self) -> None:
        """Throw away what is stored: it is damaged."""
        with contextlib.suppress(sqlite3.Error):
            self._database.close()
        if self._path is not None:
            self._discard()
        self._database = self._connected()

    @property
    def path(self) -> Path | None:
        """The file; None for a store in memory."""
        return self._path

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # writing

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all that is written inside counts, or nothing does."""
        self._database.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._database.execute("rollback")
            raise
        self._database.execute("commit")

    def put_files(self, files: Sequence[StoredFile]) -> None:
        """Note files as they were read."""
        rows = [
            (f.path, f.stamp.size, f.stamp.modified_ns, f.stamp.changed_ns, f.hash, f.note)
            for f in files
        ]
        self._database.executemany("insert or replace into file values (?,?,?,?,?,?)", rows)

    def put_facts(self, key: bytes, facts: FileFacts, lines: int) -> None:
        """Keep the facts of a content, if nobody did before."""
        names = json.dumps([facts.includes, facts.defines, facts.macros])
        added = self._database.execute(
            "insert or ignore into content values (?,?,?,?,?)",
            (key, lines, facts.errors, facts.note, names),
        )
        if not added.rowcount:
            return
        for module in facts.modules:
            ports = json.dumps([port[:3] for port in module.ports], separators=(",", ":"))
            place = (module.range.line, module.range.end_line)
            row = (key, module.kind.value, module.name, *place, ports, encode(module))
            number = self._database.execute(
                "insert into module (hash, kind, name, line, end_line, ports, facts)"
                " values (?,?,?,?,?,?,?)",
                row,
            ).lastrowid
            uses = [(used.module, number, i) for i, used in enumerate(module.instances)]
            self._database.executemany("insert into use values (?,?,?)", uses)

    def put_expanded(self, number: int, path: str, state: bytes, module: Module) -> None:
        """Keep what macros of other files make of a module, for as long as the files are these."""
        self._database.execute("delete from expanded where state <> ?", (state,))
        self._database.execute(
            "insert or replace into expanded values (?,?,?,?)",
            (number, path, state, encode(module)),
        )

    def remove_files(self, paths: Sequence[str]) -> None:
        """Forget files that are gone."""
        self._database.executemany("delete from file where path = ?", [(p,) for p in paths])

    def sweep(self) -> None:
        """Forget facts of contents that no file has any more."""
        gone = "select hash from content where hash not in (select hash from file)"
        if self._database.execute(f"{gone} limit 1").fetchone() is None:
            return
        modules = f"select id from module where hash in ({gone})"
        self._database.execute(f"delete from use where parent in ({modules})")
        self._database.execute(f"delete from module where hash in ({gone})")
        self._database.execute(f"delete from content where hash in ({gone})")

    # reading

    def files(self) -> dict[str, StoredFile]:
        """Every file that is noted, by path."""
        rows = self._database.execute("select * from file order by path")
        return {
            path: StoredFile(path, Stamp(size, modified, changed), key, note)
            for path, size, modified, changed, key, note in rows
        }

    def known(self, key: bytes) -> bool:
        """Whether the facts of a content are kept."""
        found = self._database.execute("select 1 from content where hash = ?", (key,))
        return found.fetchone() is not None

    def notes(self) -> tuple[tuple[str, str], ...]:
        """Paths of files that could not be read or understood, and why."""
        rows = self._database.execute(
            "select path, coalesce(nullif(f.note, ''), c.note) as told from file f"
            " left join content c using (hash) where told <> '' order by path"
        )
        return tuple(rows.fetchall())

    def counts(self) -> dict[str, int]:
        """How many `files`, `lines`, and modules of each kind there are, by name."""
        files, lines = self._database.execute(
            "select count(*), coalesce(sum(lines), 0) from file left join content using (hash)"
        ).fetchone()
        kinds = self._database.execute(
            "select kind, count(*) from file join module using (hash) group by kind order by kind"
        )
        (instances,) = self._database.execute(
            "select count(*) from use join module on parent = id join file using (hash)"
        ).fetchone()
        return {"files": files, "lines": lines, **dict(kinds.fetchall()), "instances": instances}

    def facts(self, path: str, language: str) -> FileFacts | None:
        """The facts of a file; None for one that is not noted."""
        row = self._database.execute(
            "select hash, coalesce(nullif(f.note, ''), c.note, ''), errors, names"
            " from file f left join content c using (hash) where path = ?",
            (path,),
        ).fetchone()
        if row is None:
            return None
        key, note, errors, names = row
        includes, defines, macros = json.loads(names) if names else ((), (), ())
        found = self._database.execute(
            "select facts from module where hash = ? order by id", (key,)
        ).fetchall()
        modules = tuple(decode(data) for (data,) in found)
        rest = (tuple(includes), tuple(defines), tuple(macros))
        return FileFacts(path, language, modules, *rest, errors or 0, note)

    def modules(self, name: str | None = None) -> tuple[StoredModule, ...]:
        """Where modules are defined, of that name if given; in order of path and line."""
        where = "" if name is None else "where name = ?"
        rows = self._database.execute(
            "select id, path, kind, name, line, end_line, ports from module join file using (hash)"
            f" {where} order by path, id",
            () if name is None else (name,),
        )
        return tuple(
            StoredModule(number, path, kind, found, line, end, _ports(ports))
            for number, path, kind, found, line, end, ports in rows
        )

    def module(self, number: int) -> Module:
        """The facts of a module by its number. Raises KeyError where it is gone."""
        row = self._database.execute("select facts from module where id = ?", (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        return decode(row[0])

    def expanded(self, number: int, path: str, state: bytes) -> Module | None:
        """What was kept of a module for that state of all files; None where nothing was."""
        row = self._database.execute(
            "select facts from expanded where id = ? and path = ? and state = ?",
            (number, path, state),
        ).fetchone()
        return decode(row[0]) if row is not None else None

    def path_of(self, number: int) -> str:
        """The first file that holds a module of that number. Raises KeyError where it is gone."""
        row = self._database.execute(
            "select path from module join file using (hash) where id = ? order by path", (number,)
        ).fetchone()
        if row is None:
            raise KeyError(number)
        return str(row[0])

    def uses(self, name: str) -> tuple[StoredUse, ...]:
        """The instances of a module; in order of path and line."""
        rows = self._database.execute(
            "select u.module, path, parent, position from use u join module m on parent = id"
            " join file using (hash) where u.module = ? order by path, parent, position",
            (name,),
        )
        return tuple(StoredUse(*row) for row in rows)

    def names(self, kind: str | None = None) -> tuple[str, ...]:
        """The names of modules that are defined, of that kind if given, sorted."""
        rows = self._database.execute(
            "select distinct name from module join file using (hash)"
            " where ?1 is null or kind = ?1 order by name",
            (kind,),
        )
        return tuple(name for (name,) in rows)


def _ports(text: str) -> tuple[tuple[str, str, str], ...]:
    return tuple((name, direction, type_) for name, direction, type_ in json.loads(text))


def _made(database: sqlite3.Connection) -> str:
    try:
        row = database.execute("select version from meta").fetchone()
    except sqlite3.OperationalError as error:
        if _damaged(error) or "no such table" in str(error) or "no such column" in str(error):
            return ""
        raise
    return str(row[0]) if row else ""


def _damaged(error: sqlite3.Error) -> bool:
    return any(word in str(error) for word in ("malformed", "not a database", "disk image"))


def _version() -> str:
    """The format and the code that finds the facts: other code may find other ones."""
    from gatewright.retrieval import facts

    digest = hashlib.blake2b(str(_FORMAT).encode(), digest_size=16)
    for source in sorted(Path(facts.__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()
