"""A file that will hold a result: tried before the work, replaced in one step after it."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gatewright.cli.terminal import short
from gatewright.core import UsageError

# What a full disk would not take.
_PROBE = b"\n" * 4096


@dataclass(frozen=True, slots=True)
class OutputFile:
    """The file `path`; what it held stays until the new text is complete."""

    path: Path

    def try_out(self) -> None:
        """Find out before the work whether its result can be kept.

        Raises UsageError for a folder, a missing folder, a place without permission or room.
        """
        folder = self.path.parent
        if self.path.is_dir():
            raise self._refused("is a folder", "name a file in it")
        if not folder.is_dir():
            raise UsageError(
                "no such folder", where=short(str(folder)), hint="make it first: mkdir -p FOLDER"
            )
        if self.path.exists() and not os.access(self.path, os.W_OK):
            raise self._refused("may not be written", "choose another place")
        if not self._replaced:
            return
        try:
            self._beside(_PROBE).unlink()
        except OSError as error:
            raise self._failed(error) from error

    def write(self, text: str) -> None:
        """Write it all. Raises UsageError; the file then holds what it held before."""
        data = text.encode("utf-8", "backslashreplace")
        try:
            if self._replaced:
                self._replace(data)
            else:
                self.path.write_bytes(data)
        except OSError as error:
            raise self._failed(error) from error

    @property
    def _replaced(self) -> bool:
        """It is replaced by a rename: not a device, nor a file in a folder that takes no other."""
        if not self.path.exists():
            return True
        return self.path.is_file() and os.access(self._real.parent, os.W_OK)

    @property
    def _real(self) -> Path:
        return self.path.resolve()

    def _replace(self, data: bytes) -> None:
        beside = self._beside(data)
        try:
            if self._real.exists():
                beside.chmod(stat.S_IMODE(self._real.stat().st_mode))
            beside.replace(self._real)
        except OSError:
            beside.unlink()
            raise

    def _beside(self, data: bytes) -> Path:
        path = self._real.with_name(f".gatewright-{os.getpid()}.tmp")
        try:
            with path.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            with suppress(OSError):
                path.unlink()
            raise
        return path

    def _failed(self, error: OSError) -> UsageError:
        reason = (error.strerror or str(error)).lower()
        return self._refused(f"cannot be written: {reason}", "choose another place, or make room")

    def _refused(self, what: str, hint: str) -> UsageError:
        return UsageError(what, where=short(str(self.path)), hint=hint)
