"""What is done for clients that leave."""

from __future__ import annotations

import asyncio
import threading

from gatewright.server.fairness import FairQueue, Limits
from gatewright.server.presence import in_thread


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
