"""A folder of HDL as one thing to ask: its files, their facts, what is defined and used where."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, TypeVar

from gatewright.core import DataError
from gatewright.retrieval.facts import extract
from gatewright.retrieval.facts.types import FileFacts, Instance, Module
from gatewright.retrieval.garbage import no_collections
from gatewright.retrieval.leftovers import Claim, remove_leftovers
from gatewright.retrieval.scan import Content, Stamp, language_of, read, scan
from gatewright.retrieval.store import Store, StoredFile, StoredModule, StoredUse, content_hash

T = TypeVar("T")
Progress = Callable[[int, int], None]

_BATCH = 128  # files read before what was found is written
_RECENT_NS = 100_000_000  # a file changed this shortly ago may change again under the same time
_WHOLE_SECONDS_NS = 2_000_000_000  # where the file system keeps no finer times
_CACHED_MODULES = 1024


class SourceFile(NamedTuple):
    """A file of the repository; `note` says why it could not be read, or is empty."""

    path: str
    language: str
    hash: bytes
    note: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """Where a module is defined. `ports` are (name, direction, type), in order."""

    id: int
    path: str
    kind: str
    name: str
    line: int
    end_line: int
    ports: tuple[tuple[str, str, str], ...]

    def direction(self, port: str) -> str:
        """A port's direction; empty where there is no such port or it is not told."""
        return next((way for name, way, _ in self.ports if name == port), "")


