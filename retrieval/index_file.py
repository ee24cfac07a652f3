"""Segments of the index as files: written once, mapped into memory, never changed.

A file holds a mark, the size of its head, the head (JSON: the file's size, and each array's kind,
place and length), then the arrays. What a question does not touch is not read.
"""

from __future__ import annotations

import json
import mmap
import os
from pathlib import Path

import numpy as np

from gatewright.retrieval.index_segment import Arrays, Segment, arrays, segment_of

_MARK = b"GWIDX1\n\0"
_ALIGNED = 8  # bytes: what the widest numbers need
_HASH = 16  # bytes of a content's


def write(path: Path, segment: Segment) -> None:
    """Keep a segment in a new file. Raises OSError; the file is then of no use."""
    head, parts = _packed(segment)
    with path.open("xb") as file:
        file.write(head)
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())  # it is there before SQLite says so


def opened(path: Path) -> Segment:
    """The segment in a file. Raises FileNotFoundError; ValueError, KeyError for a damaged one."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size < len(_MARK) + _ALIGNED:
            raise ValueError("too short")
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return _unpacked(data)


def _packed(segment: Segment) -> tuple[bytes, list[bytes]]:
    held = arrays(segment)
    held["contents"] = np.frombuffer(b"".join(segment.contents), dtype=np.uint8)
    table: dict[str, tuple[str, int, int]] = {}
    parts: list[bytes] = []
    at = 0
    for name, part in held.items():
        data = part.tobytes()
        data += bytes(-len(data) % _ALIGNED)
        table[name] = (part.dtype.str, at, len(part))
        parts.append(data)
        at += len(data)
    head = json.dumps({"size": at, "arrays": table}).encode()
    head += b" " * (-len(head) % _ALIGNED)
    return _MARK + len(head).to_bytes(_ALIGNED, "little") + head, parts


def _unpacked(data: mmap.mmap) -> Segment:
    start = len(_MARK) + _ALIGNED
    if data[: len(_MARK)] != _MARK:
        raise ValueError("not a segment of the index")
    size = int.from_bytes(data[len(_MARK) : start], "little")
    head = json.loads(data[start : start + size])
    start += size
    if start + head["size"] != len(data):
        raise ValueError("a segment of the index is cut off")
    found: Arrays = {
        name: np.frombuffer(data, dtype=kind, count=count, offset=start + at)
        for name, (kind, at, count) in head["arrays"].items()
        if count
    }
    for name, (kind, _, count) in head["arrays"].items():
        if not count:
            found[name] = np.zeros(0, dtype=kind)
    hashes = found.pop("contents").tobytes()
    contents = tuple(hashes[at : at + _HASH] for at in range(0, len(hashes), _HASH))
    return segment_of(contents, found)
