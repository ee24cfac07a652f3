"""Vectors in Chroma collections on disk: one a level, in a folder of their own.

Chroma keeps a part of its index in memory and does not look for other processes' writes. So a lock
file orders processes, and a number that every write raises tells when to open the folder again. A
folder that was left half-written, is damaged, or is of another version, is emptied.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakValueDictionary

from gatewright.core import DataError
from gatewright.retrieval.embedding import Vectors

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection as Chroma

T = TypeVar("T")

_VERSION = "1"
_WAIT_S = 120.0  # for another process that writes a batch
_POLL_S = 0.02
_MOST_IDS = 10_000  # that a query names; SQLite takes no more than three times as many
# Inner product on vectors of length 1. What is not on disk would be built again by every process
# that opens the folder, so each batch is brought there.
_HNSW: CreateHNSWConfiguration = {
    "space": "ip",
    "ef_construction": 64,
    "max_neighbors": 12,
    "sync_threshold": 2,
    "batch_size": 2,
}


@dataclass(frozen=True, slots=True)
class _State:
    """What the folder holds: written whole or not, by which version, the how many-th write, and
    in which folder below: Chroma does not open one again in a process where that failed once."""

    version: str = ""
    whole: bool = False
    writes: int = 0
    data: str = ""


@dataclass(frozen=True, slots=True)
class Near:
    """A vector that was found, and how alike it is: 1 = the same."""

    id: str
    likeness: float


class VectorStore:
    """The folder. Take it from `vector_store`: in one process there is one object a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._client: Client | None = None
        self._seen = _State()

    def close(self) -> None:
        """Let go of the files; the next question opens them again."""
        with self._lock:
            if self._client is not None:
                with contextlib.suppress(Exception):
                    self._client.close()
                self._client = None

    def ids(self, version: str, level: str) -> set[str]:
        """What a level holds; nothing where the folder is not of that version, or is damaged."""
        found = self._read(version, lambda: self._level(level).get(include=[])["ids"])
        return set(found or ())

    def near(
        self, version: str, level: str, vector: Vectors, count: int, among: Collection[str] | None
    ) -> list[Near] | None:
        """The nearest vectors, the best first; with `among`, only those if they are not too many.

        None where the folder is not of that version, or proves damaged: it is empty then.
        """

        def ask() -> list[Near]:
            held = self._level(level)
            only = list(among) if among is not None and len(among) <= _MOST_IDS else None
            most = min(count, held.count() if only is None else len(only))
            if most < 1:
                return []
            given = vector.reshape(1, -1)
            found = held.query(given, n_results=most, ids=only, include=["distances"])
            distances = (found["distances"] or [[]])[0]
            return [Near(i, 1 - d) for i, d in zip(found["ids"][0], distances, strict=True)]

        return self._read(version, ask)

    def put(self, version: str, level: str, ids: Sequence[str], rows: Vectors) -> None:
        """Keep vectors under their ids."""
        step = 1000  # Chroma takes at most 5,461 at once

        def write() -> None:
            held = self._level(level)
            for start in range(0, len(ids), step):
                part = slice(start, start + step)
                held.upsert(ids=list(ids[part]), embeddings=rows[part])

        self._write(version, write)

    def remove(self, version: str, level: str, ids: Sequence[str]) -> None:
        """Forget vectors."""
        if not ids:
            return

        def write() -> None:
            held = self._level(level)
            for start in range(0, len(ids), _MOST_IDS):
                held.delete(ids=list(ids[start : start + _MOST_IDS]))

        self._write(version, write)

    # sessions

    def _read(self, version: str, ask: Callable[[], T]) -> T | None:
        """An answer under the shared lock; where there is none to be had, the folder is emptied."""
        with self._locked(fcntl.LOCK_SH):
            state = self._state()
            if state.whole and state.version == _full(version):
                try:
                    self._opened(state)
                    return ask()
                except BaseException as error:
                    if not _is_damage(error):
                        raise
        with self._locked(fcntl.LOCK_EX):
            if self._state() == state:  # no other process has mended it
                self._emptied(state)
        return None

    def _write(self, version: str, write: Callable[[], None]) -> None:
        with self._locked(fcntl.LOCK_EX):
            state = self._state()
            if not state.whole or not state.data or state.version != _full(version):
                state = self._emptied(state)
            self._opened(state)
            state = replace(state, version=_full(version), writes=state.writes + 1)
            self._note(replace(state, whole=False))
            try:
                write()
            except BaseException as error:
                if not _is_damage(error):
                    raise
                raise DataError(
                    f"the vectors cannot be written: {error}",
                    where=str(self._folder),
                    hint="is the disk full? the next run makes them anew",
                ) from error
            self._note(replace(state, whole=True))
            self._seen = replace(state, whole=True)

    @contextlib.contextmanager
    def _locked(self, way: int) -> Iterator[None]:
        with self._lock:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / "lock").open("a") as file:
                _wait(file.fileno(), way, self._folder)
                yield

    def _state(self) -> _State:
        try:
            found = json.loads((self._folder / "state.json").read_text())
            state = _State(**found)
        except (OSError, ValueError, TypeError):
            return _State()
        usable = all(
            isinstance(value, type(getattr(_State(), key))) for key, value in found.items()
        )
        return state if usable else _State()

    def _note(self, state: _State) -> None:
        fresh = self._folder / "state.new"
        fresh.write_text(json.dumps(asdict(state)))
        fresh.replace(self._folder / "state.json")

    def _emptied(self, state: _State) -> _State:
        self.close()
        for old in self._folder.glob("chroma-*"):
            shutil.rmtree(old, ignore_errors=True)
        fresh = _State(writes=state.writes + 1, data=f"chroma-{secrets.token_hex(4)}")
        self._note(fresh)
        return fresh

    def _opened(self, state: _State) -> None:
        """Have the folder open as it is now."""
        if self._client is not None and self._seen.writes == state.writes:
            return
        self.close()
        import chromadb
        from chromadb.api.client import Client
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        client = chromadb.PersistentClient(str(self._folder / state.data), settings)
        assert isinstance(client, Client)
        self._client = client
        self._seen = state

    def _level(self, level: str) -> Chroma:
        assert self._client is not None
        return self._client.get_or_create_collection(
            f"{level}s", embedding_function=None, configuration={"hnsw": _HNSW}
        )


_stores: WeakValueDictionary[Path, VectorStore] = WeakValueDictionary()
_stores_lock = threading.Lock()


def vector_store(folder: Path) -> VectorStore:
    """The store in a folder."""
    with _stores_lock:
        found = _stores.get(folder.absolute())
        if found is None:
            found = _stores[folder.absolute()] = VectorStore(folder.absolute())
        return found


def _is_damage(error: BaseException) -> bool:
    """Whether files may be the reason: Chroma's Rust part panics with no kind of Exception."""
    return not isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit))


def _full(version: str) -> str:
    import chromadb

    return f"{_VERSION} {chromadb.__version__} {version}"


def _wait(file: int, way: int, folder: Path) -> None:
    end = time.monotonic() + _WAIT_S
    while True:
        try:
            fcntl.flock(file, way | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise DataError(
                    f"another process has held the vectors for {_WAIT_S:g} s",
                    where=str(folder),
                    hint="wait for it, or end it",
                ) from None
            time.sleep(_POLL_S)
        else:
            return