@dataclass(frozen=True, slots=True)
class Use:
    """An instance of a module: in which file, in which module (`parent_id` is its number)."""

    path: str
    parent_id: int
    parent: Module
    instance: Instance

    @property
    def holder(self) -> Definition:
        """The definition that it stands in."""
        lines = (self.parent.range.line, self.parent.range.end_line)
        ports = tuple((port.name, port.direction, port.type) for port in self.parent.ports)
        kind, name = self.parent.kind.value, self.parent.name
        return Definition(self.parent_id, self.path, kind, name, *lines, ports)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a look at the folder found: how many files are new or other, and how many gone."""

    read: int
    removed: int


class Repository:
    """A folder's source files and their facts, kept in a store between processes.

    `open` and `refresh` look at the folder; everything else answers from what they found. Safe to
    ask from several threads.
    """

    def __init__(self, root: Path, store: Store, notes: Sequence[str] = ()) -> None:
        self.root = root
        self._store = store
        self._claim: Claim | None = None
        self._store_notes = tuple(notes)
        self._scan_notes: tuple[str, ...] = ()
        self._files: dict[str, StoredFile] = {}
        self._digest = b""
        self._lock = threading.RLock()
        self._module = lru_cache(_CACHED_MODULES)(self._loaded)
        self._expanded = lru_cache(_CACHED_MODULES)(self._read_with_macros)
        self._definitions = lru_cache(None)(self._found)

    @classmethod
    def open(
        cls, root: Path, cache: Path | None = None, progress: Progress | None = None
    ) -> Repository:
        """The repository in a folder, as it is now.

        `cache` is the folder that holds the store, by default the user's cache folder. Raises
        UsageError where `root` is no folder, DataError where it may not be read.
        """
        root = root.absolute()
        found = scan(root)
        notes: list[str] = []
        path = store_path(root, cache)
        claim: Claim | None = None
        with contextlib.suppress(OSError):  # some file systems have no locks
            claim = Claim(path, root)
        try:
            store = Store(path)
        except (OSError, sqlite3.Error) as error:
            store = Store(None)
            notes.append(_not_kept(error))
        repository = cls(root, store, notes)
        repository._claim = claim
        if claim is not None and claim.is_new:
            remove_leftovers(path.parent)
        repository._refresh(found.files, found.notes, progress)
        return repository

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()
        if self._claim is not None:
            self._claim.close()

    def __enter__(self) -> Repository:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # looking at the folder

    def refresh(self, progress: Progress | None = None) -> Changes:
        """Look at the folder again: what changed since is read. Raises as `open` does."""
        found = scan(self.root)
        return self._refresh(found.files, found.notes, progress)

    def _refresh(
        self, stamps: dict[str, Stamp], notes: tuple[str, ...], progress: Progress | None
    ) -> Changes:
        with self._lock:
            self._scan_notes = notes
            try:
                return self._updated(stamps, progress)
            except sqlite3.Error as error:
                self._heal(error)
                return self._updated(stamps, progress)

    def _updated(self, stamps: dict[str, Stamp], progress: Progress | None) -> Changes:
        known = self._store.files()
        changed = [p for p, s in stamps.items() if p not in known or known[p].stamp != s]
        removed = [path for path in known if path not in stamps]
        with no_collections():
            for start in range(0, len(changed), _BATCH):
                if progress is not None:
                    progress(start, len(changed))
                self._read_batch(changed[start : start + _BATCH], stamps)
        if progress is not None and changed:
            progress(len(changed), len(changed))
        if removed or any(path in known for path in changed):
            with self._store.writing():
                self._store.remove_files(removed)
                self._store.sweep()
        self._files = self._store.files() if changed or removed else known
        self._digest = b""
        self._module.cache_clear()
        self._expanded.cache_clear()
        self._definitions.cache_clear()
        return Changes(len(changed), len(removed))

    def _read_batch(self, paths: Sequence[str], stamps: dict[str, Stamp]) -> None:
        """Read files and their facts, then write both at once: others wait only for that."""
        files: list[StoredFile] = []
        facts: dict[bytes, tuple[FileFacts, int]] = {}
        for path in paths:
            now = time.time_ns()
            content = read(self.root, path)
            language = language_of(path)
            key = content_hash(content.data, language)
            files.append(StoredFile(path, _settled(stamps[path], now), key, content.note))
            if not content.note and key not in facts and not self._store.known(key):
                lines = content.data.count(b"\n") + (not content.data.endswith(b"\n"))
                facts[key] = (extract(content.text, path), lines)
        with self._store.writing():
            self._store.put_files(files)
            for key, (found, lines) in facts.items():
                self._store.put_facts(key, found, lines)

    def _heal(self, error: Exception) -> None:
        """Make a damaged store anew; one that cannot be written is kept in memory instead."""
        text = str(error)
        try:
            if any(word in text for word in ("full", "readonly", "locked", "unable to open")):
                raise error
            self._store.rebuild()
        except (OSError, sqlite3.Error) as reason:
            self._store.close()
            self._store = Store(None)
            self._store_notes = (_not_kept(reason),)

    def _ask(self, question: Callable[[Store], T]) -> T:
        """The store's answer; where it proves damaged, of one that is made anew."""
        with self._lock:
            try:
                return question(self._store)
            except (sqlite3.DatabaseError, ValueError) as error:
                self._heal(error)
                self.refresh()
                return question(self._store)

    # answers

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """The source files, in order of their paths."""
        return tuple(
            SourceFile(f.path, language_of(f.path), f.hash, f.note) for f in self._files.values()
        )

    @property
    def kept_in(self) -> Path | None:
        """The file that keeps the facts; None where they are kept for this time only."""
        return self._store.path

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out and why, a line each."""
        told = self._ask(lambda store: store.notes())
        return (*self._store_notes, *self._scan_notes, *(f"{path}: {note}" for path, note in told))

    @property
    def counts(self) -> dict[str, int]:
        """How many files, lines, modules of each kind and instances there are."""
        return self._ask(lambda store: store.counts())

    def text(self, path: str) -> str:
        """A file's text as it is now. Raises DataError where it cannot be read."""
        content: Content = read(self.root, path)
        if content.note:
            raise DataError(content.note, where=path)
        return content.text

    def facts(self, path: str) -> FileFacts | None:
        """What a file holds; None for a path that is no source file of the repository."""
        return self._ask(lambda store: store.facts(path, language_of(path)))

    def definitions(self, name: str | None = None, near: str = "") -> tuple[Definition, ...]:
        """Where modules are defined (all, or those of a name): nearest to the path `near` first."""
        found = self._definitions(name)
        return tuple(sorted(found, key=lambda d: -_shared(d.path, near))) if near else found

    def _found(self, name: str | None) -> tuple[Definition, ...]:
        return tuple(_definition(m) for m in self._ask(lambda store: store.modules(name)))

    def definition(self, name: str, near: str = "") -> Definition | None:
        """The nearest definition of a name; None where there is none."""
        return next(iter(self.definitions(name, near)), None)

    def module(self, definition: Definition) -> Module:
        """The facts of a definition that was just asked for."""
        return self._module(definition.id)

    def _loaded(self, number: int) -> Module:
        try:
            return self._ask(lambda store: store.module(number))
        except KeyError:
            raise DataError(
                "the repository changed meanwhile", where=str(self.root), hint="ask again"
            ) from None

    def expanded(self, definition: Definition) -> Module:
        """The same, with what uses of macros become that other files of the repository define."""
        return self._expanded(definition)

    def _read_with_macros(self, definition: Definition) -> Module:
        number, path, state = definition.id, definition.path, self._state()
        kept = self._ask(lambda store: store.expanded(number, path, state))
        if kept is not None:
            return kept
        from gatewright.retrieval.expansion import with_macros  # loads the parser, in the end

        found = with_macros(self, definition)
        if found.lasting:
            with self._lock, contextlib.suppress(sqlite3.Error), self._store.writing():
                self._store.put_expanded(number, path, state, found.module)
        return found.module

    def _state(self) -> bytes:
        """Tells whether any file changed: another one may define a macro now, or be included."""
        if not self._digest:
            digest = hashlib.blake2b(digest_size=16)
            for file in self._files.values():
                digest.update(b"%b\0%b" % (os.fsencode(file.path), file.hash))
            self._digest = digest.digest()
        return self._digest

    def uses(self, name: str, of: Definition | None = None) -> Iterator[Use]:
        """Every instance of a module, in order of path and line.

        With `of`, one of several definitions of the name: only those it is nearest to.
        """
        for use in self._uses(name, of):
            parent = self._module(use.parent)
            yield Use(use.path, use.parent, parent, parent.instances[use.position])

    def count_uses(self, name: str, of: Definition | None = None) -> int:
        """How many instances of a module there are, as `uses` tells them."""
        return len(self._uses(name, of))

    def _uses(self, name: str, of: Definition | None) -> list[StoredUse]:
        found = self._ask(lambda store: store.uses(name))
        if of is None or len(self.definitions(name)) < 2:
            return list(found)
        nearest = {path: self.definition(name, path) for path in {use.path for use in found}}
        return [use for use in found if nearest[use.path] == of]

    def ports(self, module: str) -> tuple[str, ...] | None:
        """The ports of a module in order; None where the repository does not define it."""
        found = self.definitions(module)
        return tuple(name for name, _, _ in found[0].ports) if found else None

    def names(self, kind: str | None = None) -> tuple[str, ...]:
        """The names that are defined, of modules, packages, ..., of one kind if given; sorted."""
        return self._ask(lambda store: store.names(kind))


