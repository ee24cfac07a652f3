from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gatewright.sandbox.isolation import read_capped, scratch
from gatewright.sandbox.isolation.scratch import remove, root, sweep


def test_a_folder_is_private_and_goes_away() -> None:
    with scratch("probe") as folder:
        assert folder.is_dir()
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "sub").mkdir()
        (folder / "sub" / "file").write_text("x")
    assert not folder.exists()


def test_what_is_locked_or_linked_goes_away(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("x")
    with scratch() as folder:
        (folder / "link").symlink_to(outside)
        inner = folder / "locked" / "deeper"
        inner.mkdir(parents=True)
        (inner / "file").write_text("x")
        inner.chmod(0)
        inner.parent.chmod(0)
    assert not folder.exists()
    assert (outside / "kept").exists()


def test_what_is_nested_deeper_than_any_path_goes_away(folder: Path) -> None:
    folder = folder / "deep"
    folder.mkdir()
    script = "import os\nfor _ in range(3000):\n os.mkdir('deeper'); os.chdir('deeper')"
    subprocess.run([sys.executable, "-c", script], cwd=folder, check=True)
    remove(folder)
    assert not folder.exists()


def test_folders_of_the_dead_are_swept_and_those_of_the_living_are_not(tmp_path: Path) -> None:
    stale = tmp_path / f"gatewright-{os.getuid()}-run-stale"
    young = tmp_path / f"gatewright-{os.getuid()}-new-run-young"
    dead = tmp_path / f"gatewright-{os.getuid()}-run-dead"
    other = tmp_path / "something-else"
    for folder in (stale, young, dead, other):
        (folder / "sub").mkdir(parents=True)
    with scratch() as living:
        old = time.time() - 3600
        for folder in (stale, other, living):
            os.utime(folder, (old, old))
        assert sweep(tmp_path) == 2
        sweep(root())
        assert living.exists()
    assert not stale.exists()
    assert not dead.exists()
    assert young.exists()
    assert other.exists()


def test_a_killed_process_leaves_a_folder_that_is_swept() -> None:
    script = (
        "import os\nfrom gatewright.sandbox.isolation import scratch\n"
        "with scratch('dies') as d:\n print(d, flush=True)\n os.kill(os.getpid(), 9)"
    )
    died = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    left = Path(died.stdout.strip())
    assert left.exists()
    sweep(left.parent)
    assert not left.exists()


def test_a_thread_still_at_work_when_the_process_ends_leaves_no_folder() -> None:
    script = (
        "import threading, time\nfrom gatewright.sandbox.isolation import scratch\n"
        "def work():\n with scratch('works') as d:\n  print(d, flush=True)\n  time.sleep(60)\n"
        "threading.Thread(target=work, daemon=True).start()\ntime.sleep(0.3)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip()
    assert not Path(ended.stdout.strip()).exists()


class TestReading:
    def test_reads_no_more_than_asked(self, folder: Path) -> None:
        (folder / "sub").mkdir()
        (folder / "sub" / "file").write_bytes(b"abcdef")
        assert read_capped(folder, "sub/file") == b"abcdef"
        assert read_capped(folder, "sub/file", 4) == b"abcd"

    def test_what_is_no_plain_file_is_nothing(self, folder: Path) -> None:
        (folder / "sub").mkdir()
        for name in ("", "sub", "none", "sub/none", "/etc/hostname", "..", "../x", "none/none"):
            assert read_capped(folder, name) is None

    @given(st.text(max_size=20))
    def test_no_name_leads_out(self, name: str) -> None:
        try:
            found = read_capped(root(), f"no-such-folder/../{name}")
        except ValueError:  # a name that holds a zero byte is no name
            return
        assert found is None
