"""Whose turn it is."""

from __future__ import annotations

import asyncio

import pytest

from gatewright.server.fairness import Client, FairQueue, Limits, TooManyWaiting


def test_a_client_with_one_wish_does_not_wait_behind_anothers_many() -> None:
    async def scene() -> list[str]:
        queue = FairQueue(Limits(slots=1, each=1))
        order: list[str] = []

        async def ask(client: str) -> None:
            async with queue.turn(Client(client)):
                order.append(client)
                await asyncio.sleep(0)

        greedy = [asyncio.ensure_future(ask("greedy")) for _ in range(8)]
        await asyncio.sleep(0)
        modest = asyncio.ensure_future(ask("modest"))
        await asyncio.gather(*greedy, modest)
        return order

    order = asyncio.run(scene())
    assert order.index("modest") <= 3
    assert len(order) == 9


def test_many_connections_of_one_program_are_no_more_than_one_of_another() -> None:
    async def scene() -> list[str]:
        queue = FairQueue(Limits(slots=1, each=1))
        order: list[str] = []

        async def ask(connection: int, program: str) -> None:
            async with queue.turn(Client(str(connection), program)):
                order.append(program)
                await asyncio.sleep(0)

        async def often(connection: int, program: str) -> None:
            for _ in range(4):
                await ask(connection, program)

        greedy = [asyncio.ensure_future(ask(number, "greedy")) for number in range(20)]
        await asyncio.sleep(0)
        # These come back with one more wish each time, and may not push each other out, either.
        modest = [often(100, "editor"), often(101, "page")]
        await asyncio.gather(*greedy, *modest)
        return order

    order = asyncio.run(scene())
    assert len(order) == 28
    settled = order[2:14]
    assert {settled.count(program) for program in ("greedy", "editor", "page")} == {4}


def test_no_client_has_more_than_its_share_of_the_slots() -> None:
    async def scene() -> int:
        queue = FairQueue(Limits(slots=4, each=2))
        most = 0

        async def ask() -> None:
            nonlocal most
            async with queue.turn(Client("one")):
                most = max(most, queue.running)
                await asyncio.sleep(0.001)

        await asyncio.gather(*(ask() for _ in range(10)))
        assert queue.running == 0
        assert queue.waiting == 0
        return most

    assert asyncio.run(scene()) == 2


def test_one_that_leaves_passes_its_turn_on() -> None:
    async def scene() -> None:
        queue = FairQueue(Limits(slots=1))
        first_in, first_out = asyncio.Event(), asyncio.Event()

        async def hold() -> None:
            async with queue.turn(Client("a")):
                first_in.set()
                await first_out.wait()

        async def ask(client: str) -> str:
            async with queue.turn(Client(client)):
                return client

        holding = asyncio.ensure_future(hold())
        await first_in.wait()
        leaving = asyncio.ensure_future(ask("b"))
        staying = asyncio.ensure_future(ask("c"))
        await asyncio.sleep(0)
        first_out.set()
        await asyncio.sleep(0)
        leaving.cancel()
        assert await asyncio.wait_for(staying, 5) == "c"
        await holding
        assert (queue.running, queue.waiting) == (0, 0)

    asyncio.run(scene())


def test_a_full_queue_says_so_at_once() -> None:
    async def scene() -> None:
        queue = FairQueue(Limits(slots=1, waiting_each=1))
        async with queue.turn(Client("a")):
            waiting = asyncio.ensure_future(_use(queue, "a"))
            await asyncio.sleep(0)
            with pytest.raises(TooManyWaiting):
                await _use(queue, "a")
            other = asyncio.ensure_future(_use(queue, "b"))
            await asyncio.sleep(0)
            assert queue.waiting == 2
        await asyncio.gather(waiting, other)

    asyncio.run(scene())


async def _use(queue: FairQueue, client: str) -> None:
    async with queue.turn(Client(client)):
        pass
