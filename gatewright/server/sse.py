"""Server-sent events (WHATWG HTML §9.2), written by hand: three lines a piece."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse

DONE = "data: [DONE]\n\n"
_ALIVE_S = 15.0


def event(data: object, *, id: str = "") -> str:
    """One event; its data is one line of JSON."""
    text = json.dumps(data, separators=(",", ":"))
    # JSON escapes all that could end a line of the stream.
    return (f"id: {id}\n" if id else "") + f"data: {text}\n\n"


def streamed(pieces: AsyncIterator[str]) -> StreamingResponse:
    """The pieces as they come; a remark now and then while none does, lest the line be cut."""
    return StreamingResponse(
        _kept_alive(pieces),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _kept_alive(pieces: AsyncIterator[str]) -> AsyncIterator[str]:
    following = asyncio.ensure_future(anext(pieces, None))
    try:
        while True:
            done, _ = await asyncio.wait({following}, timeout=_ALIVE_S)
            if not done:
                yield ": alive\n\n"
                continue
            piece = following.result()
            if piece is None:
                return
            yield piece
            following = asyncio.ensure_future(anext(pieces, None))
    finally:
        following.cancel()
