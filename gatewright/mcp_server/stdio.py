"""The protocol over stdin and stdout; lines that are no messages are answered, not passed over."""

from __future__ import annotations

from typing import Any

import anyio
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp.types import INVALID_REQUEST, PARSE_ERROR, ErrorData, JSONRPCError
from pydantic import ValidationError


async def serve_stdio(server: Server[Any]) -> None:
    """Until stdin ends."""
    async with stdio_server() as (lines, answers), anyio.create_task_group() as group:
        send, receive = anyio.create_memory_object_stream[SessionMessage | Exception](0)

        async def passed_on() -> None:
            async with send:
                async for item in lines:
                    if isinstance(item, Exception):
                        await answers.send(SessionMessage(refusal(item)))
                    else:
                        await send.send(item)

        group.start_soon(passed_on)
        await server.run(receive, answers, server.create_initialization_options())
        group.cancel_scope.cancel()


def refusal(error: Exception) -> JSONRPCError:
    """The answer to a line that is no message: its id is not known."""
    broken = not isinstance(error, ValidationError) or any(
        fault["type"].startswith("json_") for fault in error.errors(include_url=False)
    )
    if broken:
        told = ErrorData(code=PARSE_ERROR, message="Parse error: the line is no JSON")
    else:
        what = "Invalid request: the line is no message of JSON-RPC 2.0"
        told = ErrorData(code=INVALID_REQUEST, message=what)
    return JSONRPCError(jsonrpc="2.0", id=None, error=told)


def is_hang_up(error: BaseException) -> bool:
    """Whether all that failed is that nobody reads our answers any more."""
    if isinstance(error, BaseExceptionGroup):
        return all(is_hang_up(each) for each in error.exceptions)
    gone = (BrokenPipeError, anyio.BrokenResourceError, anyio.ClosedResourceError)
    return isinstance(error, gone)
