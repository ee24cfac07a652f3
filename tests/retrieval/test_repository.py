"""A folder as a repository: what it answers, and that it answers what is there now."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gatewright.core import UsageError
from gatewright.retrieval.repository import Repository, store_path

TOP = "module top(input a, output b);\n  leaf u_leaf (.x(a), .y(b));\nendmodule\n"
LEAF = "module leaf(input x, output y);\n  assign y = ~x;\nendmodule\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    (folder / "rtl").mkdir(parents=True)
    (folder / "rtl" / "top.v").write_text(TOP)
    (folder / "rtl" / "leaf.v").write_text(LEAF)
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def reopened(root: Path, cache: Path) -> dict[str, int]:
    with Repository.open(root, cache) as repository:
        return repository.counts


def test_definitions_and_uses(root: Path, cache: Path) -> None:
    with Repository.open(root, cache) as repository:
        (leaf,) = repository.definitions("leaf")
        assert (leaf.path, leaf.line, leaf.end_line) == ("rtl/leaf.v", 1, 3)
        assert leaf.ports == (("x", "input", ""), ("y", "output", ""))
        assert leaf.direction("y") == "output"
        assert repository.module(leaf).blocks[0].drives == ("y",)
        (use,) = repository.uses("leaf")
        assert (use.path, use.parent.name, use.instance.name) == ("rtl/top.v", "top", "u_leaf")
        assert repository.ports("leaf") == ("x", "y")
        assert repository.ports("none") is None
        assert repository.names() == ("leaf", "top")
        facts = repository.facts("rtl/top.v")
        assert facts is not None
        assert [m.name for m in facts.modules] == ["top"]
        assert repository.facts("none.v") is None
        assert repository.text("rtl/leaf.v") == LEAF


def test_a_second_look_reads_what_changed(root: Path, cache: Path) -> None:
    with Repository.open(root, cache) as repository:
        (root / "rtl" / "leaf.v").write_text(LEAF.replace("leaf", "fresh"))
        (root / "rtl" / "other.v").write_text("module other; endmodule")
        (root / "rtl" / "top.v").unlink()
        changes = repository.refresh()
        assert changes.removed == 1
        assert repository.names() == ("fresh", "other")
        assert list(repository.uses("leaf")) == []


def test_what_did_not_change_is_not_read_again(root: Path, cache: Path) -> None:
    for name in ("top.v", "leaf.v"):
        os.utime(root / "rtl" / name, ns=(1_600_000_000_123_456_789,) * 2)
    time.sleep(0.15)  # a file whose inode changed a moment ago is read again
    with Repository.open(root, cache) as repository:
        assert repository.refresh().read == 0
        (root / "rtl" / "leaf.v").write_text(LEAF + "\n")
        assert repository.refresh().read == 1


def test_a_change_of_the_same_size_right_after_reading_is_seen(root: Path, cache: Path) -> None:
    path = root / "rtl" / "leaf.v"
    with Repository.open(root, cache) as repository:
        for name in ("leax", "leay", "leaz"):
            path.write_text(LEAF.replace("leaf", name))
            repository.refresh()
            assert name in repository.names()


def test_modules_of_one_name_are_all_told_nearest_first(root: Path, cache: Path) -> None:
    (root / "sim" / "deep").mkdir(parents=True)
    (root / "sim" / "deep" / "leaf.v").write_text(LEAF + "// another\n")
    (root / "sim" / "copy.v").write_text(LEAF)
    with Repository.open(root, cache) as repository:
        paths = [d.path for d in repository.definitions("leaf")]
        assert paths == ["rtl/leaf.v", "sim/copy.v", "sim/deep/leaf.v"]
        near = [d.path for d in repository.definitions("leaf", near="sim/deep/x.v")]
        assert near[0] == "sim/deep/leaf.v"
        assert near[-1] == "rtl/leaf.v"


def test_folders_without_sources_are_empty(tmp_path: Path, cache: Path) -> None:
    with Repository.open(tmp_path, cache) as repository:
        assert repository.files == ()
        assert repository.counts["files"] == 0
    with pytest.raises(UsageError):
        Repository.open(tmp_path / "none", cache)


def test_files_that_cannot_be_read_are_told(root: Path, cache: Path) -> None:
    (root / "blob.v").write_bytes(b"\0\1")
    (root / "deep.v").write_text("module m; initial " + "begin " * 5000)
    with Repository.open(root, cache) as repository:
        assert repository.notes == (
            "blob.v: binary, not read",
            "deep.v: nested too deeply to be read",
        )
        assert repository.names() == ("leaf", "top")


def test_include_cycles_are_no_matter(root: Path, cache: Path) -> None:
    (root / "a.svh").write_text('`include "b.svh"\nfunction f; endfunction\n')
    (root / "b.svh").write_text('`include "a.svh"\n')
    with Repository.open(root, cache) as repository:
        facts = repository.facts("a.svh")
        assert facts is not None
        assert facts.includes == ("b.svh",)


def test_a_store_of_another_version_is_made_anew(root: Path, cache: Path) -> None:
    before = reopened(root, cache)
    with sqlite3.connect(store_path(root, cache)) as database:
        database.execute("update meta set version = 'older'")
        database.execute("drop table use")
        database.execute("create table stale (x)")
    assert reopened(root, cache) == before


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 500])
def test_a_damaged_store_is_made_anew(root: Path, cache: Path, damage: bytes) -> None:
    before = reopened(root, cache)
    store_path(root, cache).write_bytes(damage)
    assert reopened(root, cache) == before


def test_a_store_damaged_in_the_middle_is_made_anew(root: Path, cache: Path) -> None:
    before = reopened(root, cache)
    path = store_path(root, cache)
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with Repository.open(root, cache) as repository:
        assert repository.counts == before
        assert [d.path for d in repository.definitions("leaf")] == ["rtl/leaf.v"]


def test_facts_that_cannot_be_decoded_are_read_again(root: Path, cache: Path) -> None:
    reopened(root, cache)
    with sqlite3.connect(store_path(root, cache)) as database:
        database.execute("update module set facts = x'00'")
    with Repository.open(root, cache) as repository:
        (use,) = repository.uses("leaf")
        assert use.parent.name == "top"


def test_a_cache_that_cannot_be_written_costs_only_the_keeping(root: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    with Repository.open(root, blocked) as repository:
        assert repository.names() == ("leaf", "top")
        assert "kept for this time only" in repository.notes[0]


def test_several_threads_may_ask_and_look(root: Path, cache: Path) -> None:
    many(root, 50)
    with Repository.open(root, cache) as repository, ThreadPoolExecutor(4) as pool:

        def work(number: int) -> int:
            (root / f"m{number}.v").write_text(f"module m{number}; wire fresh; endmodule\n")
            repository.refresh()
            return len(repository.definitions(f"m{number}"))

        assert list(pool.map(work, range(20))) == [1] * 20
        assert len(repository.names()) == 52


SCRIPT = """
import sys
from pathlib import Path
from gatewright.retrieval.repository import Repository
with Repository.open(Path(sys.argv[1]), Path(sys.argv[2])) as repository:
    print(len(repository.names()), flush=True)
"""


def many(root: Path, count: int) -> None:
    for number in range(count):
        text = f"module m{number}(input a, output b); assign b = a; endmodule\n"
        (root / f"m{number}.v").write_text(text)


def started(root: Path, cache: Path) -> subprocess.Popen[str]:
    argv = [sys.executable, "-c", SCRIPT, str(root), str(cache)]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)


def test_two_processes_at_once_agree(root: Path, cache: Path) -> None:
    many(root, 300)
    both = [started(root, cache), started(root, cache)]
    assert [process.communicate(timeout=120)[0].strip() for process in both] == ["302", "302"]
    assert reopened(root, cache)["module"] == 302


def test_a_process_killed_while_writing_harms_nothing(root: Path, cache: Path) -> None:
    many(root, 600)
    process = started(root, cache)
    path = store_path(root, cache)
    while process.poll() is None and not (path.exists() and path.stat().st_size):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert reopened(root, cache)["module"] == 602
