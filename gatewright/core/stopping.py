"""An end that somebody asks for while a thread is at work."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LOOK_S = 0.1

_asked: ContextVar[threading.Event | None] = ContextVar("stop", default=None)


class Stopped(KeyboardInterrupt):
    """Somebody asked for an end: whatever is at work takes it for Ctrl-C, and tidies up."""


@contextmanager
def stopped_by(stop: threading.Event | None) -> Iterator[None]:
    """While it is entered, what this thread waits for ends once `stop` is set."""
    token = _asked.set(stop)
    try:
        yield
    finally:
        _asked.reset(token)


def asked_to_stop() -> bool:
    """Whether the end of what this thread does was asked for."""
    stop = _asked.get()
    return stop is not None and stop.is_set()


def pause(seconds: float) -> None:
    """Sleep. Raises Stopped where an end is asked for meanwhile."""
    stop = _asked.get()
    if stop is None:
        time.sleep(seconds)
    elif stop.wait(seconds):
        raise Stopped
