"""The system-call filter: a classic BPF program, assembled here, that needs no library.

It denies what could reach out of the sandbox: tracing, namespaces, mounts, kernel keys, other
processes' limits and priorities, every socket family but AF_UNIX, and memory that no process's
resident size shows (memfd, System V). Where the run has no namespaces of its own, it also denies
what Landlock leaves open: named and datagram sockets, and changing the owner, mode, times or
attributes of a file it can name (chmod, which tools call in passing, is told that all went well).
Numbers: Linux arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
"""

from __future__ import annotations

import platform
import struct
from dataclasses import dataclass

_LOAD, _EQUAL, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS, _DO_NOTHING = 1, 38, 0
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_X32_BIT = 0x40000000
_AF_UNIX = 1
_DATAGRAM_BIT = 2  # SOCK_DGRAM is 2, SOCK_RAW 3; SOCK_STREAM is 1, SOCK_SEQPACKET 5
_NAMESPACES = 0x7E020000  # every CLONE_NEW… flag that clone() takes

_Instruction = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Machine:
    """One architecture's audit identity and system-call numbers."""

    audit: int
    deny: tuple[int, ...]
    own: tuple[int, ...]  # the first argument must be 0, the caller itself
    signals: tuple[int, ...]
    memfd_create: int
    clone: int
    socket: int
    socketpair: int
    connect: int
    tgkill: int
    groups: tuple[int, ...]  # setsid setpgid
    attributes: tuple[int, ...]  # setting and removing extended attributes, ACLs among them
    ownership: tuple[int, ...]  # chown and utime, in all forms
    modes: tuple[int, ...]  # chmod, in all forms
    truncate: int


# The numbers are the same on every architecture since Linux 5.1: pidfd_getfd, process_madvise,
# process_mrelease, io_uring, and the new mount interface.
_NEW_DENY = (425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 440, 442, 443, 448)
_CLONE3, _MEMFD_SECRET, _PIDFD_SEND_SIGNAL, _FCHMODAT2 = 435, 447, 424, 452
_NEW_ATTRIBUTES = (463, 466, 469)  # setxattrat removexattrat file_setattr

_MACHINES = {
    "x86_64": _Machine(
        audit=0xC000003E,
        deny=(
            *(101, 165, 166, 155, 161),  # ptrace mount umount2 pivot_root chroot
            *(167, 168, 169, 170, 171),  # swapon swapoff reboot sethostname setdomainname
            *(175, 176, 313, 246, 320, 321, 298),  # modules kexec bpf perf_event_open
            *(250, 248, 249, 272, 308),  # keyctl add_key request_key unshare setns
            *(310, 311, 312, 323),  # process_vm_readv process_vm_writev kcmp userfaultfd
            *(303, 304, 163, 179),  # name_to_handle_at open_by_handle_at acct quotactl
            *(164, 227, 305, 159),  # settimeofday clock_settime clock_adjtime adjtimex
            *(172, 173, 135),  # iopl ioperm personality
            *(29, 64, 68, 240),  # shmget semget msgget mq_open
            *(256, 279, 141, 251),  # migrate_pages move_pages setpriority ioprio_set
        ),
        own=(302, 203, 144, 142, 314),  # prlimit64, sched_set affinity scheduler param attr
        signals=(62, 200, 129, 297),  # kill tkill rt_sigqueueinfo rt_tgsigqueueinfo
        memfd_create=319,
        clone=56,
        socket=41,
        socketpair=53,
        connect=42,
        tgkill=234,
        groups=(112, 109),
        attributes=(188, 189, 190, 197, 198, 199),
        ownership=(92, 93, 94, 260, 132, 235, 261, 280),
        modes=(90, 91, 268),
        truncate=76,
    ),
    "aarch64": _Machine(
        audit=0xC00000B7,
        deny=(
            *(117, 40, 39, 41, 51),
            *(224, 225, 142, 161, 162),
            *(105, 106, 273, 104, 294, 280, 241),
            *(219, 217, 218, 97, 268),
            *(270, 271, 272, 282),
            *(264, 265, 89, 60),
            *(170, 112, 266, 171, 92),
            *(194, 190, 186, 180),
            *(238, 239, 140, 30),
        ),
        own=(261, 122, 119, 118, 274),
        signals=(129, 130, 138, 240),
        memfd_create=279,
        clone=220,
        socket=198,
        socketpair=199,
        connect=203,
        tgkill=131,
        groups=(157, 154),
        attributes=(5, 6, 7, 14, 15, 16),
        ownership=(54, 55, 88),
        modes=(52, 53),
        truncate=45,
    ),
}


