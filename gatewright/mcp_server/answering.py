"""Carrying a tool out: in a thread, with progress told, and errors that a model can act on."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, TextContent

from gatewright.agents.workbench import to_json
from gatewright.agents.workbench.serial import Json
from gatewright.core import GatewrightError

T = TypeVar("T")
_LOOK_S = 0.1
_HEARTBEAT_S = 5.0  # a client that hears nothing for long gives a request up
_LONGEST_TEXT = 60_000
_MOST_QUICK, _MOST_SLOW = 8, 64  # threads
_QUICK = RunVar[anyio.CapacityLimiter]("quick work")
_SLOW = RunVar[anyio.CapacityLimiter]("slow work")


class Failed(ToolError):
    """A tool could not answer; `code` is the kind of the error, for programs."""

    def __init__(self, error: GatewrightError) -> None:
        super().__init__(str(error))
        self.code = error.code


class Progress:
    """What a thread tells of its work; the last words are repeated while it is silent."""

    def __init__(self, first: str) -> None:
        self._said: SimpleQueue[str] = SimpleQueue()
        self._said.put(first)

    def tell(self, text: str) -> None:
        """A step, in a few words."""
        self._said.put(text)

    def heard(self) -> list[str]:
        """What was said since."""
        found = []
        while True:
            try:
                found.append(self._said.get_nowait())
            except Empty:
                return found


async def answered(
    work: Callable[[], T],
    context: Context,
    progress: Progress,
    stop: threading.Event | None = None,
    *,
    quick: bool = False,
) -> T:
    """Do the work in a thread and tell how it goes. Raises Failed for a GatewrightError.

    A request that is cancelled, or whose client is gone, sets `stop` and waits no longer. `quick`
    work has threads of its own: it never waits behind checks.
    """
    done: list[T] = []
    failed: list[GatewrightError] = []

    def carried_out() -> None:
        try:
            done.append(work())
        except GatewrightError as error:
            failed.append(error)

    reporter = _Reporter(context, progress)
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(reporter.run)
            await anyio.to_thread.run_sync(
                carried_out, abandon_on_cancel=True, limiter=_threads(quick)
            )
            group.cancel_scope.cancel()
        await reporter.report(progress.heard())
    finally:
        if stop is not None:
            stop.set()
    if failed:
        raise Failed(failed[0])
    return done[0]


def _threads(quick: bool) -> anyio.CapacityLimiter:
    """How many threads may be at work of a kind, in this event loop."""
    variable = _QUICK if quick else _SLOW
    try:
        return variable.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(_MOST_QUICK if quick else _MOST_SLOW)
        variable.set(limiter)
        return limiter


class _Reporter:
    """Passes on what a thread tells, and that it is still at work while it tells nothing."""

    def __init__(self, context: Context, progress: Progress) -> None:
        self._context, self._progress = context, progress
        self._number = 0
        self._words = ""
        self._began = self._last = time.monotonic()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            heard = self._progress.heard()
            if heard:
                await self.report(heard)
            elif time.monotonic() - self._last >= _HEARTBEAT_S:
                await self.report([f"{self._words} ({time.monotonic() - self._began:.0f} s)"])
            else:
                await anyio.sleep(_LOOK_S)
                continue
            self._words = heard[-1] if heard else self._words

    async def report(self, texts: list[str]) -> None:
        """Texts, one notification each."""
        self._last = time.monotonic()
        for text in texts:
            self._number += 1
            # Where nobody listens any more, the request's end is told elsewhere.
            with contextlib.suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
                await self._context.report_progress(self._number, message=text)


def result(text: str, shape: object) -> CallToolResult:
    """An answer: words for the model, values for whoever computes with them."""
    values = to_json(shape)
    if len(text) > _LONGEST_TEXT:
        text = f"{text[:_LONGEST_TEXT]}\n… {len(text) - _LONGEST_TEXT} characters more"
    return CallToolResult(
        content=[TextContent(type="text", text=text)], structured_content=_object(values)
    )


def failure(text: str, code: str) -> CallToolResult:
    """The answer of a tool that could not: words, and in `_meta` what kind of failure it is."""
    words = TextContent(type="text", text=text)
    return CallToolResult(content=[words], is_error=True, _meta={"code": code})


def _object(values: Json) -> dict[str, Json]:
    return values if isinstance(values, dict) else {"result": values}
