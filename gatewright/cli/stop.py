"""Signals that ask the command to end: all of them end it as Ctrl-C does."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from types import FrameType, TracebackType
from typing import Any, Self

from gatewright.cli.console import say
from gatewright.cli.exits import ExitCode

# Ending tidily takes no longer, as a rule; whoever asks again after that gets their way at once.
TIDYING_S = 2.0


class Stop:
    """While it is entered, SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt, the first time,
    with the signal's number.

    What comes while the command tidies up is not heard; what comes after TIDYING_S ends the process
    then and there. `word` and `status` say which signal came first.
    """

    def __init__(self) -> None:
        self.word = "interrupted"
        self.status = ExitCode.INTERRUPTED
        self._heard_at: float | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
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
            # Python itself, when it ends, would answer one more Ctrl-C by dying of it.
            ended = self._heard_at is not None and number == signal.SIGINT
            signal.signal(number, signal.SIG_IGN if ended else handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self._heard_at is None:
            self._heard_at = time.monotonic()
            if number != signal.SIGINT:
                self.word, self.status = "terminated", ExitCode.TERMINATED
            raise KeyboardInterrupt(number)
        if time.monotonic() - self._heard_at > TIDYING_S:
            self._end_at_once()

    def _end_at_once(self) -> None:
        say(f"gatewright: {self.word}")
        sys.stderr.flush()
        os._exit(self.status)
