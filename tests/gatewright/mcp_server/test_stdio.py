"""`gatewright mcp` over stdin and stdout, as an agent starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.types import TextContent

from .designs import TABLE

START = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
STARTED = {"jsonrpc": "2.0", "method": "notifications/initialized"}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "GATEWRIGHT_MODEL": "symbolic",
        "GATEWRIGHT_CACHE_DIR": str(tmp_path / "cache"),
    }


def test_the_official_client_gets_a_verified_module(
    repo: Path, environment: dict[str, str]
) -> None:
    heard: list[str] = []

    async def told(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message or "")

    async def connected() -> None:
        command = StdioServerParameters(
            command=sys.executable,
            args=["-P", "-m", "gatewright", "mcp", str(repo)],
            env=environment,
        )
        async with Client(command) as client:
            assert client.server_info.name == "gatewright"
            assert "repo" in (client.instructions or "")
            made = await client.call_tool("generate", {"spec": TABLE}, progress_callback=told)
            assert made.structured_content is not None and made.structured_content["verified"]
            found = await client.call_tool("search", {"query": "counter"})
            block = found.content[0]
            assert isinstance(block, TextContent) and "counter.sv" in block.text

    anyio.run(connected)
    assert "round 1: pass" in heard


def test_lines_that_are_no_messages_are_answered_and_harm_nothing(
    repo: Path, environment: dict[str, str]
) -> None:
    lines = [
        "garbage{",
        json.dumps(START),
        json.dumps(STARTED),
        json.dumps({"jsonrpc": "2.0", "id": 7}),
        json.dumps([1, 2]),
        json.dumps({"jsonrpc": "1.0", "id": 8, "method": "ping"}),
        "\ufffd\x00",
        json.dumps({"jsonrpc": "2.0", "id": 2, "method": "no/such/method"}),
        json.dumps({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": 7}}),
        json.dumps({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {}}),
    ]
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "gatewright", "mcp", str(repo)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as server:
        assert server.stdin is not None and server.stdout is not None
        for line in lines:
            server.stdin.write(line + "\n")
        server.stdin.flush()
        answers = [json.loads(server.stdout.readline()) for _ in range(8)]
        server.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 9, "method": "ping"}) + "\n")
        server.stdin.flush()
        assert json.loads(server.stdout.readline()) == {"jsonrpc": "2.0", "id": 9, "result": {}}
        server.stdin.close()
        assert server.wait(30) == 0
        assert server.stderr is not None and "Traceback" not in server.stderr.read()
    codes = [(answer.get("id"), answer["error"]["code"]) for answer in answers if "error" in answer]
    assert sorted(codes, key=str) == sorted(
        [
            (2, -32601),
            (3, -32602),
            *[(None, -32700)] * 2,
            *[(None, -32600)] * 3,
        ],
        key=str,
    )
    assert [answer["id"] for answer in answers if "result" in answer] == [1]


@pytest.mark.parametrize(("ending", "status"), [("interrupt", 130), ("hang up", 0)])
def test_it_ends_at_once_whatever_is_at_work(
    repo: Path, environment: dict[str, str], ending: str, status: int
) -> None:
    call = {"name": "equivalence", "arguments": {"design": "counter.sv", "reference": "counter.sv"}}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "gatewright", "mcp", str(repo)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as server:
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write(f"{json.dumps(START)}\n{json.dumps(STARTED)}\n")
        server.stdin.flush()
        server.stdout.readline()
        request = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call}
        server.stdin.write(json.dumps(request) + "\n")
        server.stdin.flush()
        time.sleep(0.3)
        if ending == "interrupt":
            server.send_signal(signal.SIGINT)
        else:
            server.stdout.close()
            server.stdin.close()
        assert server.wait(30) == status
        assert server.stderr is not None and "error" not in server.stderr.read()


def test_a_folder_that_is_not_there_is_an_error(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "gatewright", "mcp", "/no/such/folder"],
        input="",
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 2
    assert "no such folder" in done.stderr and done.stdout == ""
