"""A run's folder: its manifest, its row files, and the lock that keeps a second run out."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from gatewright.core import UsageError
from gatewright.eval.rowfile import NEW, RowFile, stop_writing
from gatewright.eval.rows import (
    ErrorRow,
    Key,
    ResultRow,
    SampleRow,
    TrajectoryRow,
    VerdictRow,
)

MANIFEST = "run.json"
SAMPLES = "samples.jsonl"
TRAJECTORIES = "trajectories.jsonl"
VERDICTS = "verdicts.jsonl"
RESULTS = "results.jsonl"
ERRORS = "errors.jsonl"
_LOCK = ".lock"
_TRIES, _PAUSE_S = 10, 0.1


class RunFolder:
    """The files of one run, held for writing. Use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = _locked(path)
        try:
            _clear(path)
            self.samples = RowFile(path / SAMPLES, SampleRow)
            self.trajectories = RowFile(path / TRAJECTORIES, TrajectoryRow)
            self.verdicts = RowFile(path / VERDICTS, VerdictRow)
            self.results = RowFile(path / RESULTS, ResultRow)
            self.errors = RowFile(path / ERRORS, ErrorRow)
        except BaseException:
            os.close(self._lock)
            raise

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            for file in self._files:
                file.close()
        finally:
            os.close(self._lock)

    @property
    def _files(self) -> tuple[RowFile[Any], ...]:
        return (self.trajectories, self.samples, self.verdicts, self.results, self.errors)

    def torn(self) -> list[str]:
        """The names of the files that ended in a half-written line."""
        return [file.path.name for file in self._files if file.torn_bytes]

    def put_in_order(self, keys: Iterable[Key]) -> None:
        """Bring every file into the order of `keys`, each row once."""
        wanted = list(keys)
        # A trajectory counts once its answer is kept, verdicts once their result is.
        self.trajectories.put_in_order([key for key in wanted if key in self.samples])
        self.samples.put_in_order(wanted)
        self.verdicts.put_in_order([key for key in wanted if key in self.results])
        self.results.put_in_order(wanted)

    def keep_errors(self, keys: Iterable[Key]) -> None:
        """Forget the errors of all but `keys`."""
        self.errors.put_in_order(keys)
        if not len(self.errors):
            self.errors.path.unlink(missing_ok=True)


def _clear(path: Path) -> None:
    """Remove the files that a killed run had half written beside those they were to replace."""
    for name in (MANIFEST, SAMPLES, TRAJECTORIES, VERDICTS, RESULTS, ERRORS):
        with suppress(OSError):
            (path / f"{name}{NEW}").unlink()


def _locked(path: Path) -> int:
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise stop_writing(path, error) from error
    if not _taken(lock):
        holder = os.read(lock, 20).decode(errors="replace").strip()
        os.close(lock)
        raise UsageError(
            f"another run{f' (process {holder})' if holder else ''} is writing here",
            where=str(path),
            hint="wait for it, or give --out another folder",
        )
    with suppress(OSError):  # the number is a courtesy; a full disk need not refuse it
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def _taken(lock: int) -> bool:
    # The children of a run that was just killed may hold its lock until they are gone too.
    for _ in range(_TRIES):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_S)
        else:
            return True
    return False
