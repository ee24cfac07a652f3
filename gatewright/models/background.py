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
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

__all__ = ["CancelledError", "DeadlineExceeded", "Emit", "cancel_all", "pause", "run_with_deadline"]

T = TypeVar("T")
Emit = Callable[[str], None]

# How long a task may take to notice that it was cancelled before it is left to itself.
_GRACE_S = 2.0


class DeadlineExceeded(Exception):
    """The call did not end in time and was given up."""


class _Calls:
    """The calls and pauses under way, and the loop that the calls run in."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.running: set[Future[Any]] = set()
        self.given_up = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    def loop(self) -> asyncio.AbstractEventLoop:
        with self.changed:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(
                    target=self._loop.run_forever, name="model-calls", daemon=True
                ).start()
            return self._loop


_calls = _Calls()


def run_with_deadline(
    work: Callable[[Emit], Awaitable[T]], timeout_s: float, on_text: Emit | None = None
) -> T:
    """Run `work` in the background and wait for it, `timeout_s` wall seconds at most.

    What `work` emits reaches `on_text` in the caller's own thread. Whatever ends the wait (the
    deadline, an error in `on_text`, Ctrl-C) also ends the work. Raises DeadlineExceeded, or
    CancelledError after `cancel_all`.
    """
    pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    async def bounded() -> T:
        return await asyncio.wait_for(work(pieces.put), timeout_s)

    future = asyncio.run_coroutine_threadsafe(bounded(), _calls.loop())
    future.add_done_callback(lambda _: pieces.put(None))
    with _calls.changed:
        _calls.running.add(future)
    try:
        _deliver(pieces, on_text, time.monotonic() + timeout_s + _GRACE_S)
        return future.result(0)
    except TimeoutError as error:
        raise DeadlineExceeded from error
    finally:
        future.cancel()
        with _calls.changed:
            _calls.running.discard(future)


def pause(seconds: float) -> None:
    """Sleep. Raises CancelledError at once when `cancel_all` is called meanwhile."""
    with _calls.changed:
        before = _calls.given_up
        if _calls.changed.wait_for(lambda: _calls.given_up != before, seconds):
            raise CancelledError


def cancel_all() -> int:
    """Give up every call under way, in whatever thread it waits; returns how many there were."""
    with _calls.changed:
        _calls.given_up += 1
        _calls.changed.notify_all()
        running = list(_calls.running)
    return sum(call.cancel() for call in running)


def _deliver(pieces: queue.SimpleQueue[str | None], on_text: Emit | None, end: float) -> None:
    while True:
        try:
            piece = pieces.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            raise TimeoutError from None
        if piece is None:
            return
        if on_text is not None:
            on_text(piece)
