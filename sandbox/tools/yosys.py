"""Yosys, kept warm: a confined process that forks once for every job.

Loading Yosys costs 0.1 CPU seconds, a small job a tenth of that.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import json
import os
import shutil
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import metadata
from io import FileIO
from pathlib import Path
from typing import Any

import gatewright
from gatewright import sandbox
from gatewright.core import GatewrightError, ToolCrashed, ToolMissing
from gatewright.core.stopping import Stopped
from gatewright.sandbox.isolation import Command, Finished, Isolation, Limits, Mount, scratch
from gatewright.sandbox.tools.python import python_mounts

_SERVER = "gatewright.sandbox.tools.yosys_server"
_FOR_EVER_S = 1e7
_START_S = 60.0
_GRACE_S = 30.0
_READY, _WAKE = -1, -2
_FILE_BYTES = 4 << 20
_SERVER_LIMITS = Limits(
    cpu_s=_FOR_EVER_S,
    wall_s=_FOR_EVER_S,
    memory_mb=6144,
    address_space_mb=None,
    file_mb=512,
    disk_mb=2048,
    processes=64,
)


@dataclass(frozen=True, slots=True)
class Budget:
    """What one job may use; `cpu_s` bounds Yosys itself, and each program that it starts."""

    cpu_s: float = 20.0
    wall_s: float = 120.0
    memory_mb: int = 2048


@dataclass(frozen=True, slots=True)
class _Answer:
    """A line that the server writes when a job's process is over."""

    number: int
    status: int
    cpu_s: float

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Done:
    """A job that is over. `files` are those that were asked for and are there.

    `status` is the exit status of its process, or minus the signal's number.
    """

    status: int
    cpu_s: float
    files: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """It came to its end."""
        return self.status == 0


@dataclass(slots=True)
class _Server:
    """One server process: its folder, our ends of its pipes, and the answers that it owes."""

    folder: Path
    requests: FileIO
    answers: FileIO
    ended: Future[Finished] = field(default_factory=Future)
    owed: dict[int, Future[_Answer]] = field(default_factory=dict)

    def ask(self, line: Mapping[str, object]) -> Future[_Answer]:
        """Send a request; its answer, to come."""
        answer = self.expect(int(str(line["number"])))
        self.requests.write(json.dumps(line).encode() + b"\n")
        return answer

    def expect(self, number: int) -> Future[_Answer]:
        """The answer with this number, to come."""
        return self.owed.setdefault(number, Future())

    def listen(self) -> None:
        """Hand out the answers until the process has ended."""
        unread = b""
        while not self.ended.done() or b"\n" in unread:
            *lines, unread = (unread + (self.answers.read(1 << 16) or b"")).split(b"\n")
            for line in lines:
                answer = _Answer(**json.loads(line))
                waiting = self.owed.pop(answer.number, None)
                if waiting is not None:
                    waiting.set_result(answer)
        self.answers.close()

    def serve(self, isolation: Isolation, command: Command) -> None:
        """Run the process to its end."""
        try:
            self.ended.set_result(isolation.run(command, _SERVER_LIMITS))
        except (GatewrightError, Stopped) as error:
            self.ended.set_exception(error)
        # Wakes `listen`, which would wait for ever: our own writing end keeps the pipe open.
        self.answers.write(_Answer(_WAKE, 0, 0.0).line())


class Yosys:
    """Runs jobs of one kind (`entry` is `module:function`) in a warm Yosys process.

    The process is started with the first job, and again if it died. Safe to call from several
    threads at once. Close it, or use it as a context manager.
    """

    def __init__(self, isolation: Isolation, entry: str) -> None:
        self._isolation = isolation
        self._entry = entry
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._server: _Server | None = None
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Yosys:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process. A later job starts a new one."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.requests.close()
            wait((server.ended,), _GRACE_S)
        self._stack.close()

    def run(
        self,
        files: Mapping[str, str],
        request: Mapping[str, object],
        wanted: tuple[str, ...],
        budget: Budget,
    ) -> Done:
        """Do one job in a new folder that holds `files`.

        Raises ToolMissing without pyosys, ToolCrashed if the process died under the job.
        """
        server = self._alive()
        number = next(self._numbers)
        folder = server.folder / f"job{number}"
        folder.mkdir()
        try:
            for name, text in files.items():
                (folder / name).write_text(text)
            line = {"number": number, "folder": str(folder), **asdict(budget), **request}
            answer = self._await(server, server.ask(line), budget.wall_s + _GRACE_S)
            found = {n: _text(folder / n) for n in wanted if (folder / n).is_file()}
            return Done(answer.status, answer.cpu_s, found)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _await(self, server: _Server, answer: Future[_Answer], patience_s: float) -> _Answer:
        _first(answer, server, patience_s)
        if answer.done():
            return answer.result()
        with self._lock:
            if self._server is server:
                self._server = None
        said = _last_words(server)
        server.requests.close()
        raise ToolCrashed("the Yosys process died under a job", where="yosys", hint=said)

    def _alive(self) -> _Server:
        with self._lock:
            if self._server is None or self._server.ended.done():
                self._server = self._start()
            return self._server

    def _start(self) -> _Server:
        if importlib.util.find_spec("pyosys") is None:
            raise ToolMissing("pyosys is not installed", hint="pip install 'pyosys>=0.70,<1'")
        folder = self._stack.enter_context(scratch("yosys"))
        requests, answers = folder / "requests", folder / "answers"
        for path in (requests, answers):
            os.mkfifo(path, 0o600)
        # Opened for both directions, so that no opening waits for the other side.
        server = _Server(folder, FileIO(requests, "r+"), FileIO(answers, "r+"))
        self._stack.callback(server.requests.close)
        argv = (sys.executable, "-s", "-P", "-m", _SERVER, str(requests), str(answers), self._entry)
        command = Command(argv, folder, _mounts(), {"PYTHONPATH": str(_root())})
        ready = server.expect(_READY)
        for target, arguments in ((server.listen, ()), (server.serve, (self._isolation, command))):
            threading.Thread(target=target, args=arguments, daemon=True).start()
        _first(ready, server, _START_S)
        if not ready.done():
            said = _last_words(server)
            server.requests.close()
            raise ToolCrashed("the Yosys process did not start", where="yosys", hint=said)
        return server


def _first(answer: Future[_Answer], server: _Server, patience_s: float) -> None:
    """Wait for the answer or for the end of the process."""
    either: tuple[Future[Any], ...] = (answer, server.ended)
    wait(either, patience_s, FIRST_COMPLETED)


def _last_words(server: _Server) -> str:
    if not server.ended.done():
        return "it does not answer"
    finished = server.ended.result()
    return f"{finished.ending}: {finished.output.strip()[-300:]}"


def _text(path: Path) -> str:
    return path.read_bytes()[:_FILE_BYTES].decode("utf-8", "replace")


def _root() -> Path:
    """The folder from which `gatewright` is imported."""
    return Path(gatewright.__file__).parents[1]


def _mounts() -> tuple[Mount, ...]:
    """Python, and those folders of ours that the server imports from."""
    ours = {Path(gatewright.__file__).parent, Path(sandbox.__file__).resolve().parent}
    return (*python_mounts(), *(Mount(folder) for folder in sorted(ours)))


@cache
def version() -> str:
    """The installed pyosys, or nothing."""
    try:
        return metadata.version("pyosys")
    except metadata.PackageNotFoundError:
        return ""
