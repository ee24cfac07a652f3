"""Descriptors that are closed exactly once, whatever happens."""

from __future__ import annotations

import os
from types import TracebackType


class Descriptors:
    """Opens descriptors and closes, at the end, those that were not closed before."""

    def __init__(self) -> None:
        self._open: set[int] = set()

    def __enter__(self) -> Descriptors:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close(*self._open)

    def keep(self, fd: int) -> int:
        """Take charge of a descriptor."""
        self._open.add(fd)
        return fd

    def pipe(self) -> tuple[int, int]:
        """A new pipe: its reading end, its writing end."""
        reading, writing = os.pipe()
        return self.keep(reading), self.keep(writing)

    def close(self, *fds: int) -> None:
        """Close some now."""
        for fd in fds:
            self._open.discard(fd)
            os.close(fd)
