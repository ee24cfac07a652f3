"""Conversations on disk: one SQLite file, written before anything is answered."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gatewright.agents.chat.events import Event, event_from_json, event_json
from gatewright.agents.workbench.results import Applied, Proposal
from gatewright.core import DataError, UsageError

_SCHEMA = """
PRAGMA journal_mode=WAL;
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, changed REAL NOT NULL, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY AUTOINCREMENT, conversation TEXT NOT NULL, event TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS events_of ON events (conversation, number);
CREATE TABLE IF NOT EXISTS turns (
    conversation TEXT PRIMARY KEY, process INTEGER NOT NULL, born TEXT NOT NULL);
"""
# Two doors may write at once; each write takes milliseconds.
_PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Summary:
    """One conversation in a list; `changed` is seconds since 1970, `turns` counts what was said."""

    id: str
    title: str
    changed: float
    turns: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that the conversation has made and that is no file yet; `name` as a file's."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal under the id that somebody decides about."""

    id: str
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class State:
    """What a conversation knows beside its events.

    `files` are shown to the model in each turn; `waiting` are proposals, `applied` the edits that
    can be undone, the last one last; `contracts` names the modules whose contract was shown.
    Of a guided conversation: `spec` is the specification so far, `top` the name that the user gave,
    `asked_for` what it waits for. `delivered` is the last event that the model was given.
    """

    files: tuple[str, ...] = ()
    drafts: tuple[Draft, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    applied: tuple[Applied, ...] = ()
    contracts: tuple[str, ...] = ()
    spec: str = ""
    top: str = ""
    asked_for: str = ""
    delivered: int = 0

    def draft(self, name: str) -> Draft | None:
        """The draft of that name."""
        return next((draft for draft in self.drafts if draft.name == name), None)

    def with_draft(self, draft: Draft) -> State:
        """With one more draft, or a newer text of it; the newest stands last."""
        others = tuple(d for d in self.drafts if d.name != draft.name)
        return replace(self, drafts=(*others, draft))


@dataclass(frozen=True, slots=True)
class Kept:
    """An event with its number, which only grows."""

    number: int
    event: Event


def default_path() -> Path:
    """Where conversations are kept if nobody says otherwise."""
    from platformdirs import user_data_path

    return user_data_path("gatewright", appauthor=False) / "chat.sqlite"


@dataclass
class Store:
    """All conversations of a file; several threads and processes may use it at once."""

    path: Path = field(default_factory=default_path)

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = connect(self.path)
            self._connection.executescript(_SCHEMA)
            # Others on this machine need not read what was said here.
            self.path.chmod(0o600)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def create(self) -> str:
        """A new conversation's id. It is listed once something was said."""
        return uuid.uuid4().hex[:12]

    def conversations(self) -> tuple[Summary, ...]:
        """All of them, the last changed first."""
        rows = self._read(
            "SELECT id, title, changed, (SELECT COUNT(*) FROM events WHERE conversation = id"
            " AND json_extract(event, '$.kind') = 'asked')"
            " FROM conversations ORDER BY changed DESC, id"
        )
        return tuple(Summary(*row) for row in rows)

    def find(self, text: str) -> str:
        """The id that begins so; 'last' is the last changed. Raises UsageError."""
        known = [summary.id for summary in self.conversations()]
        found = known[:1] if text == "last" else [id for id in known if id.startswith(text)]
        if text in known:
            return text
        if len(found) != 1:
            what = "several conversations begin with" if found else "no conversation"
            raise UsageError(f"{what} {text!r}", hint="gatewright chat --list shows them")
        return found[0]

    def title(self, conversation: str) -> str:
        """Its title; '' for one that nothing was said in."""
        rows = self._read("SELECT title FROM conversations WHERE id = ?", conversation)
        return str(rows[0][0]) if rows else ""

    def append(self, conversation: str, event: Event, title: str = "") -> int:
        """Keep an event: it is on disk when this returns. `title` names a new conversation."""
        text = json.dumps(event_json(event))
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET changed = excluded.changed",
                (conversation, title, time.time(), "{}"),
            )
            row = connection.execute(
                "INSERT INTO events (conversation, event) VALUES (?, ?) RETURNING number",
                (conversation, text),
            ).fetchone()
        return int(row[0])

    def events(self, conversation: str, after: int = 0) -> tuple[Kept, ...]:
        """What was kept of a conversation, in order. Raises DataError for a damaged row."""
        import msgspec

        rows = self._read(
            "SELECT number, event FROM events WHERE conversation = ? AND number > ?"
            " ORDER BY number",
            conversation,
            after,
        )
        try:
            return tuple(Kept(number, event_from_json(json.loads(text))) for number, text in rows)
        except (ValueError, msgspec.ValidationError) as error:
            raise DataError(
                f"an event of the conversation cannot be read: {error}",
                where=f"{self.path}, conversation {conversation}",
                hint="it was written by another version; start a new conversation",
            ) from error

    def state(self, conversation: str) -> State:
        """What it knows beside its events."""
        import msgspec

        rows = self._read("SELECT state FROM conversations WHERE id = ?", conversation)
        return msgspec.convert(json.loads(rows[0][0]), type=State) if rows else State()

    def keep_state(self, conversation: str, state: State) -> None:
        """Replace what it knows."""
        import msgspec

        text = json.dumps(msgspec.to_builtins(state))
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO conversations VALUES (?, '', ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET state = excluded.state",
                (conversation, time.time(), text),
            )

    def change(self, conversation: str, how: Callable[[State], State]) -> None:
        """Change what it knows; nobody else's change comes between in this process."""
        with self._lock:
            self.keep_state(conversation, how(self.state(conversation)))

    def begin(self, conversation: str) -> None:
        """Say that a turn runs in this process. Raises UsageError where one runs elsewhere."""
        with self._writing() as connection:
            row = connection.execute(
                "SELECT process, born FROM turns WHERE conversation = ?", (conversation,)
            ).fetchone()
            if row and row[0] != os.getpid() and _alive(*row):
                raise UsageError(
                    f"the conversation is being answered by process {row[0]}",
                    where=conversation,
                    hint="wait for it, or stop it there",
                )
            connection.execute(
                "INSERT OR REPLACE INTO turns VALUES (?, ?, ?)",
                (conversation, os.getpid(), _born(os.getpid())),
            )

    def end(self, conversation: str) -> None:
        """The turn is over."""
        with self._writing() as connection:
            connection.execute("DELETE FROM turns WHERE conversation = ?", (conversation,))

    def runs(self, conversation: str) -> bool:
        """A turn of it runs, here or in another process."""
        rows = self._read("SELECT process, born FROM turns WHERE conversation = ?", conversation)
        return bool(rows) and _alive(*rows[0])

    def _read(self, statement: str, *values: object) -> list[Any]:
        try:
            with self._lock:
                return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock, self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> DataError:
        return DataError(
            f"cannot keep conversations: {error}",
            where=str(self.path),
            hint="name another file by --store, or free some space",
        )


def connect(path: Path) -> sqlite3.Connection:
    """A connection that threads may share under a lock; commits reach the disk."""
    connection = sqlite3.connect(
        path, timeout=_PATIENCE_S, check_same_thread=False, isolation_level=None
    )
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _born(process: int) -> str:
    """When a process began, in the kernel's ticks: numbers are given anew, these pairs are not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _alive(process: int, born: str) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return _born(process) == born
