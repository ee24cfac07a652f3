"""Further confinement that an already confined process takes on before it runs what others wrote.

For servers of ours that fork once for every job: a job then sees no other job's folder, starts no
process and signals nobody. Nothing of it can be undone.
"""

from __future__ import annotations

import platform
import struct
from collections.abc import Sequence

from gatewright.sandbox.isolation import seccomp, warden

_DUMPABLE, _PARENT_DEATH = 4, 1
_KILL_SIGNAL = 9
_CLONE_THREAD = 0x00010000
# clone; then fork vfork execve execveat, kill tkill pidfd_send_signal.
_CALLS = {
    "x86_64": (56, (57, 58, 59, 322, 62, 200, 424)),
    "aarch64": (220, (221, 281, 129, 130, 424)),
}


def keep_memory_private() -> None:
    """No other process of this user may read or write the memory of this one."""
    warden._prctl(_DUMPABLE, 0)


def tighten(readable: Sequence[str], writable: Sequence[str]) -> None:
    """See only these paths where the kernel has Landlock; start no process; die with the parent."""
    warden._prctl(_PARENT_DEATH, _KILL_SIGNAL)
    if warden.landlock_abi():
        warden._restrict([*readable], [*writable])
    if seccomp.supported():
        warden._filter_calls(alone())


def alone() -> bytes:
    """The system-call filter: threads, but no processes, programs or signals to others."""
    clone, denied = _CALLS[platform.machine()]
    code: list[tuple[int, int, int, int]] = [(seccomp._LOAD, 0, 0, seccomp._NUMBER)]
    for number in denied:
        code += seccomp._deny(number)
    code += [
        (seccomp._EQUAL, 0, 4, clone),
        (seccomp._LOAD, 0, 0, seccomp._ARGUMENTS),
        (seccomp._BITS, 1, 0, _CLONE_THREAD),
        (seccomp._RETURN, 0, 0, seccomp._ERRNO | seccomp._EPERM),
        (seccomp._RETURN, 0, 0, seccomp._ALLOW),
        (seccomp._RETURN, 0, 0, seccomp._ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *one) for one in code)
