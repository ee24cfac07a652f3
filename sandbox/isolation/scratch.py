"""Private work folders that disappear, also when the process that made them was killed."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import itertools
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_SHARED_MEMORY = Path("/dev/shm")
_ENOUGH = 1 << 30
_YOUNG_S = 30.0
_UNBORN = "new-"
_MOVED = ".gatewright-moved-"


@cache
def root() -> Path:
    """Where work folders go: memory where it is roomy and may hold programs, else TMPDIR."""
    with contextlib.suppress(OSError):
        if os.access(_SHARED_MEMORY, os.W_OK):
            found = os.statvfs(_SHARED_MEMORY)
            roomy = found.f_bavail * found.f_frsize >= _ENOUGH
            if roomy and not found.f_flag & os.ST_NOEXEC:
                return _SHARED_MEMORY
    return Path(tempfile.gettempdir()).resolve()


@contextlib.contextmanager
def scratch(prefix: str = "run") -> Iterator[Path]:
    """A new empty folder, only for this user; removed afterwards with all that is in it."""
    _begin_once()
    unborn = Path(tempfile.mkdtemp(prefix=f"{_mark()}{_UNBORN}{prefix}-", dir=root()))
    # The kernel drops the lock when we die, however we die; that is what marks it as stale.
    lock = os.open(unborn, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    # Only what is locked has its final name, so that a sweep need not wait to see it locked.
    folder = unborn.rename(unborn.with_name(unborn.name.replace(_UNBORN, "", 1)))
    _living.add(folder)
    try:
        yield folder
    finally:
        _living.discard(folder)
        remove(folder)
        os.close(lock)


def remove_living() -> None:
    """Remove every folder of this process, also those that threads still work in."""
    for folder in list(_living):
        with contextlib.suppress(OSError):
            remove(folder)


def remove(folder: Path) -> None:
    """Remove a tree that hostile code filled: locked, or nested deeper than a path can be long."""
    try:
        shutil.rmtree(folder)
    except (OSError, RecursionError):
        _dismantle(folder)


def _dismantle(folder: Path) -> None:
    """Bring every folder below to the top before looking into it, so that no path grows."""
    numbers = itertools.count()
    todo = [folder]
    while todo:
        place = todo.pop()
        place.chmod(0o700)
        for entry in list(os.scandir(place)):
            path = Path(entry.path)
            if not entry.is_dir(follow_symlinks=False):
                path.unlink()
            elif place != folder or not entry.name.startswith(_MOVED):
                path.chmod(0o700)
                todo.append(path.rename(folder / f"{_MOVED}{next(numbers)}"))
        if place != folder:
            place.rmdir()
    folder.rmdir()


def sweep(place: Path) -> int:
    """Remove the folders in `place` whose makers are dead; returns how many."""
    swept = 0
    oldest = time.time() - _YOUNG_S
    for entry in os.scandir(place):
        if not entry.name.startswith(_mark()):
            continue
        with contextlib.suppress(OSError):
            # A young one without its final name may not have been locked by its maker yet.
            named = not entry.name.startswith(_mark() + _UNBORN)
            if named or entry.stat(follow_symlinks=False).st_mtime < oldest:
                swept += _remove_if_stale(Path(entry.path))
    return swept


def _remove_if_stale(folder: Path) -> bool:
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove(folder)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


def _mark() -> str:
    return f"gatewright-{os.getuid()}-"


_begun = threading.Event()
_living: set[Path] = set()


def _begin_once() -> None:
    if not _begun.is_set():
        _begun.set()
        # Threads that are still at work when the process ends never come to their own removal.
        atexit.register(remove_living)
        sweep(root())
