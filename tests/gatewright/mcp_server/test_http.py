"""`gatewright mcp --http`: streamable HTTP, with token, host and origin checked."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import httpx
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from .designs import TABLE, WRONG

TOKEN = "0123456789abcdef-token"
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@dataclass(frozen=True, slots=True)
class Running:
    url: str
    process: subprocess.Popen[str]

    def post(self, body: object = PING, **headers: str) -> httpx.Response:
        content = {"content": body} if isinstance(body, (bytes, str)) else {"json": body}
        given = {**ACCEPT, "Content-Type": "application/json", **headers}
        return httpx.post(self.url, headers=given, timeout=60, **content)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "adder.sv").write_text(WRONG["text"].replace("a - b", "a + b"))
    environment = {
        **os.environ,
        "GATEWRIGHT_MODEL": "symbolic",
        "GATEWRIGHT_CACHE_DIR": str(folder / "cache"),
        "GATEWRIGHT_TOKEN": TOKEN,
    }
    command = [
        sys.executable,
        "-P",
        "-m",
        "gatewright",
        "mcp",
        str(folder),
        "--http",
        "--port",
        "0",
    ]
    with subprocess.Popen(
        [*command, "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        stdin=subprocess.DEVNULL,
    ) as process:
        assert process.stderr is not None
        url = ""
        for line in process.stderr:
            if line.startswith("MCP: "):
                url = line.removeprefix("MCP: ").strip()
            if "Ctrl-C" in line:
                break
        assert url, "the server did not start"
        try:
            yield Running(url, process)
        finally:
            process.send_signal(2)
            assert process.wait(30) == 0
            assert "Traceback" not in process.stderr.read()


def test_the_official_client_is_served(running: Running) -> None:
    heard: list[str] = []

    async def told(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message or "")

    async def connected() -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with (
            create_mcp_http_client(headers=headers) as http,
            Client(streamable_http_client(running.url, http_client=http)) as client,
        ):
            made = await client.call_tool("generate", {"spec": TABLE}, progress_callback=told)
            assert made.structured_content is not None and made.structured_content["verified"]
            failed = await client.call_tool("verify", {"design": [WRONG], "reference": "adder.sv"})
            assert failed.structured_content is not None
            wave = failed.structured_content["wave"]
            seen = await client.call_tool("wave_window", {"wave": wave})
            assert not seen.is_error

    anyio.run(connected)
    assert "round 1: pass" in heard


def test_without_the_token_nothing_is_told(running: Running) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer wrong-token-0123456789"},
        {"Authorization": TOKEN},
        {"Authorization": f"Basic {TOKEN}"},
    ):
        answer = running.post(**headers)
        assert answer.status_code == 401
        assert "token" in answer.text and TOKEN not in answer.text
    assert httpx.get(running.url.replace("/mcp", "/healthz")).json() == {"status": "ok"}


def test_strange_hosts_and_origins_are_refused(running: Running) -> None:
    right = {"Authorization": f"Bearer {TOKEN}"}
    assert running.post(**right, Host="evil.example").status_code == 421
    assert running.post(**right, Host="127.0.0.1.evil.example:80").status_code == 421
    assert running.post(**right, Origin="http://evil.example").status_code == 403
    assert running.post(**right, Origin="null").status_code == 403


def test_malformed_messages_are_answered_and_harm_nothing(running: Running) -> None:
    right = {"Authorization": f"Bearer {TOKEN}"}
    for body in (b"garbage{", b"[]", b'{"jsonrpc": "2.0"}', b"\xff\xfe", b"7"):
        answer = running.post(body, **right)
        assert 400 <= answer.status_code < 500
        assert "error" in answer.json()
    assert running.post(b"x" * 9_000_000, **right).status_code == 413
    assert running.post(**{**right, "Mcp-Session-Id": "nobody-s"}).status_code in (400, 404)
    assert httpx.get(running.url.replace("/mcp", "/nope"), headers=right).status_code == 404
    assert httpx.get(running.url.replace("/mcp", "/healthz")).status_code == 200


def test_a_client_that_hangs_up_harms_nobody(running: Running) -> None:
    async def hung_up() -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with anyio.move_on_after(1.5):
            async with (
                create_mcp_http_client(headers=headers) as http,
                Client(streamable_http_client(running.url, http_client=http)) as client,
            ):
                await client.call_tool("testbench", {})
                await client.call_tool("generate", {"spec": TABLE})

    anyio.run(hung_up)
    assert httpx.get(running.url.replace("/mcp", "/healthz")).status_code == 200
    assert running.post(b"garbage{", Authorization=f"Bearer {TOKEN}").status_code == 400


def test_a_busy_port_and_a_weak_token_are_told(running: Running, tmp_path: Path) -> None:
    port = running.url.rsplit(":", 1)[1].removesuffix("/mcp")
    start = [sys.executable, "-P", "-m", "gatewright", "mcp", "--http", "-m", "symbolic"]
    busy = subprocess.run([*start, "--port", port], capture_output=True, text=True, cwd=tmp_path)
    assert busy.returncode == 2 and "another program listens" in busy.stderr
    weak = subprocess.run([*start, "--token", "x"], capture_output=True, text=True, cwd=tmp_path)
    assert weak.returncode == 2 and "16 characters" in weak.stderr
