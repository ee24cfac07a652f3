"""A warm torch process: confined, with torch imported, forking once for every job.

Importing torch costs two CPU seconds, a small job a tenth of that.
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
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import asdict, dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any

import gatewright
from gatewright import sandbox
from gatewright.core import GatewrightError, ToolCrashed, ToolMissing
from gatewright.core.stopping import Stopped
from gatewright.sandbox.isolation import Command, Finished, Isolation, Limits, Mount, scratch
from gatewright.sandbox.tools.python import python_mounts

_SERVER = "gatewright.sandbox.kernel.worker_server"
_FOR_EVER_S = 1e7
_START_S = 180.0
_GRACE_S = 30.0
_READY, _WAKE = -1, -2
_LOG_BYTES = 64 << 10
_SERVER_LIMITS = Limits(
    cpu_s=_FOR_EVER_S,
    wall_s=_FOR_EVER_S,
    memory_mb=12288,
    address_space_mb=None,
    file_mb=512,
    disk_mb=4096,
    files=1024,
    processes=256,
)
MISSING = "the CUDA parts need torch: pip install 'gatewright[cuda]' (5 GB), or `make cuda`"


@dataclass(frozen=True, slots=True)
class Budget:
    """What one job may use; `memory_mb` is what it may have beyond torch itself."""

    cpu_s: float = 20.0
    wall_s: float = 120.0
    memory_mb: int = 2048


@dataclass(frozen=True, slots=True)
class Done:
    """A job that is over. `folder` holds what it wrote and is removed when the caller leaves.

    `status` is the exit status of its process, or minus the signal's number. `log` is what it
    printed, capped.
    """

    status: int
    cpu_s: float
    peak_mb: float
    folder: Path
    log: str

    @property
    def ok(self) -> bool:
        """It came to its end."""
        return self.status == 0

    def read(self, name: str) -> bytes | None:
        """A file that the job wrote; None where it is not there or is no plain file."""
        path = self.folder / name
        if path.is_symlink() or not path.is_file():
            return None
        return path.read_bytes()


class WorkerDied(ToolCrashed):
    """The torch process ended under a job: through the job, or by itself."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """A line that the server writes when a job's process is over."""

    number: int
    status: int
    cpu_s: float
    peak_mb: float

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


@dataclass(slots=True)
class _Server:
    """One server process: its folder, our ends of its pipes, and the answers that it owes."""

    folder: Path
    requests: FileIO
    answers: FileIO
    ended: Future[Finished] = field(default_factory=Future)
    owed: dict[int, Future[_Answer]] = field(default_factory=dict)

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
        self.answers.write(_Answer(_WAKE, 0, 0.0, 0.0).line())


class TorchWorker:
    """Runs functions of ours (`module:function`) in forks of a warm, confined torch process.

    The function is called with the request, in a new folder that holds the files; what it leaves
    there is read back through `Done`. It can start no process and sees no other job's folder.
    The process is started with the first job, and again if it died. `mounts` are further places
    that jobs may read. Safe to call from several threads at once. Close it, or use it as a
    context manager.
    """

    def __init__(self, isolation: Isolation, mounts: Sequence[Mount] = ()) -> None:
        self._isolation = isolation
        self._extra = tuple(mounts)
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._server: _Server | None = None
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> TorchWorker:
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

    @contextlib.contextmanager
    def job(
        self,
        entry: str,
        request: Mapping[str, object],
        files: Mapping[str, bytes] | None = None,
        budget: Budget | None = None,
    ) -> Any:
        """Do one job; its folder is there until the caller leaves the context.

        Raises ToolMissing without torch, WorkerDied if the process died under the job.
        """
        budget = budget or Budget()
        server = self._alive()
        number = next(self._numbers)
        folder = server.folder / f"job{number}"
        folder.mkdir()
        try:
            for name, data in (files or {}).items():
                (folder / name).write_bytes(data)
            (folder / "request").write_text(json.dumps(request), encoding="utf-8")
            line = {
                "number": number,
                "folder": str(folder),
                "entry": entry,
                "readable": [str(mount.path) for mount in self._mounts()],
                **asdict(budget),
            }
            answer = server.expect(number)
            server.requests.write(json.dumps(line).encode() + b"\n")
            yield self._done(self._await(server, answer, budget.wall_s + _GRACE_S), folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _done(self, answer: _Answer, folder: Path) -> Done:
        log = (folder / "log").read_bytes()[:_LOG_BYTES] if (folder / "log").is_file() else b""
        text = log.decode("utf-8", "replace")
        return Done(answer.status, answer.cpu_s, answer.peak_mb, folder, text)

    def _await(self, server: _Server, answer: Future[_Answer], patience_s: float) -> _Answer:
        _first(answer, server, patience_s)
        if answer.done():
            return answer.result()
        with self._lock:
            if self._server is server:
                self._server = None
        said = _last_words(server)
        server.requests.close()
        raise WorkerDied("the torch process died under a job", where="torch", hint=said)

    def _alive(self) -> _Server:
        with self._lock:
            if self._server is None or self._server.ended.done():
                self._server = self._start()
            return self._server

    def _start(self) -> _Server:
        if importlib.util.find_spec("torch") is None:
            raise ToolMissing("torch is not installed", hint=MISSING)
        folder = self._stack.enter_context(scratch("torch"))
        requests, answers = folder / "requests", folder / "answers"
        for path in (requests, answers):
            os.mkfifo(path, 0o600)
        # Opened for both directions, so that no opening waits for the other side.
        server = _Server(folder, FileIO(requests, "r+"), FileIO(answers, "r+"))
        self._stack.callback(server.requests.close)
        argv = (sys.executable, "-s", "-P", "-m", _SERVER, str(requests), str(answers))
        environment = {
            "PYTHONPATH": str(_root()),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OMP_NUM_THREADS": "1",
            "MKL_NUM_THREADS": "1",
            "TRITON_INTERPRET": "1",
        }
        command = Command(argv, folder, self._mounts(), environment, trusted=False)
        ready = server.expect(_READY)
        for target, arguments in ((server.listen, ()), (server.serve, (self._isolation, command))):
            threading.Thread(target=target, args=arguments, daemon=True).start()
        _first(ready, server, _START_S)
        if not ready.done():
            said = _last_words(server)
            server.requests.close()
            raise ToolCrashed("the torch process did not start", where="torch", hint=said)
        return server

    def _mounts(self) -> tuple[Mount, ...]:
        """Python, those folders of ours that the server imports from, and what was asked for."""
        ours = {Path(gatewright.__file__).parent, Path(sandbox.__file__).resolve().parent}
        return (*python_mounts(), *(Mount(folder) for folder in sorted(ours)), *self._extra)


def _first(answer: Future[_Answer], server: _Server, patience_s: float) -> None:
    """Wait for the answer or for the end of the process."""
    either: tuple[Future[Any], ...] = (answer, server.ended)
    wait(either, patience_s, FIRST_COMPLETED)


def _last_words(server: _Server) -> str:
    if not server.ended.done():
        return "it does not answer"
    finished = server.ended.result()
    return f"{finished.ending}: {finished.output.strip()[-300:]}"


def _root() -> Path:
    """The folder from which `gatewright` is imported."""
    return Path(gatewright.__file__).parents[1]
