"""What is kept of repositories that nobody asks any more: found in the cache folder, and removed.

Whoever has a repository open holds the shared lock of its `.lock` file, which also tells where the
repository is and, by its time, when it was opened last. All that is kept of a repository goes
together, under the exclusive lock: never while a process has it open.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import time
import weakref
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

_KEPT = re.compile(
    r"(?P<stem>.+-[0-9a-f]{16})\."
    r"(?:sqlite|search\.sqlite|search\.[0-9a-f]{16}\.part|lines|vectors|lock)(?:-wal|-shm)?"
)
_DAY_S = 86_400.0
_GONE_S = 1 * _DAY_S  # since a repository was opened whose folder is gone: it may be unmounted
_UNUSED_S = 30 * _DAY_S
_LOOKS = 5


class Claim:
    """A repository's store in use. `is_new` tells whether it was never claimed before."""

    def __init__(self, facts: Path, root: Path) -> None:
        """Take the shared lock beside the store. Raises OSError."""
        facts.parent.mkdir(parents=True, exist_ok=True)
        path = facts.with_suffix(".lock")
        for _ in range(_LOOKS):
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self.close = weakref.finalize(self, os.close, file)
            fcntl.flock(file, fcntl.LOCK_SH)
            if _is_at(file, path):
                break
            self.close()  # removed between the two
        else:
            raise OSError(f"{path} does not stay")
        here = os.fsencode(root.resolve())
        self.is_new = os.fstat(file).st_size == 0
        if os.pread(file, len(here) + 1, 0) != here:
            os.pwrite(file, here, 0)
            os.ftruncate(file, len(here))
        os.utime(file)


def remove_leftovers(folder: Path, now: float | None = None) -> None:
    """Remove what was not opened for 30 days, by whichever version, or for a day where the
    repository's folder is gone. Never fails: what cannot be removed stays."""
    now = time.time() if now is None else now
    found: dict[str, list[Path]] = defaultdict(list)
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            kept = _KEPT.fullmatch(path.name)
            if kept:
                found[kept["stem"]].append(path)
    for stem, paths in found.items():
        with contextlib.suppress(OSError):
            _consider(folder / f"{stem}.lock", paths, now)


def _consider(lock: Path, paths: Sequence[Path], now: float) -> None:
    if not _is_left(lock, paths, now):
        return
    with contextlib.ExitStack() as held:
        held.enter_context(_exclusive(lock))
        if not _is_left(lock, paths, now):  # opened meanwhile
            return
        for path in paths:
            if path.suffix == ".vectors":
                for inner in path.glob("*/lock"):
                    held.enter_context(_exclusive(inner))
        for path in paths:
            if path.suffix == ".vectors":
                shutil.rmtree(path, ignore_errors=True)
            elif path != lock:
                path.unlink(missing_ok=True)
        lock.unlink(missing_ok=True)


def _is_left(lock: Path, paths: Sequence[Path], now: float) -> bool:
    """Whether nobody has opened it for so long."""
    root = b""
    opened = [lock] if lock.exists() else paths
    with contextlib.suppress(FileNotFoundError):
        root = lock.read_bytes()
    idle = now - max(path.stat().st_mtime for path in opened)
    gone = bool(root) and not os.path.isdir(root)  # noqa: PTH112 (bytes)
    return idle > (_GONE_S if gone else _UNUSED_S)


@contextlib.contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    """The exclusive lock of a file. Raises BlockingIOError where another process has it open.

    The file's time is left as it is: it tells of the last use.
    """
    existed = path.exists()
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _is_at(file, path):
            raise BlockingIOError
        if not existed:
            os.utime(file, (0, 0))
        yield
    finally:
        os.close(file)


def _is_at(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False
