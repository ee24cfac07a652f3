"""Whose turn it is: so many at a time, and each program and connection as often as any other."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


class TooManyWaiting(Exception):
    """The queue is full, for this client or for all."""


_MOST_PROGRAMS = 256


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks: a connection, and the program behind it, which may have opened many."""

    connection: str
    program: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many work at once, in all and of one connection, and how many may wait."""

    slots: int
    each: int = 2
    waiting: int = 512
    waiting_each: int = 16


class FairQueue:
    """Hands out turns in rotation: to the program that has waited longest for one, and among its
    connections likewise, so that none can starve another however many connections it has.

    Of one event loop; not for threads.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._running: Counter[Client] = Counter()
        self._waiting: OrderedDict[Client, deque[asyncio.Future[None]]] = OrderedDict()
        self._turns = 0
        self._last: OrderedDict[str, int] = OrderedDict()  # turn that a program had last

    @property
    def running(self) -> int:
        """How many have their turn now."""
        return self._running.total()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(len(line) for line in self._waiting.values())

    @asynccontextmanager
    async def turn(self, client: Client) -> AsyncIterator[None]:
        """Wait for a turn, and hold it. Raises TooManyWaiting at once where the queue is full."""
        await self._wait(client)
        try:
            yield
        finally:
            self._running[client] -= 1
            if not self._running[client]:
                del self._running[client]
            self._hand_out()

    async def _wait(self, client: Client) -> None:
        if not self._waiting and self._may_run(client):
            self._begin(client)
            return
        line = self._waiting.get(client, ())
        if len(line) >= self._limits.waiting_each or self.waiting >= self._limits.waiting:
            raise TooManyWaiting
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(ready)
        self._hand_out()
        try:
            await ready
        except asyncio.CancelledError:
            self._leave(client, ready)
            raise

    def _leave(self, client: Client, ready: asyncio.Future[None]) -> None:
        """One that waits is gone; where its turn was just given to it, it goes to the next."""
        if ready.done() and not ready.cancelled():
            self._running[client] -= 1
            self._running += Counter()
            self._hand_out()
            return
        line = self._waiting.get(client)
        if line is not None and ready in line:
            line.remove(ready)
            if not line:
                del self._waiting[client]

    def _may_run(self, client: Client) -> bool:
        limits = self._limits
        return self.running < limits.slots and self._running[client] < limits.each

    def _begin(self, client: Client) -> None:
        self._running[client] += 1
        self._turns += 1
        self._last[client.program] = self._turns
        self._last.move_to_end(client.program)
        if len(self._last) > _MOST_PROGRAMS:
            self._last.popitem(last=False)

    def _hand_out(self) -> None:
        """Give turns to those whose program, and then whose connection, has waited longest."""
        while True:
            ready = [client for client in self._waiting if self._may_run(client)]
            if not ready:
                return
            client = min(ready, key=lambda client: self._last.get(client.program, 0))
            line = self._waiting[client]
            first = line.popleft()
            if line:
                self._waiting.move_to_end(client)
            else:
                del self._waiting[client]
            if not first.cancelled():
                self._begin(client)
                first.set_result(None)
