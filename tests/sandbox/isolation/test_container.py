"""The container level against a stand-in for docker (it confines nothing: see the command line)."""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from gatewright.core import SandboxUnavailable
from gatewright.sandbox.isolation import Command, Ending, Limits, Mount
from gatewright.sandbox.isolation.container import IMAGE_VARIABLE, Container, engine

STAND_IN = Path(__file__).parents[2] / "fixtures" / "container_engine.py"


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH on which the stand-in is docker; where it keeps its notes."""
    docker = tmp_path / "docker"
    docker.write_text(f"#!{sys.executable}\n{STAND_IN.read_text()}")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv(IMAGE_VARIABLE, "tools:1")
    return tmp_path


def test_runs_and_reports(notes: Path, folder: Path) -> None:
    command = Command(
        ["sh", "-c", "echo verdict >&$GATEWRIGHT_CHANNEL; echo out; touch made; exit 4"],
        folder,
        channel=True,
    )
    finished = Container(engine()).run(command, Limits())
    assert (finished.ending, finished.returncode) == (Ending.EXITED, 4)
    assert (finished.output, finished.channel) == ("out\n", b"verdict\n")
    assert (folder / "made").exists()


def test_counts_cpu_seconds(notes: Path, folder: Path) -> None:
    (folder / "burn.py").write_text("import time\nwhile time.process_time() < 0.3: pass")
    command = Command([sys.executable, "burn.py"], folder)
    assert 0.3 <= Container(engine()).run(command, Limits()).cpu_s < 0.8


def test_is_killed_by_the_engine(notes: Path, folder: Path) -> None:
    finished = Container(engine()).run(Command(["sleep", "60"], folder), Limits(wall_s=0.5))
    assert finished.ending is Ending.WALL
    assert (notes / "killed").read_text().startswith("gatewright-")


def test_the_command_line_confines(notes: Path, folder: Path, tmp_path: Path) -> None:
    limits = Limits(memory_mb=100, processes=7, disk_mb=9)
    mounts = [Mount(tmp_path), Mount(Path("/opt"), writable=True)]
    Container(engine()).run(Command(["true"], folder, mounts=mounts), limits)
    called = json.loads((notes / "called").read_text())
    options = called[: called.index("tools:1")]
    pairs = list(pairwise(options))
    for pair in (
        ("--network", "none"),
        ("--cap-drop", "ALL"),
        ("--security-opt", "no-new-privileges"),
        ("--pull", "never"),
        ("--memory", "100m"),
        ("--memory-swap", "100m"),
        ("--pids-limit", "9"),
        ("--tmpfs", "/tmp:size=9m,mode=1777"),
        ("--volume", f"{folder}:{folder}:rw"),
        ("--volume", f"{tmp_path}:{tmp_path}:ro"),
        ("--volume", "/opt:/opt:rw"),
        ("--env", f"HOME={folder}"),
    ):
        assert pair in pairs
    assert {"--read-only", "--rm", "--init"} <= set(options)


def test_a_container_that_does_not_start_is_no_result(notes: Path, folder: Path) -> None:
    started = Container(engine())
    (notes / "docker").write_text("#!/bin/sh\necho no such runtime >&2; exit 125\n")
    with pytest.raises(SandboxUnavailable, match="no such runtime"):
        started.run(Command(["true"], folder), Limits())


def test_needs_an_image_that_is_there(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(IMAGE_VARIABLE, "other:1")
    with pytest.raises(SandboxUnavailable, match="other:1"):
        engine()
    monkeypatch.delenv(IMAGE_VARIABLE)
    with pytest.raises(SandboxUnavailable, match=IMAGE_VARIABLE):
        engine()
