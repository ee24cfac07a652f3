"""Listening: a port of our own, a server on it, and a quiet end."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from gatewright.core import UsageError

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

_STREAMS_END_S = 3
_KEEP_ALIVE_S = 75
_WAITING = 1024  # connections that are not yet accepted


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises UsageError where the address or port cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise UsageError(f"no such address: {host}", where="--host", hint="127.0.0.1") from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_WAITING)
    except OSError as error:
        listening.close()
        raise _refused(error, host, port) from error
    return listening


def _refused(error: OSError, host: str, port: int) -> UsageError:
    if error.errno == errno.EADDRINUSE:
        return UsageError(
            "another program listens on that port",
            where=f"{host}:{port}",
            hint="give --port another number, or 0 for any that is free",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return UsageError(
            "ports below 1024 are kept for the system", where=f"{host}:{port}", hint="--port 8790"
        )
    reason = (error.strerror or str(error)).lower()
    return UsageError(f"cannot listen there: {reason}", where=f"{host}:{port}")


async def _nothing() -> None:
    pass


def server_of(
    app: ASGIApp,
    ready: Callable[[], None],
    ending: Callable[[], Awaitable[None]] = _nothing,
) -> uvicorn.Server:
    """The server, not yet running; `run(sockets=[…])` serves until a signal says to stop.

    `ready` is called once requests are answered, and `ending` when none is taken any more: what
    still runs then has some seconds.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await ending()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        app,
        lifespan="on",
        log_config=None,
        access_log=False,  # addresses hold ids of conversations
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_STREAMS_END_S,
        backlog=_WAITING,
    )
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    return Server(config)
