"""The same functions as coroutines: `verdict = await gatewright.aio.verify(...)`.

The work is done in a thread; a task that is cancelled stops what its check or run is at, processes
included.
Listeners are called in that thread.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar

from gatewright.api import functions
from gatewright.api import repository as _repository

if TYPE_CHECKING:
    from gatewright.core.config import Settings
    from gatewright.models import Model

__all__ = [
    "Repository",
    "equivalence",
    "generate",
    "lint",
    "schematic",
    "synth_stats",
    "testbench",
    "verify",
]

P = ParamSpec("P")
R = TypeVar("R")
Async = Coroutine[Any, Any, R]


def _coroutine(function: Callable[P, R]) -> Callable[P, Async[R]]:
    stoppable = "stop" in inspect.signature(function).parameters

    @functools.wraps(function)
    async def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        stop = kwargs.get("stop")
        if stoppable and stop is None:
            stop = kwargs["stop"] = threading.Event()
        try:
            return await asyncio.to_thread(function, *args, **kwargs)
        except asyncio.CancelledError:
            if isinstance(stop, threading.Event):
                stop.set()
            raise

    return asked


def _method(
    method: Callable[Concatenate[_repository.Repository, P], R],
) -> Callable[Concatenate[Repository, P], Async[R]]:
    call = _coroutine(method)

    @functools.wraps(method)
    async def asked(self: Repository, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await call(self.held, *args, **kwargs)

    return asked


verify = _coroutine(functions.verify)
equivalence = _coroutine(functions.equivalence)
lint = _coroutine(functions.lint)
synth_stats = _coroutine(functions.synth_stats)
schematic = _coroutine(functions.schematic)
generate = _coroutine(functions.generate)
testbench = _coroutine(functions.testbench)
testbench.__test__ = False  # type: ignore[attr-defined]  # no pytest function


class Repository:
    """A folder of HDL, held open: see `gatewright.Repository`. Use it in an `async with`."""

    def __init__(
        self,
        path: str | Path,
        *,
        model: str | Model | None = "symbolic",
        base_url: str | None = None,
        settings: Settings | None = None,
    ) -> None:
        """As that of `gatewright.Repository`."""
        self.held = _repository.Repository(path, model=model, base_url=base_url, settings=settings)

    async def close(self) -> None:
        """Let go of the index."""
        await asyncio.to_thread(self.held.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    search = _method(_repository.Repository.search)
    show = _method(_repository.Repository.show)
    drivers = _method(_repository.Repository.drivers)
    loads = _method(_repository.Repository.loads)
    cone = _method(_repository.Repository.cone)
    context = _method(_repository.Repository.context)
    complete = _method(_repository.Repository.complete)
    verify = _method(_repository.Repository.verify)
    generate = _method(_repository.Repository.generate)
