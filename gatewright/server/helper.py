"""Helper processes: completing is work for the CPU, and one Python uses one CPU at a time."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from gatewright.core import GatewrightError, ToolCrashed
from gatewright.server.filling import Filled, Filler, Wish

_PATIENCE_S = 60.0  # for one hole; a helper that takes longer is stuck, and is replaced
_START_S = 300.0  # the first reading of a large folder
_END_S = 3.0


@dataclass(frozen=True, slots=True)
class _Failed:
    what: str


def work(pipe: Connection, roots: tuple[Path, ...], cache: Path | None) -> None:
    """What a helper does until the other end of the pipe is gone: our server's process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the server, which ends us
    with Filler(roots, cache) as filler, contextlib.suppress(EOFError, OSError):
        pipe.send(_ready(filler))
        while True:
            wish = pipe.recv()
            if wish is None:
                return
            pipe.send(_filled(filler, wish))
            if not pipe.poll(0):
                with contextlib.suppress(GatewrightError):  # the next question will meet it, too
                    filler.refresh()


def _ready(filler: Filler) -> _Failed | None:
    try:
        filler.warm()
    except GatewrightError as error:
        return _Failed(str(error))
    return None


def _filled(filler: Filler, wish: Wish) -> Filled | _Failed:
    try:
        return filler.fill(wish)
    except GatewrightError as error:
        return _Failed(str(error))
    except Exception as error:  # a fault of ours must not end the helper: the next hole is another
        return _Failed(f"internal error: {type(error).__name__}: {error}")


class _Helper:
    """One process, and this end of its pipe."""

    def __init__(self, roots: tuple[Path, ...], cache: Path | None) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(
            target=work, args=(theirs, roots, cache), daemon=True, name="gatewright-helper"
        )
        self._process.start()
        theirs.close()
        answer = self._answer(_START_S)
        if isinstance(answer, _Failed):
            self.close()
            raise ToolCrashed(answer.what)

    def fill(self, wish: Wish) -> Filled:
        """Raises ToolCrashed where the helper failed, or has died."""
        try:
            self._pipe.send(wish)
            answer = self._answer(_PATIENCE_S)
        except (EOFError, OSError) as error:
            self.close()
            raise ToolCrashed("a helper process died", hint="ask again") from error
        if isinstance(answer, Filled):
            return answer
        raise ToolCrashed(answer.what if isinstance(answer, _Failed) else "no answer")

    def _answer(self, patience_s: float) -> object:
        if not self._pipe.poll(patience_s):
            raise EOFError
        return self._pipe.recv()

    @property
    def alive(self) -> bool:
        """Whether it may be asked again."""
        return not self._pipe.closed and self._process.is_alive()

    def close(self) -> None:
        """End the process."""
        with contextlib.suppress(OSError, ValueError):
            self._pipe.send(None)
        self._pipe.close()
        self._process.join(_END_S if self._process.is_alive() else 0)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


class Helpers:
    """So many helpers, each asked one thing at a time. One that died is replaced."""

    def __init__(self, roots: Sequence[Path], cache: Path | None, count: int) -> None:
        self._roots, self._cache, self.count = tuple(roots), cache, count
        self._idle: asyncio.Queue[_Helper | None] = asyncio.Queue()
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="helper")

    async def start(self) -> None:
        """Start them. Raises ToolCrashed where a folder cannot be read."""
        started = [asyncio.ensure_future(self._in_thread(None)) for _ in range(self.count)]
        for helper in await asyncio.gather(*started):
            self._idle.put_nowait(helper)

    async def fill(self, wish: Wish) -> Filled:
        """Have a hole filled. Raises ToolCrashed."""
        helper = await self._idle.get()
        work = asyncio.ensure_future(self._filled(helper, wish))
        # A client that leaves must not take the helper along: the work ends, then it is free.
        return await asyncio.shield(work)

    async def _filled(self, helper: _Helper | None, wish: Wish) -> Filled:
        try:
            if helper is None or not helper.alive:
                helper = await self._in_thread(helper)
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, helper.fill, wish
            )
        finally:
            self._idle.put_nowait(helper)

    async def _in_thread(self, dead: _Helper | None) -> _Helper:
        def replaced() -> _Helper:
            if dead is not None:
                dead.close()
            return _Helper(self._roots, self._cache)

        return await asyncio.get_running_loop().run_in_executor(self._threads, replaced)

    async def stop(self) -> None:
        """End them all, once each has answered."""
        for _ in range(self.count):
            helper = await self._idle.get()
            if helper is not None:
                await asyncio.get_running_loop().run_in_executor(self._threads, helper.close)
        self._threads.shutdown(wait=False)
