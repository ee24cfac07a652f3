"""HDLSearch (UMN-ZhaoLab/HDLxGraph): descriptions of blocks, modules and signals, and their code.

The folder that the user names holds two: `repositories` with the corpus's repositories in it (they
are listed in scripts/hdlsearch_repositories.txt), and `queries` with the benchmark's JSON files,
its folder `hdlsearch/benchmark_generation/generated`. The benchmark tells no places: a piece of
code is looked up in the repositories by its text without white space.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from gatewright.core import DataError

REPOSITORIES, QUERIES = "repositories", "queries"
_SHORT = ("blocks", "modules", "signals")  # the files of the small set
_SPACE = re.compile(rb"\s+")
_FEWEST_BYTES = 9  # of a piece of code that is looked up
_LAYOUT = f"it has to hold the folders {REPOSITORIES} and {QUERIES} (docs/benchmarks.md)"


class Group(StrEnum):
    """Core: what the benchmark's short files hold, too. Named: descriptions that name signals."""

    CORE = "core"
    REST = "rest"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Description:
    """One question. `subject` is a block's code, a module's name, or `module::signal`."""

    level: str
    text: str
    subject: str
    group: Group

    @property
    def key(self) -> str:
        """Eight digits that stay the same whatever else is asked."""
        data = f"{self.level}\0{self.subject}\0{self.text}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, digest_size=4).hexdigest()


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of a file, counted from 1; `name` tells signals apart that share a line."""

    path: str
    first: int
    last: int
    name: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.first}-{self.last} {self.name}".rstrip()


def folders(data: Path) -> tuple[Path, Path]:
    """The repositories' folder and that of the JSON files. Raises DataError where one lacks."""
    for name in (REPOSITORIES, QUERIES):
        if not (data / name).is_dir():
            raise DataError(f"holds no folder {name}", where=str(data), hint=_LAYOUT)
    return (data / REPOSITORIES).resolve(), data / QUERIES


def descriptions(folder: Path) -> tuple[Description, ...]:
    """All of them, each once. Blocks are asked by the repositories' files, which name no signals;
    those of the short file, which do, are asked apart. Raises DataError."""
    files = {file.stem: _entries(file) for file in sorted(folder.glob("*.json"))}
    if not files:
        raise DataError("holds no JSON file", where=str(folder), hint=_LAYOUT)
    return (*_blocks(files), *_modules(files), *_signals(files))


def digest_of(folder: Path) -> bytes:
    """A hash of the JSON files."""
    digest = hashlib.sha256()
    for file in sorted(folder.glob("*.json")):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.digest()


def _entries(file: Path) -> list[Mapping[str, Any]]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"cannot be read: {error}", where=str(file)) from None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise DataError("is no list of JSON objects", where=str(file))
    return found


Files = Mapping[str, list[Mapping[str, Any]]]


def _blocks(files: Files) -> Iterator[Description]:
    named = {
        (str(e.get("code", "")), str(e.get("description", ""))) for e in files.get("blocks", ())
    }
    core = {"".join(code.split()) for code, _ in named}
    told: set[tuple[str, str]] = set()
    for stem, entries in files.items():
        for entry in () if stem in _SHORT else entries:
            for block in entry.get("block_descriptions") or ():
                row = (str(block.get("code", "")), str(block.get("description", "")))
                if all(row) and row not in told:
                    told.add(row)
                    group = Group.CORE if "".join(row[0].split()) in core else Group.REST
                    yield Description("block", row[1], row[0], group)
    for code, text in sorted(named):
        if code and text:
            yield Description("block", text, code, Group.NAMED)


def _modules(files: Files) -> Iterator[Description]:
    told: set[tuple[str, str]] = set()
    for stem in sorted(files, key=lambda stem: stem not in _SHORT):
        for entry in () if stem in ("blocks", "signals") else files[stem]:
            row = (str(entry.get("module_id", "")), str(entry.get("module_description") or ""))
            if all(row) and row not in told:
                told.add(row)
                yield Description(
                    "module", row[1], row[0], Group.CORE if stem in _SHORT else Group.REST
                )


def _signals(files: Files) -> Iterator[Description]:
    rows = {
        (str(e.get("signal", "")), str(e.get("description", ""))) for e in files.get("signals", ())
    }
    for subject, text in sorted(rows):
        if subject and text:
            yield Description("signal", text, subject, Group.CORE)


class Code:
    """Files without white space, one after the other, to find where a piece of code stands."""

    def __init__(self, files: Iterable[tuple[str, bytes]]) -> None:
        self._starts: list[int] = []
        self._paths: list[str] = []
        self._lines: list[list[int]] = []
        pieces: list[bytes] = []
        at = 0
        for path, data in files:
            bare = [_SPACE.sub(b"", line) for line in data.split(b"\n")]
            offsets, size = [], 0
            for line in bare:
                offsets.append(size)
                size += len(line)
            self._starts.append(at)
            self._paths.append(path)
            self._lines.append(offsets)
            pieces += (*bare, b"\0")
            at += size + 1
        self._text = b"".join(pieces)

    def find(self, code: str) -> tuple[Place, ...]:
        """Every place of a piece of code; none for one that is too short to tell."""
        bare = _SPACE.sub(b"", code.encode("utf-8", "surrogatepass"))
        found: list[Place] = []
        at = self._text.find(bare) if len(bare) >= _FEWEST_BYTES else -1
        while at >= 0:
            file = bisect_right(self._starts, at) - 1
            inside = at - self._starts[file]
            first = bisect_right(self._lines[file], inside)
            last = bisect_right(self._lines[file], inside + len(bare) - 1)
            found.append(Place(self._paths[file], first, last))
            at = self._text.find(bare, at + 1)
        return tuple(found)
