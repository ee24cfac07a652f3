"""A confined process that runs one model on a GPU, asked line by line over two FIFOs."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import select
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any

import gatewright
from gatewright import sandbox
from gatewright.core import GatewrightError
from gatewright.core.stopping import Stopped
from gatewright.sandbox.isolation import Command, Finished, Isolation, Limits, Mount, scratch
from gatewright.sandbox.tools.gpu import Driver
from gatewright.sandbox.tools.ncu import Ncu
from gatewright.sandbox.tools.python import python_mounts

_JOB = "gatewright.sandbox.tools.gpu_job"
_MOST_ANSWER = 8 << 20
# A step that takes longer ends its process, and with it the run.
_PATIENCE_S = {"load": 240, "exact": 120}
_USUAL_S, _GRACE_S = 60, 20
LIMITS = Limits(
    cpu_s=600,
    wall_s=1800,
    memory_mb=32768,
    address_space_mb=None,
    file_mb=8192,
    disk_mb=16384,
    files=4096,
    processes=256,
    output_kb=8192,
)


class JobFailed(Exception):
    """The process gave an error, an answer that is none, or died: `line` is the candidate's."""

    def __init__(self, what: str, line: int = 0) -> None:
        super().__init__(what)
        self.what = what
        self.line = line


@dataclass(slots=True)
class GpuProcess:
    """One such process. Its answers count only with the nonce of their request."""

    folder: Path
    requests: FileIO
    answers: FileIO
    ended: Future[Finished] = field(default_factory=Future)
    unread: bytes = b""

    def ask(self, step: str, **request: Any) -> dict[str, Any]:
        """One request and its answer. Raises JobFailed."""
        nonce = secrets.token_hex(8)
        seconds = _PATIENCE_S.get(step, _USUAL_S)
        text = json.dumps({"do": step, "nonce": nonce, "seconds": seconds, **request})
        self.requests.write(text.encode() + b"\n")
        deadline = time.monotonic() + seconds + _GRACE_S
        while b"\n" not in self.unread:
            self._read(step, deadline)
        line, _, self.unread = self.unread.partition(b"\n")
        try:
            answer = json.loads(line)
            if not isinstance(answer, dict) or answer.pop("nonce") != nonce:
                raise ValueError
        except (ValueError, KeyError):
            raise JobFailed("it wrote to the channel of the measurement") from None
        if "error" in answer:
            raise JobFailed(str(answer["error"]), int(answer.get("line", 0)))
        return answer

    def timed(self, step: str) -> tuple[dict[str, Any], float]:
        """As `ask`, with the milliseconds that went by here."""
        start = time.perf_counter()
        answer = self.ask(step)
        return answer, (time.perf_counter() - start) * 1000

    def _read(self, step: str, deadline: float) -> None:
        ready, _, _ = select.select([self.answers], [], [], 0.05)
        if ready:
            self.unread += os.read(self.answers.fileno(), 1 << 16)
            if len(self.unread) > _MOST_ANSWER:
                raise JobFailed("it wrote to the channel of the measurement")
        elif self.ended.done():
            finished = self.ended.result()
            said = finished.output.strip()[-500:]
            raise JobFailed(f"its process ended at {step}: {finished.ending} {said}".strip())
        elif time.monotonic() > deadline:
            raise JobFailed(f"it does not come to an end at {step}")

    def serve(self, isolation: Isolation, command: Command) -> None:
        """Run the process to its end."""
        try:
            self.ended.set_result(isolation.run(command, LIMITS))
        except (GatewrightError, Stopped) as error:
            self.ended.set_exception(error)


@contextlib.contextmanager
def gpu_process(
    isolation: Isolation,
    driver: Driver | None,
    job: Mapping[str, object],
    files: Mapping[str, bytes],
    mounts: tuple[Mount, ...] = (),
    profiler: Ncu | None = None,
) -> Iterator[GpuProcess]:
    """Start a process in a folder that holds the files; it ends with the context.

    Without a driver the job may only ask for the device `cpu`.
    """
    with scratch("gpu") as folder:
        for name, data in files.items():
            (folder / name).write_bytes(data)
        (folder / "job").write_text(json.dumps(job), encoding="utf-8")
        requests, answers = folder / "requests", folder / "answers"
        for path in (requests, answers):
            os.mkfifo(path, 0o600)
        # Opened for both directions, so that no opening waits for the other side.
        process = GpuProcess(folder, FileIO(requests, "r+"), FileIO(answers, "r+"))
        command = _command(folder, driver, mounts, profiler)
        arguments = (isolation, command)
        thread = threading.Thread(target=process.serve, args=arguments, daemon=True)
        thread.start()
        try:
            yield process
        finally:
            process.requests.close()
            thread.join()
            process.answers.close()


def _command(
    folder: Path, driver: Driver | None, mounts: tuple[Mount, ...], profiler: Ncu | None
) -> Command:
    ours = {Path(gatewright.__file__).parent, Path(sandbox.__file__).resolve().parent}
    shown = (*python_mounts(), *(Mount(place) for place in sorted(ours)), *mounts)
    environment = {
        "PYTHONPATH": str(Path(gatewright.__file__).parents[1]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "TRITON_CACHE_DIR": str(folder / "triton"),
    }
    if driver is not None:
        shown, environment = (*shown, *driver.mounts), {**environment, **driver.environment}
    argv = [sys.executable, "-s", "-P", "-m", _JOB, "requests", "answers"]
    if profiler is not None:
        argv, shown = [*profiler.wrap(), *argv], (*shown, *profiler.mounts)
    return Command(argv, folder, shown, environment, trusted=False)