def store_path(root: Path, cache: Path | None = None) -> Path:
    """The file in which a repository's facts are kept."""
    if cache is None:
        from platformdirs import user_cache_path

        cache = user_cache_path("gatewright", appauthor=False)
    real = str(root.resolve()).encode("utf-8", "surrogateescape")
    name = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in root.name)
    digest = hashlib.blake2b(real, digest_size=8).hexdigest()
    return cache / "retrieval" / f"{name[:40] or 'root'}-{digest}.sqlite"


def _definition(stored: StoredModule) -> Definition:
    place = (stored.line, stored.end_line)
    return Definition(stored.id, stored.path, stored.kind, stored.name, *place, stored.ports)


def _shared(path: str, near: str) -> int:
    """How many folders two paths have in common, counted from the root."""
    count = 0
    for one, other in zip(path.split("/"), near.split("/"), strict=False):
        if one != other:
            break
        count += 1
    return count


def _settled(stamp: Stamp, now: int) -> Stamp:
    """The stamp to note: one that no file has where another change might leave it as it is."""
    latest = max(stamp.modified_ns, stamp.changed_ns)
    window = _RECENT_NS if latest % 1_000_000_000 else _WHOLE_SECONDS_NS
    return stamp if now - latest > window else Stamp(-1, 0, 0)


def _not_kept(error: Exception) -> str:
    return f"facts are kept for this time only: the store cannot be written ({error})"
