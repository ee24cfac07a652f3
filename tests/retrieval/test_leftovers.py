"""What is kept of repositories that nobody asks any more goes; what is in use stays."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from pathlib import Path

import pytest

from gatewright.retrieval.leftovers import remove_leftovers
from gatewright.retrieval.repository import Repository, store_path

DAY = 86_400
SOURCE = "module a(input x, output y); assign y = x; endmodule\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "chip"
    root.mkdir()
    (root / "a.v").write_text(SOURCE)
    return root


@pytest.fixture
def kept(root: Path, tmp_path: Path) -> Path:
    """The cache folder with all that may be kept of the repository, and things of others."""
    cache = tmp_path / "cache"
    Repository.open(root, cache).close()
    folder = cache / "retrieval"
    stem = store_path(root, cache).stem
    for end in ("search.sqlite", "search.0123456789abcdef.part", "lines", "sqlite-wal"):
        (folder / f"{stem}.{end}").write_text("")
    (folder / f"{stem}.vectors/0123").mkdir(parents=True)
    (folder / f"{stem}.vectors/0123/lock").write_text("")
    (folder / "embeddings.sqlite").write_text("")
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_was_not_opened_for_long_goes_together(kept: Path) -> None:
    before = names(kept)
    remove_leftovers(kept, time.time() + 29 * DAY)
    assert names(kept) == before
    remove_leftovers(kept, time.time() + 31 * DAY)
    assert names(kept) == ["embeddings.sqlite"]


def test_of_a_folder_that_is_gone_a_day_is_enough(root: Path, kept: Path) -> None:
    before = names(kept)
    shutil.rmtree(root)
    remove_leftovers(kept, time.time() + DAY / 2)
    assert names(kept) == before
    remove_leftovers(kept, time.time() + 2 * DAY)
    assert names(kept) == ["embeddings.sqlite"]


def test_what_is_open_stays(root: Path, kept: Path) -> None:
    with Repository.open(root, kept.parent) as repository:
        before = names(kept)
        remove_leftovers(kept, time.time() + 99 * DAY)
        assert names(kept) == before
        assert repository.names() == ("a",)
    remove_leftovers(kept, time.time() + 99 * DAY)
    assert names(kept) == ["embeddings.sqlite"]


def test_vectors_that_are_in_use_keep_all(kept: Path) -> None:
    before = names(kept)
    (lock,) = kept.glob("*.vectors/*/lock")
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        remove_leftovers(kept, time.time() + 99 * DAY)
    assert names(kept) == before


def test_stores_of_versions_without_locks_go_by_their_times(kept: Path) -> None:
    for path in kept.glob("*.lock"):
        path.unlink()
    remove_leftovers(kept, time.time() + 29 * DAY)
    assert len(list(kept.glob("*.sqlite"))) == 3
    remove_leftovers(kept, time.time() + 31 * DAY)
    assert names(kept) == ["embeddings.sqlite"]


def test_a_repository_that_is_new_has_others_looked_at(tmp_path: Path, kept: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/a.v").write_text(SOURCE)
    old = time.time() - 31 * DAY
    for path in kept.glob("chip-*"):
        os.utime(path, (old, old))
    Repository.open(tmp_path / "other", kept.parent).close()
    assert not list(kept.glob("chip-*"))
    assert list(kept.glob("other-*.sqlite"))
