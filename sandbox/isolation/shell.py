"""The shell that sets a run's limits from inside, starts the command and outlives it.

Its standard input is the writing end of a pipe, on which it says one word once it runs: without
that word the sandbox around it was never set up. The command itself gets /dev/null.
"""

from __future__ import annotations

import math
import os
import subprocess
from functools import cache

from gatewright.sandbox.isolation.base import Limits

_SHELL = "/bin/sh"
_WORD = b"started\n"


@cache
def _process_flag() -> str:
    """dash and busybox call it -p, bash calls it -u (there -p is the pipe size)."""
    asked = subprocess.run([_SHELL, "-c", "ulimit -u"], capture_output=True, check=False)
    return "-u" if asked.returncode == 0 else "-p"


def script(limits: Limits) -> str:
    """The shell's program. A hard limit that is lower already stays as it is."""
    seconds = math.ceil(limits.cpu_s)
    wanted = [
        f"-St {seconds}",
        # One second later the kernel kills what ignores the first signal.
        f"-Ht {seconds + 1}",
        f"-f {limits.file_mb * 2048}",
        f"-n {limits.files}",
        f"{_process_flag()} {limits.processes}",
        "-c 0",
    ]
    if limits.address_space_mb is not None:
        wanted.append(f"-v {limits.address_space_mb * 1024}")
    lines = ["echo started >&0", "exec 3>&2 2>/dev/null"]
    lines += [f"ulimit {one}" for one in wanted]
    # Without the last line the shell would become the command instead of outliving it.
    lines += ['"$@" </dev/null 2>&3 3>&-', "exit $?"]
    return "\n".join(lines)


def wrapped(argv: list[str], limits: Limits) -> list[str]:
    """`argv` run by the shell under `limits`."""
    return [_SHELL, "-c", script(limits), "sh", *argv]


def started(report: int) -> bool:
    """Whether the shell said its word on the pipe whose reading end is `report`."""
    os.set_blocking(report, False)
    try:
        return os.read(report, len(_WORD)) == _WORD
    except BlockingIOError:
        return False
