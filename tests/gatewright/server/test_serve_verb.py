"""`gatewright serve` as a process: how it starts, stops, and comes back after it was killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from .running import TOKEN, write_repository

MAJORITY = "a module named maj with inputs a, b, c and output y, y = a b + a c + b c"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@dataclass
class Running:
    """The process, and where it answers."""

    process: subprocess.Popen[str]
    address: str


def command(folder: Path, *more: str) -> list[str]:
    named = ["--store", str(folder / "chat.sqlite"), "-m", "symbolic"]
    return [sys.executable, "-P", "-m", "gatewright", "serve", str(folder / "chip"), *named, *more]


def environment(folder: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GATEWRIGHT_", "OPENAI_"))}
    named = {"GATEWRIGHT_TOKEN": TOKEN, "GATEWRIGHT_CACHE_DIR": str(folder / "cache")}
    return kept | named | {"XDG_CONFIG_HOME": str(folder), "GATEWRIGHT_JOBS": "1"}


@contextmanager
def served(folder: Path) -> Iterator[Running]:
    process = subprocess.Popen(
        command(folder, "--port", "0"),
        stderr=subprocess.PIPE,
        text=True,
        env=environment(folder),
        cwd=folder,
    )
    try:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if line.startswith("page: "):
                break
        assert said[-1].startswith("page: "), said
        yield Running(process, said[-1].split()[1].partition("/#")[0])
    finally:
        process.kill()
        process.wait(30)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_repository(tmp_path / "chip")
    return tmp_path


def refused(folder: Path, *more: str) -> str:
    ran = subprocess.run(
        command(folder, *more),
        capture_output=True,
        text=True,
        env=environment(folder),
        cwd=folder,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 2
    assert "internal error" not in ran.stderr
    return ran.stderr


def test_what_cannot_be_served_is_told(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = refused(folder, "--port", str(port))
    assert f"127.0.0.1:{port}: another program listens on that port" in told
    assert "--port" in told
    assert "16 characters" in refused(folder, "--token", "short")
    assert "no such folder" in refused(folder, str(folder / "missing"))


def test_it_stops_at_once_with_streams_open(folder: Path) -> None:
    with served(folder) as server:
        begun = httpx.post(
            f"{server.address}/api/talks", json={"text": MAJORITY}, headers=HEADERS, timeout=60
        )
        id = begun.json()["id"]
        with httpx.stream(
            "GET", f"{server.address}/api/talks/{id}/events", headers=HEADERS, timeout=60
        ) as stream:
            lines = stream.iter_lines()
            next(lines)
            helpers = children(server.process.pid)
            assert helpers
            server.process.send_signal(signal.SIGINT)
            list(lines)  # it ends, and is not cut off
        assert server.process.wait(30) == 0
        assert server.process.stderr is not None
        assert "stopped" in server.process.stderr.read()
    all_gone(helpers)


def children(process: int) -> list[int]:
    """Each thread's: a helper is started by one of them."""
    threads = Path(f"/proc/{process}/task").glob("*/children")
    return [int(word) for file in threads for word in file.read_text().split()]


def all_gone(processes: list[int]) -> None:
    until = time.monotonic() + 30
    while [process for process in processes if Path(f"/proc/{process}/exe").exists()]:
        assert time.monotonic() < until, "helpers outlive their server"
        time.sleep(0.2)


def test_nothing_that_was_accepted_is_lost_when_it_is_killed(folder: Path) -> None:
    with served(folder) as server:
        begun = httpx.post(
            f"{server.address}/api/talks", json={"text": MAJORITY}, headers=HEADERS, timeout=60
        )
        assert begun.status_code == 201
        helpers = children(server.process.pid)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(30)
    id = begun.json()["id"]
    with served(folder) as server:
        kinds = []
        with httpx.stream(
            "GET", f"{server.address}/api/talks/{id}/events", headers=HEADERS, timeout=60
        ) as stream:
            for line in stream.iter_lines():
                if not line.startswith("data: "):
                    continue
                event = json.loads(line[6:])
                kinds.append(event["kind"])
                if event["kind"] == "asked":
                    assert event["text"] == MAJORITY
                if event["kind"] in ("turn_ended", "turn_failed"):
                    break
        assert "asked" in kinds
        again = httpx.post(
            f"{server.address}/api/talks/{id}/send",
            json={"text": MAJORITY},
            headers=HEADERS,
            timeout=60,
        )
        assert again.status_code == 202
    all_gone(helpers)
