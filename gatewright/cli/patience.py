"""A sign of life on stderr while something takes long."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

from gatewright.cli.console import say

FIRST_S = 2.0
EVERY_S = 10.0


class Patience:
    """While it is entered: after `first_s` wall seconds a remark, and one each `every_s` more."""

    def __init__(self, doing: str, first_s: float = FIRST_S, every_s: float = EVERY_S) -> None:
        self._doing = doing
        self._first_s = first_s
        self._every_s = every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._wait, name="patience", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _wait(self) -> None:
        start = time.monotonic()
        pause = self._first_s
        while not self._over.wait(pause):
            say(f"… {self._doing} ({time.monotonic() - start:.0f} s; Ctrl-C ends it)")
            pause = self._every_s
