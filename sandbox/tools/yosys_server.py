"""The process that keeps Yosys warm: runs confined, forks once for every job.

Started as `python -m gatewright.sandbox.tools.yosys_server REQUESTS ANSWERS MODULE:FUNCTION`: two
FIFOs, and what does a job, called with the request in the job's folder. JSON lines go in and out.
Yosys ends its process at every error: hence a fork for each job.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

_TICK_MS = 50
Run = Callable[[dict[str, object]], None]


@dataclass
class Job:
    """One forked child under way."""

    number: int
    pid: int
    handle: int
    deadline: float


def main(requests_path: str, answers_path: str, entry: str) -> None:
    """Serve until the requests end or nobody is left to answer."""
    from pyosys import libyosys  # noqa: F401  (loaded here once, for all children)

    module, function = entry.split(":")
    run: Run = getattr(importlib.import_module(module), function)
    answers = os.open(answers_path, os.O_WRONLY)
    requests = os.open(requests_path, os.O_RDONLY)
    os.write(answers, b'{"number": -1, "status": 0, "cpu_s": 0}\n')
    serve(run, requests, answers)


def serve(run: Run, requests: int, answers: int) -> None:
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
                job = start(run, json.loads(line))
                jobs[job.handle] = job
                poll.register(job.handle, select.POLLIN)
        for job in list(jobs.values()):
            if select.select([job.handle], [], [], 0)[0]:
                poll.unregister(job.handle)
                del jobs[job.handle]
                os.write(answers, finish(job))
            elif time.monotonic() > job.deadline:
                os.kill(job.pid, signal.SIGKILL)


def start(run: Run, request: dict[str, object]) -> Job:
    """Fork a child that does one job under its own limits, its output in `log` of its folder."""
    wall_s = float(str(request["wall_s"]))
    pid = os.fork()
    if pid == 0:
        status = 99
        try:
            confine(request)
            run(request)
            status = 0
        except BaseException:  # nothing may return into the server's loop
            import traceback

            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(status)
    number = int(str(request["number"]))
    return Job(number, pid, os.pidfd_open(pid), time.monotonic() + wall_s)


def confine(request: dict[str, object]) -> None:
    """The limits of one job, and where its output goes."""
    folder = str(request["folder"])
    os.chdir(folder)
    log = os.open("log", os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    seconds = max(1, round(float(str(request["cpu_s"]))))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    space = int(str(request["memory_mb"])) << 20
    resource.setrlimit(resource.RLIMIT_AS, (space, space))


def finish(job: Job) -> bytes:
    """Collect a child: its status and the CPU seconds of it and of what it ran.

    What it started must die with it (PR_SET_PDEATHSIG): the sandbox allows no process groups.
    """
    _, status, used = os.wait4(job.pid, 0)
    os.close(job.handle)
    answer = {
        "number": job.number,
        "status": os.waitstatus_to_exitcode(status),
        "cpu_s": used.ru_utime + used.ru_stime,
    }
    return json.dumps(answer).encode() + b"\n"


if __name__ == "__main__":
    main(*sys.argv[1:4])
