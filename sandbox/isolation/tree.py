"""What a tree of processes uses, read from /proc. Every reader tolerates processes that vanish."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_SMALLEST_FILE = 4096
_DEEPEST = 48
_MOST_ENTRIES = 1 << 20


@dataclass(frozen=True, slots=True)
class Usage:
    """What a tree uses at one moment: processes, resident bytes, CPU seconds so far."""

    processes: int = 0
    resident: int = 0
    cpu_s: float = 0.0


def _text(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:  # noqa: PTH123 (hot path)
            return file.read()
    except OSError:
        return ""


def children(pid: int) -> list[int]:
    """The direct children of a process, whichever of its threads made them."""
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 (hot path)
    except OSError:
        return found
    for thread in threads:
        found += map(int, _text(f"/proc/{pid}/task/{thread}/children").split())
    return found


def descendants(root: int, most: int) -> list[int]:
    """The processes below `root`, without it, parents first; not many more than `most`.

    A fork bomb grows faster than it can be listed, so whoever looks must know when to stop.
    """
    found: list[int] = []
    todo = [root]
    while todo and len(found) <= most:
        below = children(todo.pop())
        found += below
        todo += below
    return found


def usage(pids: Iterable[int]) -> Usage:
    """Sums over `pids`. Pages that processes share count once for each of them."""
    count = resident = ticks = 0
    for pid in pids:
        # The name in parentheses may itself hold spaces and parentheses.
        fields = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()
        if len(fields) < 22:
            continue
        count += 1
        ticks += sum(map(int, fields[11:15]))
        resident += int(fields[21])
    return Usage(count, resident * _PAGE, ticks / _TICKS)


def proportional(pids: Iterable[int]) -> int:
    """Resident bytes with shared pages divided among their users (slow: 0.1 ms and more each)."""
    total = 0
    for pid in pids:
        for line in _text(f"/proc/{pid}/smaps_rollup").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
    return total


def disk_exceeds(folder: Path, limit: int) -> bool:
    """Whether a folder takes more than `limit` bytes.

    The smallest file counts a block, so that empty ones are not free, and what is nested too
    deep to be looked at counts as too much.
    """
    total = 0
    todo = [(str(folder), 0)]
    while todo and total <= limit:
        place, depth = todo.pop()
        if depth > _DEEPEST:
            return True
        for entry in _entries(place):
            with suppress(OSError):
                size = entry.stat(follow_symlinks=False).st_blocks * 512
                total += max(size, _SMALLEST_FILE)
                if entry.is_dir(follow_symlinks=False):
                    todo.append((entry.path, depth + 1))
    return total > limit


def _entries(place: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(place) as entries:
            return list(itertools.islice(entries, _MOST_ENTRIES))
    except OSError:
        return []
