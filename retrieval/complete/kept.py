"""A repository's lines, kept in a file between processes: mapped into memory, not read.

The file is written whole beside the old one and then takes its place, so a reader never sees half
of it, and processes that write at once do no harm. Files that changed since are read anew; where
they are many, so is everything.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import mmap
import os
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatewright.retrieval.complete.corpus import Corpus
from gatewright.retrieval.complete.files import LARGEST_FILE, nearby_texts
from gatewright.retrieval.complete.segment import Segment, build
from gatewright.retrieval.repository import store_path
from gatewright.retrieval.scan import Stamp, read, scan

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_BYTES = 96_000_000  # of all files; of larger repositories only what is near is looked at
_MAGIC = b"gwlines1"
_ALIGNED = 64
_FEW = 16  # changed files that are read beside the kept ones; or a share of all
_SHARE = 0.02
_SETTLED_NS = 2_000_000_000  # a file changed this shortly ago may change again under its time
_NEVER = Stamp(-1, 0, 0)
Stamps = Mapping[str, Stamp]


class KeptLines:
    """The lines of a repository's files, as they are now. Safe to ask from several threads.

    `cache` is the folder that keeps them, by default the user's cache folder.
    """

    def __init__(self, root: Path, cache: Path | None = None) -> None:
        self._root = root
        self._path = store_path(root.absolute(), cache).with_suffix(".lines")
        self._lock = threading.Lock()
        self._base: _Kept | None = None
        self._last: tuple[Stamps, str, Corpus] | None = None

    def corpus(self, beside: str = "") -> Corpus:
        """What may be copied from for the file `beside`, whose own text is never looked at.

        Raises UsageError where the root is no folder, DataError where it may not be read.
        """
        stamps = {p: s for p, s in scan(self._root).files.items() if s.size <= LARGEST_FILE}
        if sum(stamp.size for stamp in stamps.values()) > MOST_BYTES:
            return Corpus.of(nearby_texts(self._root, beside))
        with self._lock:
            if self._last is not None and self._last[:2] == (stamps, beside):
                return self._last[2]
            corpus = self._updated(stamps, beside)
            self._last = (stamps, beside, corpus)
            return corpus

    def _updated(self, stamps: Stamps, beside: str) -> Corpus:
        if self._base is None:
            self._base = _load(self._path)
        base = self._base
        if base is not None:
            known = base.stamps
            changed = [p for p, s in stamps.items() if p != beside and known.get(p) != s]
            if len(changed) <= max(_FEW, _SHARE * len(stamps)):
                return self._beside(base, stamps, changed)
        self._base = _Kept(build(self._texts(stamps)), _settled(stamps, time.time_ns()))
        with contextlib.suppress(OSError):  # without a place to keep them they are made each time
            _save(self._path, self._base)
        return Corpus((self._base.segment,))

    def _beside(self, base: _Kept, stamps: Stamps, changed: Sequence[str]) -> Corpus:
        gone = {path for path in base.segment.paths if path not in stamps}
        hidden = {n for n, p in enumerate(base.segment.paths) if p in gone or p in set(changed)}
        texts = self._texts(changed)
        if not texts:
            return Corpus((base.segment,), hidden)
        fresh = build(texts, len(base.segment.paths), base.segment.vocabulary)
        return Corpus((base.segment, fresh), hidden)

    def _texts(self, paths: Sequence[str] | Stamps) -> dict[str, str]:
        contents = ((path, read(self._root, path)) for path in paths)
        return {path: content.text for path, content in contents if not content.note}


@dataclass(frozen=True, slots=True)
class _Kept:
    """A segment and how its files looked; files that could not be read are in the stamps alone."""

    segment: Segment
    stamps: Stamps


def _settled(stamps: Stamps, now: int) -> Stamps:
    def latest(stamp: Stamp) -> int:
        return max(stamp.modified_ns, stamp.changed_ns)

    return {p: s if now - latest(s) > _SETTLED_NS else _NEVER for p, s in stamps.items()}


def _save(path: Path, kept: _Kept) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = kept.segment.arrays
    places: dict[str, tuple[str, int, int]] = {}
    at = 0
    for name, found in arrays.items():
        places[name] = (found.dtype.str, at, found.nbytes)
        at += -(-found.nbytes // _ALIGNED) * _ALIGNED
    head = {
        "version": _version(),
        "paths": kept.segment.paths,
        "stamps": {p: [s.size, s.modified_ns, s.changed_ns] for p, s in kept.stamps.items()},
        "arrays": places,
        "size": at,
    }
    data = json.dumps(head, separators=(",", ":")).encode("utf-8", "surrogatepass")
    start = len(_MAGIC) + 8 + len(data)
    handle, name = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_MAGIC + len(data).to_bytes(8, "little") + data + _padding(start))
            for found in arrays.values():
                file.write(found.tobytes() + _padding(found.nbytes))
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _padding(size: int) -> bytes:
    return b"\0" * (-size % _ALIGNED)


def _load(path: Path) -> _Kept | None:
    """What is kept; None where there is none, or it is of another version or damaged."""
    try:
        with path.open("rb") as file:
            view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        size = int.from_bytes(view[len(_MAGIC) : len(_MAGIC) + 8], "little")
        start = len(_MAGIC) + 8 + size
        if view[: len(_MAGIC)] != _MAGIC or start > len(view):
            return None
        head = json.loads(bytes(view[len(_MAGIC) + 8 : start]))
        body = view[start + len(_padding(start)) :]
        if head["version"] != _version() or head["size"] != len(body):
            return None
        stamps = {path: Stamp(*numbers) for path, numbers in head["stamps"].items()}
        return _Kept(Segment(head["paths"], dict(_arrays(head["arrays"], body))), stamps)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _arrays(places: Mapping[str, Any], body: memoryview) -> Iterator[tuple[str, NDArray[Any]]]:
    import numpy as np

    for name, (kind, at, size) in places.items():
        part = body[at : at + size]
        yield name, np.frombuffer(part, dtype=kind) if size else np.empty(0, dtype=kind)


def _version() -> str:
    """The code that makes the arrays: other code may make other ones."""
    from gatewright.retrieval import complete

    made = hashlib.blake2b(digest_size=16)
    folder = Path(complete.__file__).parent
    for name in ("headers", "kept", "lines", "segment", "stream", "table", "tokens"):
        made.update((folder / f"{name}.py").read_bytes())
    return made.hexdigest()
