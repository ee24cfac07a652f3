"""Reading what a confined process left in its folder, which may be a trap."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
MEGABYTE = 1 << 20


def read_capped(folder: Path, name: str, limit: int = MEGABYTE) -> bytes | None:
    """The first `limit` bytes of the plain file `name` (a relative path) below `folder`.

    None if there is no such file, or if anything on the way to it is a symbolic link, a pipe or
    otherwise not what it seems: a process may have put a link there to what only we may read.
    """
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or parts[0] == "/":
        return None
    try:
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        for part in parts:
            inner = os.open(part, _FLAGS, dir_fd=fd)
            os.close(fd)
            fd = inner
        return _read(fd, limit) if stat.S_ISREG(os.fstat(fd).st_mode) else None
    except OSError:
        return None
    finally:
        os.close(fd)


def _read(fd: int, limit: int) -> bytes:
    data = bytearray()
    while len(data) < limit:
        chunk = os.read(fd, min(MEGABYTE, limit - len(data)))
        if not chunk:
            break
        data += chunk
    return bytes(data)
