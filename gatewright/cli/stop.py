"""Signals that ask the command to end: all of them end it as Ctrl-C does."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

from gatewright.cli.exits import ExitCode


class Stop:
    """While it is entered, SIGTERM and SIGHUP raise KeyboardInterrupt, as SIGINT does.

    `word` and `status` say afterwards which of them came.
    """

    def __init__(self) -> None:
        self.word = "interrupted"
        self.status = ExitCode.INTERRUPTED
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGHUP):
                # What nohup and its like told us to ignore stays ignored.
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.word, self.status = "terminated", ExitCode.TERMINATED
        raise KeyboardInterrupt