def supported() -> bool:
    """Whether this machine's system-call numbers are known."""
    return platform.machine() in _MACHINES


def program(*, namespaces: bool, signal_only: int | None = None) -> bytes:
    """The filter's bytes, as bwrap's --seccomp and seccomp(2) take them.

    `namespaces`: whether the run has its own, so that sockets and file modes reach nobody else.
    `signal_only`: the one process that may be signalled (itself, for abort), where the kernel
    cannot confine signals.
    """
    machine = _MACHINES[platform.machine()]
    code: list[_Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, machine.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32_BIT),
        (_RETURN, 0, 0, _ERRNO | _EPERM),
    ]
    for number in (*machine.deny, *_NEW_DENY, *machine.attributes, *_NEW_ATTRIBUTES):
        code += _deny(number)
    # Programs fall back by themselves from these, so they are told that there is no such call.
    for number in (_CLONE3, _MEMFD_SECRET, machine.memfd_create):
        code += _deny(number, _ENOSYS)
    # One group can be killed in one stroke, which no fork bomb outruns; and as the scheduler shares
    # out among sessions, a run with many of them would starve its watcher.
    for number in machine.groups:
        code += _deny(number, _DO_NOTHING)
    for number in machine.own:
        code += _deny_unless(number, 0, 0)
    code += _deny_bits(machine.clone, 0, _NAMESPACES)
    if namespaces:
        code += _deny_unless(machine.socket, 0, _AF_UNIX)
    else:
        code += _among_others(machine)
    if signal_only is not None:
        code += _signals(machine, signal_only)
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *one) for one in code)


def _among_others(machine: _Machine) -> list[_Instruction]:
    """For a run that shares the host's file system and process numbers."""
    code: list[_Instruction] = []
    # Landlock covers truncate() only from its third version on; ftruncate() remains.
    for number in (machine.socket, machine.connect, machine.truncate):
        code += _deny(number)
    # A datagram pair can still be sent or connected to a named socket; a stream pair cannot.
    code += _deny_bits(machine.socketpair, 1, _DATAGRAM_BIT)
    for number in machine.ownership:
        code += _deny(number)
    for number in (*machine.modes, _FCHMODAT2):
        code += _deny(number, _DO_NOTHING)
    return code


def _signals(machine: _Machine, own: int) -> list[_Instruction]:
    code = _deny(_PIDFD_SEND_SIGNAL)
    for number in machine.signals:
        code += _deny(number)
    return code + _deny_unless(machine.tgkill, 0, own)


def _deny(number: int, error: int = _EPERM) -> list[_Instruction]:
    return [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO | error)]


def _deny_unless(number: int, argument: int, value: int) -> list[_Instruction]:
    return [
        (_EQUAL, 0, 4, number),
        (_LOAD, 0, 0, _ARGUMENTS + 8 * argument),
        (_EQUAL, 0, 1, value),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERRNO | _EPERM),
    ]


def _deny_bits(number: int, argument: int, mask: int) -> list[_Instruction]:
    return [
        (_EQUAL, 0, 4, number),
        (_LOAD, 0, 0, _ARGUMENTS + 8 * argument),
        (_BITS, 0, 1, mask),
        (_RETURN, 0, 0, _ERRNO | _EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
