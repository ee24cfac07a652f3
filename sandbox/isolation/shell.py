"""The shell that sets a run's limits from inside, starts the command and outlives it.

Its standard input is the writing end of a pipe, on which it says one word once it runs: without
that word the sandbox around it was never set up. The command itself gets /dev/null.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gatewright.sandbox.isolation.base import Limits
from gatewright.sandbox.isolation.bounds import bounds

CHANNEL_FD = 9  # of a channel that is a path: shells know descriptors of one digit only
_NAME = "sh"
_SHELL = f"/bin/{_NAME}"
_WORD = "started\n"
_MOST = 4096
# The shell's letter for each limit, and the bytes or seconds in its unit.
_FLAGS = {
    "RLIMIT_CPU": ("t", 1),
    "RLIMIT_FSIZE": ("f", 512),
    "RLIMIT_NOFILE": ("n", 1),
    "RLIMIT_CORE": ("c", 512),
    "RLIMIT_AS": ("v", 1024),
}
_TIME = re.compile(r"(\d+)m([\d.]+)s")


@dataclass(frozen=True, slots=True)
class Fifos:
    """Paths, inside, of the report and the channel, where descriptors cannot be passed in."""

    report: str
    channel: str | None = None


@cache
def _process_letter() -> str:
    """The letter for processes: p in dash and busybox, u in bash (where p is the pipe size)."""
    asked = subprocess.run([_SHELL, "-c", "ulimit -u"], capture_output=True, check=False)
    return "u" if asked.returncode == 0 else "p"


def _limits(limits: Limits) -> list[str]:
    lines = []
    for bound in bounds(limits, own_namespace=True):
        letter, unit = _FLAGS.get(bound.name) or (_process_letter(), 1)
        # Soft first: a hard limit cannot be set below the soft one.
        lines.append(f"ulimit -S{letter} {bound.soft // unit}")
        lines.append(f"ulimit -H{letter} {bound.hard // unit}")
    return lines


def _runs(argv: list[str]) -> tuple[str, list[str]]:
    """What runs `argv`, and the arguments it needs.

    A script for a shell is run by a fork of the one that is there: starting another costs a tenth
    of a small check. It stays an argument, so that nothing in it is read as a part of ours.
    """
    if Path(argv[0]).name != _NAME or argv[1:2] != ["-c"] or len(argv) < 3:
        return '"$@"', argv
    return '(s=$1; shift; eval "$s")', [argv[2], *argv[4:]]


def wrapped(argv: list[str], limits: Limits, fifos: Fifos | None = None) -> list[str]:
    """`argv` under `limits`. A hard limit that is lower already stays as it is."""
    run, argv = _runs(argv)
    opening = [f"exec 0>{fifos.report}"] if fifos else []
    channel = f"{CHANNEL_FD}>{fifos.channel}" if fifos and fifos.channel else ""
    # `times` also keeps the shell from becoming the command instead of outliving it.
    lines = [
        *opening,
        "echo started >&0",
        "exec 3>&2 2>/dev/null",
        *_limits(limits),
        f"{run} </dev/null 2>&3 3>&- {channel}",
        "s=$?",
        "times >&0",
        "exit $s",
    ]
    return [_SHELL, "-c", "\n".join(lines), "sh", *argv]


@dataclass(frozen=True, slots=True)
class Report:
    """What the shell said: whether it ran at all, and the CPU seconds of what it waited for."""

    started: bool
    cpu_s: float


def report(fd: int) -> Report:
    """Read the report from the pipe's reading end, once the run is over."""
    os.set_blocking(fd, False)
    try:
        text = os.read(fd, _MOST).decode("ascii", "replace")
    except BlockingIOError:
        text = ""
    times = _TIME.findall(text)
    return Report(
        started=text.startswith(_WORD),
        cpu_s=sum(60 * int(minutes) + float(seconds) for minutes, seconds in times),
    )
