"""The folders that tools may look into, and nothing beside them.

A path is resolved first, then walked from the folder downwards without following any link: what is
swapped for a link in between is refused, not followed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from gatewright.core import DataError, UsageError
from gatewright.core.decoding import decoded

LARGEST_FILE = 4 << 20
_LONGEST_PATH = 1024
# Files that tend to hold keys, and settings that decide where keys are sent.
_PRIVATE = (
    ".git",
    ".hg",
    ".svn",
    ".ssh",
    ".gnupg",
    ".aws",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".env",
    ".env.*",
    "*.pem",
    "*.key",
    "*.p12",
    "id_rsa*",
    "id_ed25519*",
    "gatewright.toml",
)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that the user named: what it is called, and where it really is."""

    name: str
    root: Path


@dataclass(frozen=True, slots=True)
class Located:
    """A place below a folder: `path` is relative to it, with no link on the way."""

    folder: Folder
    path: PurePosixPath

    @property
    def shown(self) -> str:
        """The path as tools name it."""
        return str(self.path)

    @property
    def file(self) -> Path:
        """Where it is; only to be told, never to be opened by this name."""
        return self.folder.root / self.path


class Folders:
    """The folders that the user named. Raises UsageError for what is no folder."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.all: tuple[Folder, ...] = tuple(_named(paths))

    def named(self, name: str = "") -> Folder:
        """A folder by its name; the first without one. Raises UsageError for another name."""
        if not self.all:
            raise UsageError("no folder is open", hint="name the folder of a repository")
        if not name:
            return self.all[0]
        for folder in self.all:
            if name in (folder.name, str(folder.root)):
                return folder
        known = ", ".join(folder.name for folder in self.all)
        raise UsageError("no such folder is open", where=_short(name), hint=f"open: {known}")

    def locate(self, path: str, folder: str = "") -> Located:
        """The place that a path names, there or not.

        A relative path is looked for in every folder, in order, unless `folder` names one. Raises
        UsageError for a path that leads, or may lead, out of the folders, or to private files.
        """
        parts = _parts(path)
        if PurePosixPath(path).is_absolute():
            return self._absolute(path)
        homes = [self.named(folder)] if folder else list(self.all or (self.named(),))
        there = (home for home in homes if os.path.lexists(home.root.joinpath(*parts)))
        return self._resolved(next(there, homes[0]), parts, path)

    def _absolute(self, path: str) -> Located:
        # As it is written, and as it really is: the folder may have been named through a link.
        for written in (Path(path), Path(os.path.realpath(path))):
            for folder in self.all:
                if written.is_relative_to(folder.root):
                    _refuse_private(Path(path).parts[-1:], path)
                    return self._resolved(folder, written.relative_to(folder.root).parts, path)
        raise _outside(path, self.all)

    def _resolved(self, folder: Folder, parts: Sequence[str], path: str) -> Located:
        _refuse_private(parts, path)
        real = Path(os.path.realpath(folder.root.joinpath(*parts)))
        for home in (folder, *self.all):
            if real.is_relative_to(home.root):
                inside = real.relative_to(home.root)
                _refuse_private(inside.parts, path)
                return Located(home, PurePosixPath(inside.as_posix()))
        raise _outside(path, self.all)

    # reading

    def read(self, at: Located, largest: int = LARGEST_FILE) -> bytes:
        """A file's bytes. Raises DataError for what is missing, no plain file, or too large."""
        with _opened(at) as file:
            size = os.fstat(file).st_size
            data = bytearray()
            while size <= largest and len(data) <= largest:
                piece = os.read(file, 1 << 20)
                if not piece:
                    return bytes(data)
                data += piece
        raise DataError(f"is larger than {largest >> 20} MiB", where=at.shown)

    def text(self, at: Located) -> str:
        """A file's text. Raises DataError, also for what is binary or not UTF-8."""
        return decoded(self.read(at), at.shown)

    def is_file(self, at: Located) -> bool:
        """Whether there is a plain file."""
        try:
            with _opened(at):
                return True
        except DataError:
            return False

    def files(self, folder: Folder, pattern: str, most: int) -> tuple[tuple[str, ...], bool]:
        """Paths of plain files that fit a glob, sorted; whether there are more than `most`."""
        found = []
        for path in _walked(folder.root):
            if fnmatchcase(path, pattern) or fnmatchcase(f"/{path}", pattern):
                found.append(path)
                if len(found) > most:
                    return tuple(found[:most]), True
        return tuple(found), False

    # writing

    def write(self, at: Located, data: bytes) -> None:
        """Put bytes in the place of a file, or into a new one; all of them or none.

        Folders on the way are made. Raises UsageError for hidden files, DataError where it fails.
        """
        if any(part.startswith(".") for part in at.path.parts):
            raise UsageError("hidden files are not written", where=at.shown)
        try:
            with _folder_of(at, make=True) as folder:
                _replace(folder, at.path.name, data)
        except OSError as error:
            raise DataError(f"cannot be written: {_reason(error)}", where=at.shown) from None

    def remove(self, at: Located) -> None:
        """Remove a file. Raises DataError where it cannot be."""
        try:
            with _folder_of(at) as folder:
                os.unlink(at.path.name, dir_fd=folder)
        except OSError as error:
            raise DataError(f"cannot be removed: {_reason(error)}", where=at.shown) from None


