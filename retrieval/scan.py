"""The source files of a folder: which there are, how they look from outside, what they hold."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from gatewright.core import DataError, UsageError
from gatewright.retrieval.ignored import Ignored

LANGUAGES = {
    ".v": "verilog",
    ".vh": "verilog",
    ".sv": "verilog",
    ".svh": "verilog",
    ".svi": "verilog",
    ".scala": "scala",
    ".cu": "cuda",
    ".cuh": "cuda",
}
_SUFFIXES = tuple(LANGUAGES)
MAX_BYTES = 8 << 20
_SKIPPED = frozenset((".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv"))
_BINARY_LOOK = 8192


class Stamp(NamedTuple):
    """What tells, without reading, that a file is the one that was read. Times in nanoseconds."""

    size: int
    modified_ns: int
    changed_ns: int


@dataclass(frozen=True, slots=True)
class Scan:
    """The files of a folder, by paths relative to it with `/` between names; and remarks."""

    files: dict[str, Stamp]
    notes: tuple[str, ...]


def scan(root: Path) -> Scan:
    """The source files below a folder, without those that `.gitignore` leaves out.

    Symbolic links are not followed. A folder that may not be read gives a remark. Raises
    UsageError where `root` is no folder, DataError where it may not be read.
    """
    if not root.is_dir():
        what = "is a file, not a folder" if root.exists() else "no such folder"
        raise UsageError(what, where=str(root), hint="name the folder of a repository")
    if not os.access(root, os.R_OK | os.X_OK):
        raise DataError("may not be read", where=str(root), hint="check the folder's permissions")
    walk = _Walk(str(root))
    walk.run()
    return Scan(walk.files, tuple(walk.notes))


@dataclass
class _Walk:
    root: str
    files: dict[str, Stamp] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def run(self) -> None:
        waiting = [("", Ignored())]
        while waiting:
            folder, ignored = waiting.pop()
            try:
                with os.scandir(f"{self.root}/{folder}") as entries:
                    found = list(entries)
            except OSError as error:
                self.notes.append(f"{folder}: {_reason(error)}, left out")
                continue
            waiting += self._take(folder, ignored, found)

    def _take(
        self, folder: str, ignored: Ignored, entries: list[os.DirEntry[str]]
    ) -> list[tuple[str, Ignored]]:
        """Keep the source files of a folder; its folders, with the rules that hold in it."""
        folders: list[str] = []
        files: list[os.DirEntry[str]] = []
        for entry in entries:
            name = entry.name
            if not _is_text(name):
                shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
                self.notes.append(
                    f"{folder}/{shown}".lstrip("/") + ": its name is no UTF-8, left out"
                )
                continue
            if entry.is_dir(follow_symlinks=False):
                if name not in _SKIPPED:
                    folders.append(name)
            elif name.lower().endswith(_SUFFIXES):
                files.append(entry)
            elif name == ".gitignore":
                ignored = ignored.inside(folder, _text_of(entry))
        prefix = f"{folder}/" if folder else ""
        for entry in files:
            path = prefix + entry.name
            if not ignored.holds(path, False):
                self._keep(path, entry)
        paths = (prefix + name for name in folders)
        return [(path, ignored) for path in paths if not ignored.holds(path, True)]

    def _keep(self, path: str, entry: os.DirEntry[str]) -> None:
        try:
            found = entry.stat(follow_symlinks=False)
        except OSError as error:
            self.notes.append(f"{path}: {_reason(error)}, left out")
            return
        if stat.S_ISREG(found.st_mode):
            self.files[path] = Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def language_of(path: str) -> str:
    """The language of a file by its name; empty where it is none of ours."""
    dot = path.rfind(".")
    return LANGUAGES.get(path[dot:].lower(), "") if dot > 0 else ""


def _is_text(name: str) -> bool:
    """Whether a name is UTF-8: of others Python makes texts that no other program takes."""
    return name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name)


def _text_of(entry: os.DirEntry[str]) -> str:
    try:
        if not entry.is_file(follow_symlinks=False):
            return ""
        with open(entry.path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            return file.read(1 << 16)
    except OSError:
        return ""


@dataclass(frozen=True, slots=True)
class Content:
    """A file's bytes; or, in `note`, why they are not read."""

    data: bytes = b""
    note: str = ""

    @property
    def text(self) -> str:
        """The bytes as UTF-8; as Latin-1 where they are none."""
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self.data.decode("latin-1")


def read(root: Path, path: str) -> Content:
    """A file's content. Never raises: what cannot be read is told in the note."""
    try:  # a string for the path, no buffer: this is done a thousand times a second
        with open(f"{root}/{path}", "rb", buffering=0) as file:  # noqa: PTH123
            size = os.fstat(file.fileno()).st_size
            data = file.readall() if size <= MAX_BYTES else b""
    except OSError as error:
        return Content(note=f"{_reason(error)}, not read")
    if size > MAX_BYTES or len(data) > MAX_BYTES:
        return Content(note=f"larger than {MAX_BYTES >> 20} MiB, not read")
    if b"\0" in data[:_BINARY_LOOK]:
        return Content(note="binary, not read")
    return Content(data)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
