"""The texts of a repository that completion looks at, the nearest to a file first."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from gatewright.retrieval.scan import read, scan

LARGEST_FILE = 400_000  # bytes; larger ones are generated
MOST_CHARACTERS = 16_000_000  # of all files together


def nearby_texts(root: Path, path: str, most: int = MOST_CHARACTERS) -> dict[str, str]:
    """The other files' texts by their paths, as many as fit, those that share folders first.

    Files that cannot be read, binary and very large ones are passed over. Raises UsageError where
    `root` is no folder, DataError where it may not be read.
    """
    stamps = scan(root).files
    texts: dict[str, str] = {}
    left = most
    for other in nearest(path, stamps):
        if other == path or stamps[other].size > min(LARGEST_FILE, left):
            continue
        content = read(root, other)
        if not content.note:
            texts[other] = content.text
            left -= len(texts[other])
    return texts


def nearest(path: str, others: Iterable[str]) -> list[str]:
    """Paths that share the most folders with a path first, then by name."""
    mine = PurePosixPath(path).parent.parts

    def far(other: str) -> tuple[int, int, str]:
        theirs = PurePosixPath(other).parent.parts
        shared = 0
        for one, two in zip(mine, theirs, strict=False):
            if one != two:
                break
            shared += 1
        return (-shared, len(mine) + len(theirs) - 2 * shared, other)

    return sorted(others, key=far)
