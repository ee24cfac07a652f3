"""Bring a pinned benchmark onto this machine."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from gatewright.core import DataError
from gatewright.datasets.pins import Pin

# No benchmark here is near this; an archive that is has been tampered with.
LARGEST_ARCHIVE = 256 * 1024 * 1024


def fetch(pin: Pin, url: str, progress: Callable[[int], None] | None = None) -> Path:
    """Download `url` and unpack the pinned folders; return the folder they are in.

    The folder appears whole or not at all, so an interrupted download leaves nothing half done.
    Raises DataError where the archive cannot be had or is not one.
    """
    target = pin.folder
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".get-") as work:
        archive = Path(work) / "archive.tar.gz"
        with archive.open("wb") as file:
            _download(url, file, progress)
        unpacked = Path(work) / "unpacked"
        _unpack(archive, unpacked, pin.folders, url)
        try:
            unpacked.replace(target)
        except OSError:
            if not target.is_dir():  # another process may have put it there meanwhile
                raise
    return target


def remove(pin: Pin) -> None:
    """Forget a downloaded copy."""
    shutil.rmtree(pin.folder, ignore_errors=True)


def _download(url: str, file: BinaryIO, progress: Callable[[int], None] | None) -> None:
    import httpx

    size = 0
    hint = "check the network; or clone the repository yourself and name its folder with --data"
    try:
        with httpx.stream("GET", url, follow_redirects=True, timeout=30) as response:
            response.raise_for_status()
            for chunk in response.iter_bytes():
                size += len(chunk)
                if size > LARGEST_ARCHIVE:
                    raise DataError(f"the archive is over {LARGEST_ARCHIVE >> 20} MiB", where=url)
                file.write(chunk)
                if progress:
                    progress(size)
    except httpx.HTTPError as error:
        raise DataError(f"could not be downloaded: {error}", where=url, hint=hint) from None


def _unpack(archive: Path, target: Path, folders: tuple[str, ...], url: str) -> None:
    try:
        with tarfile.open(archive, "r:gz") as tar:
            tar.extractall(target, members=_wanted(tar, folders), filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise DataError(f"is not the archive expected: {error}", where=url) from None
    if not any((target / folder).is_dir() for folder in folders):
        raise DataError(f"holds none of {', '.join(folders)}", where=url)


def _wanted(tar: tarfile.TarFile, folders: tuple[str, ...]) -> Iterator[tarfile.TarInfo]:
    """The members below `folders`, with the archive's own top folder taken off."""
    for member in tar:
        parts = PurePosixPath(member.name).parts
        if len(parts) > 1 and parts[1] in folders and (member.isfile() or member.isdir()):
            yield member.replace(name="/".join(parts[1:]), deep=False)
