"""Fetching a pinned benchmark: whole or not at all, checked by hash."""

from __future__ import annotations

import io
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gatewright.core import DataError
from gatewright.datasets.fetch import fetch, remove
from gatewright.datasets.pins import PINS, Pin, folder_of, pin_of

PIN = Pin("toy", "somebody/toy", "0123456789abcdef", "MIT", 1, "", ("data", "LICENSE"))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address at which it is served."""
    folder = tmp_path / "served"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


def archive(path: Path, files: dict[str, str], link: str = "") -> None:
    with tarfile.open(path, "w:gz") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
        if link:
            info = tarfile.TarInfo(link)
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(info)


def test_takes_the_pinned_folders_and_nothing_else(served: tuple[Path, str]) -> None:
    folder, url = served
    archive(
        folder / "a.tar.gz",
        {"toy-1/data/x.txt": "hello", "toy-1/other/y.txt": "no", "toy-1/LICENSE": "MIT"},
        link="toy-1/data/link",
    )
    seen: list[int] = []
    target = fetch(PIN, f"{url}/a.tar.gz", seen.append)
    assert (target / "data" / "x.txt").read_text() == "hello"
    assert sorted(p.name for p in target.iterdir()) == ["LICENSE", "data"]
    assert not (target / "data" / "link").exists()
    assert seen
    assert fetch(PIN, "http://127.0.0.1:9/never-asked") == target
    remove(PIN)
    assert not target.exists()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"toy-1/other/y.txt": "no"}, "holds none of"),
        ({"toy-1/data/../../../x": "up"}, "not the archive"),
    ],
)
def test_another_archive_is_refused(
    served: tuple[Path, str], files: dict[str, str], message: str
) -> None:
    folder, url = served
    archive(folder / "a.tar.gz", files)
    with pytest.raises(DataError, match=message):
        fetch(PIN, f"{url}/a.tar.gz")
    assert not PIN.folder.exists()
    assert not list(PIN.folder.parent.glob("*"))


def test_garbage_and_missing_archives_are_refused(served: tuple[Path, str]) -> None:
    folder, url = served
    (folder / "a.tar.gz").write_bytes(b"<html>not an archive</html>")
    with pytest.raises(DataError, match="not the archive"):
        fetch(PIN, f"{url}/a.tar.gz")
    with pytest.raises(DataError, match="could not be downloaded"):
        fetch(PIN, f"{url}/nothing-here.tar.gz")
    with pytest.raises(DataError, match="could not be downloaded"):
        fetch(PIN, "http://127.0.0.1:9/closed")


def test_pins_are_whole_and_unique() -> None:
    assert len({pin.suite for pin in PINS}) == len(PINS)
    for pin in PINS:
        assert len(pin.commit) == 40
        assert len(pin.sha256) == 64
        assert pin.commit in pin.url
        assert pin_of(pin.suite) is pin
        assert folder_of(pin.suite) is None
    assert pin_of("starter") is None
