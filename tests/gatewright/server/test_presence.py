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

from gatewright.server.fairness import Client, FairQueue, Limits
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
            async with queue.turn(Client("client")):
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


def test_a_thread_is_asked_to_stop_when_nobody_waits() -> None:
    stop, begun = threading.Event(), threading.Event()

    def work() -> bool:
        begun.set()
        return stop.wait(60)

    async def scene() -> None:
        left = asyncio.ensure_future(in_thread(work, stop))
        assert await asyncio.to_thread(begun.wait, 30)
        left.cancel()
        await asyncio.wait({left})
        assert left.cancelled() and stop.is_set()

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


def test_checks_of_clients_that_left_are_stopped(desk: Server) -> None:
    endless = "module tb; reg c = 0; always #1 c = !c; counter d(c, 1'b1, 1'b1, ); endmodule"
    asked = {
        "design": ["rtl/counter.sv"],
        "testbench": [{"name": "tb.sv", "text": endless}],
    }
    with httpx.Client(base_url=desk.address, headers=desk.headers) as client:
        for _ in range(3):  # more than have a turn at once
            with pytest.raises(httpx.ReadTimeout):
                client.post("/api/verify", json=asked, timeout=0.5)
        # Each of them may take 60 CPU seconds.
        answer = client.post("/api/lint", json={"design": ["rtl/counter.sv"]}, timeout=30)
    assert answer.status_code == 200
