"""What is done for clients that leave."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import threading
import time
from urllib.parse import urlsplit

import httpx
import pytest

from gatewright.server.fairness import FairQueue, Limits
from gatewright.server.presence import in_thread

from .running import COUNTER, Server


def test_a_turn_is_held_until_the_thread_ends() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        assert go_on.wait(30)

    async def scene() -> None:
        queue = FairQueue(Limits(slots=1))

        async def turn() -> None:
            async with queue.turn("client"):
                await in_thread(work)

        left = asyncio.ensure_future(turn())
        assert await asyncio.to_thread(begun.wait, 30)
        left.cancel()
        await asyncio.sleep(0.05)
        assert queue.running == 1
        go_on.set()
        await asyncio.wait({left})
        assert left.cancelled()
        assert queue.running == 0

    asyncio.run(scene())


def test_a_client_that_leaves_is_no_fault(desk: Server, caplog: pytest.LogCaptureFixture) -> None:
    where = urlsplit(desk.address)
    design = {"design": [{"name": "counter.sv", "text": COUNTER}]}
    body = json.dumps(design)
    head = (
        f"POST /api/lint HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: Bearer {desk.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with caplog.at_level(logging.ERROR):
        with socket.create_connection((where.hostname, where.port)) as client:
            client.sendall(f"{head}{body}".encode())
            time.sleep(0.2)
        # The lint of the one that left is done when the next one's is.
        answer = httpx.post(
            f"{desk.address}/api/lint", json=design, headers=desk.headers, timeout=60
        )
        assert answer.status_code == 200
    assert not caplog.records
