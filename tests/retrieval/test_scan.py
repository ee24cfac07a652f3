"""Which files of a folder are read, and what is said of those that are not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gatewright.core import UsageError
from gatewright.retrieval.scan import MAX_BYTES, read, scan


def test_source_files_by_their_names(tmp_path: Path) -> None:
    for name in ("a.v", "b.SV", "c.svh", "d.vh", "e.txt", "v", ".git/f.v"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert set(scan(tmp_path).files) == {"a.v", "b.SV", "c.svh", "d.vh"}


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.v").write_text("")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "b.v").symlink_to("a.v")
    (tmp_path / "c.v").symlink_to("c.v")
    (tmp_path / "d.v").symlink_to("/nowhere")
    assert set(scan(tmp_path).files) == {"a.v"}


def test_pipes_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.v")
    os.mkfifo(tmp_path / ".gitignore")
    assert scan(tmp_path).files == {}


def test_what_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.v").write_text("")
    with pytest.raises(UsageError, match="is a file, not a folder"):
        scan(tmp_path / "a.v")
    with pytest.raises(UsageError, match="no such folder"):
        scan(tmp_path / "b")


def test_large_binary_and_missing_files_are_told(tmp_path: Path) -> None:
    (tmp_path / "large.v").write_bytes(b" " * (MAX_BYTES + 1))
    (tmp_path / "binary.v").write_bytes(b"module\0\1\2")
    assert "larger than" in read(tmp_path, "large.v").note
    assert "binary" in read(tmp_path, "binary.v").note
    assert "no such file" in read(tmp_path, "none.v").note


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_without_permission_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.v").write_text("")
    (tmp_path / "a.v").chmod(0)
    (tmp_path / "b").mkdir(mode=0)
    assert "permission denied" in read(tmp_path, "a.v").note
    assert "b: permission denied" in scan(tmp_path).notes[0]
    (tmp_path / "b").chmod(0o700)


def test_texts_that_are_no_utf8_are_latin_1(tmp_path: Path) -> None:
    (tmp_path / "a.v").write_bytes("// größe\n".encode("latin-1"))
    (tmp_path / "b.v").write_bytes(b"\xef\xbb\xbfmodule")
    assert read(tmp_path, "a.v").text == "// größe\n"
    assert read(tmp_path, "b.v").text == "module"


def test_names_that_are_no_text_are_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "a.v").write_text("")
    (tmp_path / os.fsdecode(b"b\xff.v")).write_text("")
    found = scan(tmp_path)
    assert set(found.files) == {"a.v"}
    assert found.notes == ("b\N{REPLACEMENT CHARACTER}.v: its name is no UTF-8, left out",)
