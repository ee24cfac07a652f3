"""A file of JSON lines, keyed by (task, sample), that survives whatever kills its writer.

Rows are only ever appended, each with one `write`. A line the writer could not finish is the last
one, so it is recognised and dropped; damage anywhere else is not ours and is reported. Rows stay
on disk: only their places are kept in memory.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from gatewright.core import DataError
from gatewright.eval.rows import Key

if TYPE_CHECKING:
    from pydantic import TypeAdapter

NEW = ".new"  # ends the name of a file that is to replace another
SYNC_SECONDS = 2.0  # at most this much work is lost when the machine itself goes down


class Keyed(Protocol):
    """What every row has."""

    @property
    def task(self) -> str: ...  # noqa: D102

    @property
    def sample(self) -> int: ...  # noqa: D102


Row = TypeVar("Row", bound=Keyed)


@cache
def _adapter(row_type: type[Row]) -> TypeAdapter[Row]:
    from pydantic import TypeAdapter

    return TypeAdapter(row_type)


def key_of(row: Keyed) -> Key:
    """The key of a row."""
    return Key(row.task, row.sample)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a file holds: where each key's last row starts, where the good part ends."""

    places: dict[Key, int]
    lines: int
    good_bytes: int
    torn_bytes: int
    unfinished_line: bool


def _is_cut_short(line: bytes) -> bool:
    import json

    try:
        json.loads(line)
    except ValueError:
        return True
    return False


def scan(path: Path, row_type: type[Row]) -> Scan:
    """Read a file through. Raises DataError, with file and line, for damage before its end."""
    places: dict[Key, int] = {}
    number, position, line = 0, 0, b"\n"
    try:
        with path.open("rb") as file:
            adapter = _adapter(row_type)
            for number, line in enumerate(file, 1):
                try:
                    row = adapter.validate_json(line)
                except ValueError as error:
                    if file.read(1) == b"" and _is_cut_short(line):
                        return Scan(places, number - 1, position, len(line), False)
                    raise _damaged(path, number, error) from None
                places[key_of(row)] = position
                position += len(line)
    except FileNotFoundError:
        return Scan({}, 0, 0, 0, False)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=str(path)) from error
    return Scan(places, number, position, 0, not line.endswith(b"\n"))


def _damaged(path: Path, number: int, error: ValueError) -> DataError:
    reason = str(error).splitlines()
    detail = " ".join(part.strip() for part in reason[1:3]) if len(reason) > 1 else reason[0]
    return DataError(
        f"damaged line: {detail}",
        where=f"{path}:{number}",
        hint="delete that line and run again: only its answer is worked out anew",
    )


def stop_writing(
    path: Path, error: OSError, hint: str = "give --out a folder that can be written"
) -> DataError:
    """The error for a file that cannot be written; `hint` is for every reason but a full disk."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        hint = "free some space and run the same command again: what is finished is kept"
        return DataError("the disk is full", where=str(path), hint=hint)
    return DataError(f"cannot be written: {error.strerror}", where=str(path), hint=hint)


class RowFile(Generic[Row]):
    """One file of rows. A single process may append to it; reading needs no lock."""

    def __init__(self, path: Path, row_type: type[Row]) -> None:
        self.path = path
        self._type = row_type
        self._scan = scan(path, row_type)
        self._places = self._scan.places
        self._lines = self._scan.lines
        self._synced = time.monotonic()
        self._descriptor: int | None = None

    @property
    def torn_bytes(self) -> int:
        """How long a half-written last line was (0 = there was none)."""
        return self._scan.torn_bytes

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Row]:
        for key in list(self._places):
            yield self.read(key)

    @property
    def keys(self) -> Iterable[Key]:
        """The keys present, in the order of the file."""
        return self._places.keys()

    def read(self, key: Key) -> Row:
        """The last row of that key. Raises KeyError where there is none."""
        with self.path.open("rb") as file:
            file.seek(self._places[key])
            row: Row = _adapter(self._type).validate_json(file.readline())
        return row

    def append(self, row: Row) -> None:
        """Add a row; it is safe from the death of this process when this returns."""
        line = _adapter(self._type).dump_json(row) + b"\n"
        try:
            descriptor = self._open()
            place = os.lseek(descriptor, 0, os.SEEK_END)
            self._write(descriptor, place, line)
            if time.monotonic() - self._synced > SYNC_SECONDS:
                self._sync(descriptor)
        except OSError as error:
            raise stop_writing(self.path, error) from error
        self._lines += 1
        self._places[key_of(row)] = place

    def _open(self) -> int:
        if self._descriptor is None:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._descriptor = os.open(self.path, flags, 0o644)
            os.ftruncate(self._descriptor, self._scan.good_bytes)
            if self._scan.unfinished_line:
                os.pwrite(self._descriptor, b"\n", self._scan.good_bytes)
        return self._descriptor

    def _write(self, descriptor: int, place: int, line: bytes) -> None:
        try:
            written = 0
            while written < len(line):
                written += os.pwrite(descriptor, line[written:], place + written)
        except OSError:
            with suppress(OSError):
                os.ftruncate(descriptor, place)
            raise

    def _sync(self, descriptor: int) -> None:
        os.fsync(descriptor)
        self._synced = time.monotonic()

    def put_in_order(self, keys: Iterable[Key]) -> None:
        """Rewrite the file, in one step, as the rows of `keys` in that order and no others.

        Whatever order work finished in, and however often it was interrupted, the file ends the
        same. Does nothing where the file is in order already.
        """
        wanted = [key for key in keys if key in self._places]
        whole = not (self._scan.torn_bytes or self._scan.unfinished_line)
        if whole and wanted == list(self._places) and self._lines == len(wanted):
            self.close()
            return
        fresh = self.path.with_name(f"{self.path.name}{NEW}")
        try:
            places = self._rewrite(fresh, wanted)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise stop_writing(self.path, error) from error
        self.close()
        self._places, self._lines = places, len(places)
        self._scan = Scan(places, len(places), self.path.stat().st_size, 0, False)

    def _rewrite(self, fresh: Path, wanted: list[Key]) -> dict[Key, int]:
        places: dict[Key, int] = {}
        with fresh.open("wb") as target, self.path.open("rb") as file:
            for key in wanted:
                file.seek(self._places[key])
                places[key] = target.tell()
                target.write(file.readline().rstrip(b"\n") + b"\n")
            target.flush()
            os.fsync(target.fileno())
        fresh.replace(self.path)
        return places

    def close(self) -> None:
        """Put everything on the disk and let go of the file."""
        if self._descriptor is not None:
            try:
                self._sync(self._descriptor)
            finally:
                os.close(self._descriptor)
                self._descriptor = None
