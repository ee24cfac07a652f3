"""One event loop in a thread of its own, so that any call can be given up at a deadline.

A socket's timeout starts anew with every byte; only cancelling the task that waits ends a call to
a server that trickles. Callers stay synchronous and may be many.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from gatewright.core.stopping import LOOK_S, Stopped, asked_to_stop

__all__ = ["DeadlineExceeded", "Emit", "run_with_deadline"]

T = TypeVar("T")
Emit = Callable[[str], None]

# How long a task may take to notice that it was cancelled before it is left to itself.
_GRACE_S = 2.0


class DeadlineExceeded(Exception):
    """The call did not end in time and was given up."""


class _Background:
    """The loop that calls run in, started when first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(
                    target=self._loop.run_forever, name="model-calls", daemon=True
                ).start()
            return self._loop


_background = _Background()


def run_with_deadline(
    work: Callable[[Emit], Awaitable[T]], timeout_s: float, on_text: Emit | None = None
) -> T:
    """Run `work` in the background and wait for it, `timeout_s` wall seconds at most.

    What `work` emits reaches `on_text` in the caller's own thread. Whatever ends the wait (the
    deadline, an error in `on_text`, Ctrl-C, `core.stopping`) also ends the work.
    Raises DeadlineExceeded and Stopped.
    """
    pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    async def bounded() -> T:
        return await asyncio.wait_for(work(pieces.put), timeout_s)

    future = asyncio.run_coroutine_threadsafe(bounded(), _background.loop())
    future.add_done_callback(lambda _: pieces.put(None))
    try:
        _deliver(pieces, on_text, time.monotonic() + timeout_s + _GRACE_S)
        return future.result(0)
    except TimeoutError as error:
        raise DeadlineExceeded from error
    finally:
        future.cancel()


def _deliver(pieces: queue.SimpleQueue[str | None], on_text: Emit | None, end: float) -> None:
    while True:
        if asked_to_stop():
            raise Stopped
        left = end - time.monotonic()
        try:
            piece = pieces.get(timeout=max(0.0, min(left, LOOK_S)))
        except queue.Empty:
            if left <= 0:
                raise TimeoutError from None
            continue
        if piece is None:
            return
        if on_text is not None:
            on_text(piece)
