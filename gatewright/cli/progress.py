"""Progress on stderr: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from gatewright.cli.console import say, stderr_console
from gatewright.eval.events import Event, Failed, Noted, Planned, Scored

if TYPE_CHECKING:
    from rich.progress import Progress

# Where stderr is no terminal, a log wants a sign of life and not a line a task.
SECONDS_BETWEEN_LINES = 15.0


class _Bar:
    """A bar, or lines where there is no terminal."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        if sys.stderr.isatty():
            self._progress = _drawn()
            self._task = self._progress.add_task("checking", total=None, remark="")
        self._last_line = time.monotonic()

    def __enter__(self) -> Self:
        if self._progress:
            self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._progress:
            self._progress.stop()

    def _show(self, done: int, total: int, remark: str = "") -> None:
        if self._progress:
            self._progress.update(self._task, completed=done, total=total, remark=remark)
        elif time.monotonic() - self._last_line > SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            say(f"{done}/{total} {remark}".rstrip())


def _drawn() -> Progress:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[remark]}"),
        console=stderr_console(),
        transient=True,
    )


class RunProgress(_Bar):
    """Listens to an `eval`."""

    def __init__(self) -> None:
        super().__init__()
        self._done = self._total = self._passed = 0
        self._strictest = ""

    def __call__(self, event: Event) -> None:
        """Take an event in."""
        match event:
            case Planned():
                self._done, self._total = event.done, event.total
                self._strictest = event.rules[-1] if event.rules else ""
                if event.done:
                    say(f"resuming: {event.done} of {event.total} are done")
            case Scored():
                self._done += 1
                self._passed += event.rules[self._strictest].passed
            case Failed():
                say(f"{event.key}: {event.error}")
            case Noted():
                say(event.text)
            case _:
                pass
        self._show(self._done, self._total, f"{self._passed} passed")


class CheckProgress(_Bar):
    """Listens to a `preflight`."""

    def __call__(self, done: int, total: int) -> None:
        """So many checks are done."""
        self._show(done, total)
