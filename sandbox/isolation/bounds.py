"""The limits that the kernel itself holds, for every process of a run."""

from __future__ import annotations

import math
import os
import platform
from functools import cache
from pathlib import Path

from gatewright.sandbox.isolation.base import Limits
from gatewright.sandbox.isolation.warden import Bound

_MB = 1 << 20
_COUNTED_PER_NAMESPACE = (5, 14)
_ROOM = 256
_SLACK = 1.25


def bounds(limits: Limits, *, own_namespace: bool) -> list[Bound]:
    """The kernel limits for `limits`; `own_namespace`: the run has a user namespace of its own."""
    # The kernel samples CPU time for this limit and can be a fifth off under load, so it only backs
    # up the watch from outside. One second after the signal it kills what ignored that.
    seconds = math.ceil(limits.cpu_s * _SLACK) + 1
    found = [Bound("RLIMIT_CPU", seconds, seconds + 1)]
    exact = {
        "RLIMIT_FSIZE": limits.file_mb * _MB,
        "RLIMIT_NOFILE": limits.files,
        "RLIMIT_NPROC": limits.processes + _others(own_namespace),
        "RLIMIT_CORE": 0,
    }
    if limits.address_space_mb is not None:
        exact["RLIMIT_AS"] = limits.address_space_mb * _MB
    return found + [Bound(name, value, value) for name, value in exact.items()]


def _others(own_namespace: bool) -> int:
    """How many processes the kernel counts that are not the run's: all of this user's.

    The watch from outside counts exactly; this bound only stops what multiplies.
    """
    if own_namespace and _kernel() >= _COUNTED_PER_NAMESPACE:
        return 0
    return _users_threads() + _ROOM


def _kernel() -> tuple[int, ...]:
    return tuple(int(part) for part in platform.release().split("-")[0].split(".")[:2])


@cache
def _users_threads() -> int:
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.stat().st_uid == os.getuid():
                count += len(list((process / "task").iterdir()))
        except OSError:
            continue
    return count
