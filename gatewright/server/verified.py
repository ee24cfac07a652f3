"""The verified loop as a stream: what it does as it goes, then the module with its verdict."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from gatewright.agents.listener import Listener
from gatewright.core import Oracle, Round, Usage
from gatewright.server.talk_text import Piece

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatewright.agents.workbench import Generated, Workbench

    Teller = Callable[[str | None], None]


class VerifiedRun:
    """One run of the loop, in a thread of its own. Of one event loop."""

    def __init__(self, workbench: Workbench, spec: str) -> None:
        self._workbench, self._spec = workbench, spec
        self._stopping = threading.Event()

    async def parts(self) -> AsyncGenerator[Piece | Usage, None]:
        """Progress, the answer, what it cost. Raises what `Workbench.generate` does.

        Close it to have the run end.
        """
        loop = asyncio.get_running_loop()
        told: asyncio.Queue[str | None] = asyncio.Queue()

        def tell(text: str | None) -> None:
            loop.call_soon_threadsafe(told.put_nowait, text)

        def work() -> Generated:
            try:
                return self._workbench.generate(
                    self._spec, listener=_Telling(tell), stop=self._stopping
                )
            finally:
                tell(None)

        running = asyncio.ensure_future(asyncio.to_thread(work))
        try:
            while (text := await told.get()) is not None:
                yield Piece(progress=f"{text}\n")
            made = await asyncio.shield(running)
        finally:
            # Who leaves keeps the turn until the thread has ended.
            self._stopping.set()
            await asyncio.wait({running})
            if not running.cancelled():
                running.exception()  # it was told, or nobody is there to be told
        yield Piece(answer_of(made))
        yield made.usage


def answer_of(made: Generated) -> str:
    """The module and its verdict; one that is not verified says so first."""
    language = str(made.files[0].language) if made.files else ""
    code = f"```{language}\n{made.code.rstrip()}\n```\n\n" if made.code else ""
    head = "" if made.verified else "**Not verified.**\n\n"
    return f"{head}{code}{made.text}\n"


class _Telling(Listener):
    def __init__(self, tell: Teller) -> None:
        self._tell = tell

    def started(self, oracle: Oracle) -> None:
        self._tell(f"oracle: {oracle}")

    def stage(self, text: str) -> None:
        self._tell(f"… {text}")

    def round(self, turn: Round) -> None:
        verdict = turn.verdict
        count = f" {verdict.mismatches}/{verdict.checks}" if verdict.mismatches else ""
        kept = "" if turn.kept else ", rolled back"
        self._tell(f"round {turn.number}: {verdict.outcome}{count}{kept}")

    def note(self, text: str) -> None:
        self._tell(text)
