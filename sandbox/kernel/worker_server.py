"""The process that keeps torch imported: runs confined, forks once for every job.

Started as `python -m gatewright.sandbox.kernel.worker_server REQUESTS ANSWERS`: two FIFOs, with
JSON lines in and out. A job is a function `module:function` of ours, called in a fork that works in
the job's folder, sees no other job's, has its own limits and can start no process.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gatewright.sandbox.isolation.tighten import keep_memory_private, tighten

_TICK_MS = 50
_JOBS = ("candidate", "reference")
_FILE_BYTES = 512 << 20
Run = Callable[[dict[str, object]], None]


@dataclass
class Job:
    """One forked child under way."""

    number: int
    pid: int
    handle: int
    deadline: float


def main(requests_path: str, answers_path: str) -> None:
    """Serve until the requests end or nobody is left to answer."""
    warm_up()
    answers = os.open(answers_path, os.O_WRONLY | os.O_CLOEXEC)
    requests = os.open(requests_path, os.O_RDONLY | os.O_CLOEXEC)
    keep_memory_private()
    os.write(answers, b'{"number": -1, "status": 0, "cpu_s": 0, "peak_mb": 0}\n')
    serve(requests, answers)


def warm_up() -> None:
    """Import what every job needs, and run one of each heavy kind of operation once.

    What torch sets up at its first convolution or product is then there in every fork.
    """
    import torch
    import torch.utils.cpp_extension
    from torch.utils import flop_counter

    for job in _JOBS:
        importlib.import_module(f"gatewright.sandbox.kernel.inside.{job}")

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    with torch.no_grad():
        image = torch.rand(1, 2, 6, 6)
        torch.nn.Conv2d(2, 2, 3)(image).relu().sum().double()
        torch.rand(3, 3) @ torch.rand(3, 3)
        # Half of what counting operations on the meta device costs is its first time.
        with torch.device("meta"), flop_counter.FlopCounterMode(display=False):
            image = torch.rand(1, 2, 6, 6)
            torch.nn.Sequential(torch.nn.Conv2d(2, 2, 3), torch.nn.BatchNorm2d(2))(image).sum()
            torch.nn.functional.softmax(torch.rand(3, 3) @ torch.rand(3, 3), dim=1)
    # What is there now stays: no fork's collector need look at it, and copy it by that.
    gc.collect()
    gc.freeze()


def serve(requests: int, answers: int) -> None:
    """Fork a child for each line of `requests`; write one line to `answers` when it is over."""
    poll = select.poll()
    poll.register(requests, select.POLLIN)
    jobs: dict[int, Job] = {}
    unread = b""
    while True:
        for fd, _ in poll.poll(_TICK_MS if jobs else None):
            if fd != requests:
                continue
            chunk = os.read(requests, 1 << 16)
            if not chunk:
                return
            *lines, unread = (unread + chunk).split(b"\n")
            for line in lines:
                job = start(json.loads(line), (requests, answers, *jobs))
                jobs[job.handle] = job
                poll.register(job.handle, select.POLLIN)
        for job in list(jobs.values()):
            if select.select([job.handle], [], [], 0)[0]:
                poll.unregister(job.handle)
                del jobs[job.handle]
                os.write(answers, finish(job))
            elif time.monotonic() > job.deadline:
                os.kill(job.pid, signal.SIGKILL)


def start(line: dict[str, object], ours: tuple[int, ...]) -> Job:
    """Fork a child that does one job; `ours` are the descriptors it must not have."""
    number, wall_s = int(str(line["number"])), float(str(line["wall_s"]))
    pid = os.fork()
    if pid == 0:
        status = 99
        try:
            for fd in ours:
                os.close(fd)
            status = child(line)
        except BaseException:  # nothing may return into the server's loop
            import traceback

            traceback.print_exc()
        finally:
            with ignoring_errors():
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(status)
    return Job(number, pid, os.pidfd_open(pid), time.monotonic() + wall_s)


@contextmanager
def ignoring_errors() -> Iterator[None]:
    """Whatever goes wrong here changes nothing any more."""
    try:
        yield
    except BaseException:
        return


def child(line: dict[str, object]) -> int:
    """Confine this process, then do the job that the folder's `request` describes."""
    folder = str(line["folder"])
    os.chdir(folder)
    log = os.open("log", os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    with open("request", encoding="utf-8") as file:  # noqa: PTH123
        request: dict[str, object] = json.load(file)
    module, function = str(line["entry"]).split(":")
    run: Run = getattr(importlib.import_module(module), function)
    confine(line, folder)
    run(request)
    return 0


def confine(line: dict[str, object], folder: str) -> None:
    """The limits of one job: time, memory beyond what torch takes, files, and no process."""
    seconds = max(1, round(float(str(line["cpu_s"]))))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    space = mapped_bytes() + (int(str(line["memory_mb"])) << 20)
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    readable = [*sys.path, sys.prefix, sys.base_prefix, "/usr", "/lib", "/lib64"]
    readable += [*map(str, _list(line["readable"])), "/proc/self", "/proc/cpuinfo", "/dev/urandom"]
    tighten([path for path in readable if path], [folder, "/dev/null"])


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def mapped_bytes() -> int:
    """The address space that this process has now."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def finish(job: Job) -> bytes:
    """Collect a child: its status, CPU seconds and largest resident size."""
    _, status, used = os.wait4(job.pid, 0)
    os.close(job.handle)
    answer = {
        "number": job.number,
        "status": os.waitstatus_to_exitcode(status),
        "cpu_s": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / 1024,
    }
    return json.dumps(answer).encode() + b"\n"


if __name__ == "__main__":
    main(*sys.argv[1:3])
