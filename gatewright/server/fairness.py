"""Whose turn it is: so many at a time, and each client as often as any other."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


class TooManyWaiting(Exception):
    """The queue is full, for this client or for all."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many work at once, in all and of one client, and how many may wait."""

    slots: int
    each: int = 2
    waiting: int = 512
    waiting_each: int = 16


class FairQueue:
    """Hands out turns round robin over the clients that wait, so that none can starve another.

    Of one event loop; not for threads.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._running: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def running(self) -> int:
        """How many have their turn now."""
        return self._running.total()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(len(line) for line in self._waiting.values())

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """Wait for a turn, and hold it. Raises TooManyWaiting at once where the queue is full."""
        await self._wait(client)
        try:
            yield
        finally:
            self._running[client] -= 1
            if not self._running[client]:
                del self._running[client]
            self._hand_out()

    async def _wait(self, client: str) -> None:
        if not self._waiting and self._may_run(client):
            self._running[client] += 1
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

    def _leave(self, client: str, ready: asyncio.Future[None]) -> None:
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

    def _may_run(self, client: str) -> bool:
        limits = self._limits
        return self.running < limits.slots and self._running[client] < limits.each

    def _hand_out(self) -> None:
        """Give turns to those whose client has waited longest for one."""
        for client in list(self._waiting):
            if self.running >= self._limits.slots:
                return
            if not self._may_run(client):
                continue
            line = self._waiting[client]
            ready = line.popleft()
            if line:
                self._waiting.move_to_end(client)
            else:
                del self._waiting[client]
            if not ready.cancelled():
                self._running[client] += 1
                ready.set_result(None)
