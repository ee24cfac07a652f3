"""A confined JVM that lives on and is spoken to: JSON lines over two named pipes."""

from __future__ import annotations

import contextlib
import json
import os
import select
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

from gatewright.core import GatewrightError
from gatewright.sandbox.chisel.toolchain import Toolchain
from gatewright.sandbox.isolation import Command, Finished, Isolation, Limits, scratch

Line = Mapping[str, Any]
_PIPES = REQUESTS, ANSWERS, LIFE = "requests", "answers", "life"
# The JVM dies with the pipe that we hold open, however we end; and its end is the run's.
_SCRIPT = '"$@" & jvm=$!\n(read -r _ <life; kill -9 $jvm) 2>/dev/null &\nwait $jvm'
_ANSWER_BYTES = 64 << 20
_GRACE_S = 10.0


class JvmEnded(Exception):
    """The process is over, or did not answer in time and was killed; internal to this package."""

    def __init__(self, said: str, *, late: bool, finished: Finished | None = None) -> None:
        super().__init__(said)
        self.late = late
        self.finished = finished


@dataclass(frozen=True, slots=True)
class Program:
    """What a JVM runs: a main class with the pipes as its arguments, under limits of its own.

    `more` are options of Java; `fresh` has the compiler made anew for every request.
    """

    main: str
    archive: str
    heap_mb: int
    limits: Limits
    arguments: Sequence[str] = ()
    more: Sequence[str] = ()
    fresh: bool = False


class Jvm:
    """One process. Not for several threads at once; close it."""

    def __init__(self, toolchain: Toolchain, isolation: Isolation, program: Program) -> None:
        self._stack = contextlib.ExitStack()
        self.folder = self._stack.enter_context(scratch("jvm"))
        for name in _PIPES:
            os.mkfifo(self.folder / name, 0o600)
        # Opened for both directions, so that no opening waits for the other side.
        requests, answers, life = (self._open(self.folder / name) for name in _PIPES)
        self._requests, self._answers, self._life = requests, answers, life
        self._unread = b""
        self._is_ready = False
        self._ended: Future[Finished] = Future()
        argv = [
            str(toolchain.java.program),
            *toolchain.options(program.archive),
            f"-Xmx{program.heap_mb}m",
            *program.more,
            *("-cp", toolchain.class_path, program.main, *program.arguments, REQUESTS, ANSWERS),
            *(("fresh",) if program.fresh else ()),
        ]
        command = Command(
            ["/bin/sh", "-c", _SCRIPT, "sh", *argv], self.folder, toolchain.mounts, trusted=False
        )
        self._thread = threading.Thread(
            target=self._run, args=(isolation, command, program.limits), daemon=True
        )
        self._thread.start()

    def send(self, request: Line) -> None:
        """Hand a request over; returns when the process has taken all but a pipe's fill of it."""
        data = json.dumps(request).encode() + b"\n"
        os.set_blocking(self._requests.fileno(), False)
        view = memoryview(data)
        while view and not self._ended.done():
            if select.select([], [self._requests], [], 0.1)[1]:
                with contextlib.suppress(BlockingIOError):
                    view = view[os.write(self._requests.fileno(), view) :]

    def ready(self, patience_s: float) -> None:
        """Wait until it has said that it is; the first of its answers. As `receive` otherwise."""
        if not self._is_ready:
            self.receive(patience_s)
            self._is_ready = True

    def receive(self, patience_s: float) -> Line:
        """The next answer. Raises JvmEnded, and kills what is late."""
        line = self._line(time.monotonic() + patience_s)
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            self.close()
            raise JvmEnded("it answered with something that is no JSON", late=False)
        return answer

    @property
    def alive(self) -> bool:
        """Not over yet."""
        return not self._ended.done()

    def close(self) -> None:
        """Kill the process and wait for its end."""
        self._life.close()
        self._thread.join(_GRACE_S)
        self._stack.close()

    def discard(self) -> None:
        """Kill the process and do not wait: ending a confined process takes a moment."""
        threading.Thread(target=self.close).start()

    def _open(self, path: Path) -> FileIO:
        return self._stack.enter_context(FileIO(path, "r+"))

    def _run(self, isolation: Isolation, command: Command, limits: Limits) -> None:
        try:
            self._ended.set_result(isolation.run(command, limits))
        except GatewrightError as error:
            self._ended.set_exception(error)
        with contextlib.suppress(ValueError, OSError):
            self._answers.write(b"\n")  # wakes the reader: our own end keeps the pipe open

    def _line(self, deadline: float) -> bytes:
        while b"\n" not in self._unread:
            left = deadline - time.monotonic()
            ready = select.select([self._answers], [], [], max(0.0, left))[0]
            if not ready:
                self.close()
                raise JvmEnded("no answer in time", late=True)
            self._unread += os.read(self._answers.fileno(), 1 << 20)
            if len(self._unread) > _ANSWER_BYTES:
                self.close()
                raise JvmEnded("an answer without end", late=False)
        line, _, self._unread = self._unread.partition(b"\n")
        if not line and self._ended.done():
            finished = self._ended.result()  # raises where it could not even be started
            self.close()
            raise JvmEnded(f"ended by {finished.ending}", late=False, finished=finished)
        return line