def _named(paths: Sequence[Path]) -> Iterator[Folder]:
    taken: set[str] = set()
    for path in paths:
        root = Path(os.path.realpath(path))
        if not root.is_dir():
            what = "is a file, not a folder" if root.exists() else "no such folder"
            raise UsageError(what, where=str(path), hint="name the folder of a repository")
        name, number = root.name or "root", 2
        while name in taken:
            name = f"{root.name or 'root'}-{number}"
            number += 1
        taken.add(name)
        yield Folder(name, root)


def _parts(path: str) -> tuple[str, ...]:
    if not path.strip() or "\0" in path or len(path) > _LONGEST_PATH:
        raise UsageError("is no path", where=_short(path) or "path", hint="such as rtl/fifo.sv")
    parts = PurePosixPath(path.replace("\\", "/")).parts
    if ".." in parts:
        raise UsageError(
            "paths may not lead upwards", where=_short(path), hint="leave .. out, such as rtl/a.sv"
        )
    return parts


def _refuse_private(parts: Sequence[str], path: str) -> None:
    for part in parts:
        if any(fnmatchcase(part.lower(), private) for private in _PRIVATE):
            raise UsageError(
                "is kept from tools: it may hold secrets or settings", where=_short(path)
            )


def is_text(name: str) -> bool:
    """Whether a name on the disk is UTF-8."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def is_private(parts: Sequence[str]) -> bool:
    """Whether a path names what tools are not shown."""
    return any(fnmatchcase(part.lower(), private) for part in parts for private in _PRIVATE)


def _outside(path: str, folders: Sequence[Folder]) -> UsageError:
    known = ", ".join(str(folder.root) for folder in folders) or "none"
    return UsageError(
        "lies outside of the folders that are open", where=_short(path), hint=f"open: {known}"
    )


@contextlib.contextmanager
def _folder_of(at: Located, *, make: bool = False) -> Iterator[int]:
    """The folder that a place is in, as a descriptor reached without following any link."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    here = os.open(at.folder.root, flags)
    try:
        for part in at.path.parts[:-1]:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, dir_fd=here)
            below = os.open(part, flags, dir_fd=here)
            os.close(here)
            here = below
        yield here
    finally:
        os.close(here)


@contextlib.contextmanager
def _opened(at: Located) -> Iterator[int]:
    """A plain file, open for reading."""
    # Without O_NONBLOCK a pipe would keep us waiting for a writer.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        with _folder_of(at) as folder:
            file = os.open(at.path.name or ".", flags, dir_fd=folder)
    except OSError as error:
        raise DataError(_reason(error), where=at.shown) from None
    try:
        kind = os.fstat(file).st_mode
        if not stat.S_ISREG(kind):
            what = "is a folder, not a file" if stat.S_ISDIR(kind) else "is no plain file"
            raise DataError(what, where=at.shown)
        yield file
    finally:
        os.close(file)


def _replace(folder: int, name: str, data: bytes) -> None:
    fresh = f".{name[:100]}.{secrets.token_hex(4)}"
    mode = 0o644
    with contextlib.suppress(FileNotFoundError):
        there = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISREG(there.st_mode):
            raise OSError(errno.EINVAL, "is no plain file")
        mode = stat.S_IMODE(there.st_mode)
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode, dir_fd=folder)
    try:
        with os.fdopen(file, "wb") as opened:
            opened.write(data)
            os.fchmod(opened.fileno(), mode)
        os.rename(fresh, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(fresh, dir_fd=folder)
        raise


def _walked(root: Path) -> Iterator[str]:
    for here, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        below = Path(here).relative_to(root)
        for name in sorted(files):
            path = below / name
            if name.startswith(".") or is_private(path.parts) or (root / path).is_symlink():
                continue
            if not is_text(path.as_posix()):  # no message could carry it
                continue
            yield path.as_posix()


def _reason(error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "was replaced by a link"
    if error.errno == errno.ENOENT:
        return "no such file"
    if error.errno == errno.ENOTDIR:
        return "leads through what is no folder"
    return (error.strerror or str(error)).lower()


def _short(path: str) -> str:
    text = path.replace("\0", "\\0")
    return text if len(text) <= 200 else f"{text[:200]}…"
