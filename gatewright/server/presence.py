"""Work for a client that may leave: an editor drops a request with every further key."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request

from gatewright.server.fairness import Client

T = TypeVar("T")


async def while_there(request: Request, work: Awaitable[T]) -> T:
    """The work's result. Where the client leaves before, the work is cancelled.

    Raises ClientDisconnect then. The request's body must have been read.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ClientDisconnect
    finally:
        leaving.cancel()
        if not working.done():
            working.cancel()


async def in_thread(work: Callable[[], T], stop: threading.Event | None = None) -> T:
    """The work's result. Where we are cancelled, `stop` is set, and we wait for the work's end.

    So a turn that is held around it is not given on while it still works.
    """
    working = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        if stop is not None:
            stop.set()
        await asyncio.wait({working})
        if not working.cancelled():
            working.exception()  # nobody is there any more to be told
        raise


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def client_of(request: Request) -> Client:
    """Whose request it is: all share one address, so programs are told apart by their names."""
    host, port = request.client or ("", 0)
    return Client(f"{host}:{port}", f"{host} {request.headers.get('user-agent', '')[:200]}")
