from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import SandboxUnavailable, UsageError
from gatewright.sandbox.isolation import (
    Command,
    Isolation,
    Level,
    Limits,
    Mount,
    open_isolation,
    probe,
)

LIMITS = Limits(cpu_s=3.0, wall_s=20.0)
READ_AND_WRITE = "cat /code/in.txt && echo done > /code/out.txt"


def opened(level: Level) -> Isolation:
    offer = probe().offer(level)
    if not offer.available:
        pytest.skip(f"no level {level} here: {offer.reason}")
    return open_isolation(level, unsafe=True)


def command(folder: Path, *mounts: Mount) -> Command:
    return Command(["/bin/sh", "-c", READ_AND_WRITE], folder, mounts)


def test_bwrap_shows_a_folder_at_another_path(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("hello\n")
    mount = Mount(tmp_path, writable=True, target=Path("/code"))
    finished = opened(Level.BWRAP).run(command(folder, mount), LIMITS)
    assert finished.ok, finished.output
    assert finished.output == "hello\n"
    assert (tmp_path / "out.txt").read_text() == "done\n"


def test_a_moved_folder_is_read_only_unless_asked(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("hello\n")
    finished = opened(Level.BWRAP).run(
        command(folder, Mount(tmp_path, target=Path("/code"))), LIMITS
    )
    assert not finished.ok
    assert not (tmp_path / "out.txt").exists()


@pytest.mark.parametrize("level", [Level.LANDLOCK, Level.RLIMITS])
def test_levels_without_a_file_system_say_so(level: Level, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SandboxUnavailable, match=r"/code.*bubblewrap"):
        opened(level).run(command(folder, Mount(tmp_path, target=Path("/code"))), LIMITS)


def test_a_target_must_be_a_full_path(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no full path"):
        opened(Level.BWRAP).run(command(folder, Mount(tmp_path, target=Path("code"))), LIMITS)
