"""The small process that starts confined commands at levels landlock and rlimits.

Run as a script with nothing but the standard library, so that it stays small: forking the program
that uses us, with its libraries loaded, would cost far more. For each run it forks a *keeper*,
which adopts every orphan of the run (PR_SET_CHILD_SUBREAPER), and the keeper forks the command.
When the command ends, or the keeper's control socket is shut, the keeper kills and waits for
whatever is left, so that the CPU time it reports is the whole tree's.

Main socket: one datagram a run, carrying the run's control socket, output pipe and, if asked for,
channel pipe. Control socket: a `Request` and a newline go in; a `Hello` comes out when the command
has started (or could not be), a `Goodbye` when nothing of it is left.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache

# Stands in the filter for the command's own process number, known only after the fork.
SELF = 0xFFFF_FFFE
CHANNEL_FD = 3
_ERROR_FD = 4
_HIGH = 64
_HELD = 3
_TIDY_S = 1.0
_BREATH_S = 0.0002

_PDEATHSIG, _SECCOMP, _CAPBSET_DROP, _SUBREAPER, _NO_NEW_PRIVS = 1, 22, 24, 36, 38
_SECCOMP_FILTER = 2
_LAST_CAPABILITY = 63
_RULESET, _ADD_RULE, _RESTRICT = 444, 445, 446  # landlock; the same on every architecture
_PATH_BENEATH = 1
_EXECUTE, _WRITE, _READ, _LIST, _TRUNCATE, _IOCTL = 1, 2, 4, 8, 1 << 14, 1 << 15
_TCP, _SCOPES = 3, 3


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit of the kernel's: the name of a RLIMIT_… constant, soft and hard value."""

    name: str
    soft: int
    hard: int


@dataclass(frozen=True, slots=True)
class Request:
    """A command to start. `readable` and `writable` are None where Landlock is not asked for."""

    program: str
    argv: list[str]
    environment: dict[str, str]
    folder: str
    bounds: list[Bound]
    filter_hex: str
    readable: list[str] | None
    writable: list[str]

    def line(self) -> bytes:
        """As sent over the control socket."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @staticmethod
    def parse(line: bytes) -> Request:
        """The inverse of `line`."""
        fields = json.loads(line)
        fields["bounds"] = [Bound(**one) for one in fields["bounds"]]
        return Request(**fields)


@dataclass(frozen=True, slots=True)
class Hello:
    """The keeper's process number, and why the command could not be started, if so."""

    keeper: int
    error: str


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Shell-style exit status (128 + signal) and the whole tree's CPU seconds."""

    status: int
    cpu_s: float


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _prctl(option: int, value: int, more: object = 0) -> int:
    return int(_libc().prctl(option, value, more, 0, 0))


def landlock_abi() -> int:
    """The kernel's Landlock version; 0 where there is none."""
    return max(0, int(_libc().syscall(_RULESET, None, ctypes.c_size_t(0), 1)))


def _restrict(readable: list[str], writable: list[str]) -> None:
    """Confine this process to these paths, and to its own signals and abstract sockets.

    Source: Documentation/userspace-api/landlock.rst.
    """
    abi = landlock_abi()
    rights = (1 << 13) - 1
    for version, bit in ((2, 13), (3, 14), (5, 15)):
        rights |= 1 << bit if abi >= version else 0
    fields = struct.pack("=QQQ", rights, _TCP, _SCOPES)
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    rules = _check(_libc().syscall(_RULESET, fields, ctypes.c_size_t(size), 0), "landlock")
    for path in readable:
        _allow(rules, path, _EXECUTE | _READ, _LIST)
    for path in writable:
        _allow(rules, path, rights & (_EXECUTE | _READ | _WRITE | _TRUNCATE | _IOCTL), rights)
    _check(_prctl(_NO_NEW_PRIVS, 1), "no_new_privs")
    _check(_libc().syscall(_RESTRICT, rules, 0), "landlock")
    os.close(rules)


def _allow(rules: int, path: str, file_rights: int, folder_rights: int) -> None:
    with suppress(FileNotFoundError):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        is_folder = os.path.isdir(path)  # noqa: PTH112 (pathlib would double this process's size)
        rights = file_rights | folder_rights if is_folder else file_rights
        rule = struct.pack("=Qi", rights, place)
        _check(_libc().syscall(_ADD_RULE, rules, _PATH_BENEATH, rule, 0), f"landlock: {path}")
        os.close(place)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def _filter_calls(program: bytes) -> None:
    program = program.replace(struct.pack("=I", SELF), struct.pack("=I", os.getpid()))
    code = ctypes.create_string_buffer(program, len(program))
    argument = _Program(len(program) // 8, ctypes.cast(code, ctypes.c_void_p))
    _check(_prctl(_NO_NEW_PRIVS, 1), "no_new_privs")
    _check(_prctl(_SECCOMP, _SECCOMP_FILTER, ctypes.byref(argument)), "seccomp")


def _drop_capabilities() -> None:
    """Without them, and none to regain by an exec, root cannot raise its own limits again."""
    if os.geteuid() == 0:
        for capability in range(_LAST_CAPABILITY + 1):
            _prctl(_CAPBSET_DROP, capability)


def _limit(bounds: list[Bound]) -> None:
    for bound in bounds:
        which = getattr(resource, bound.name)
        most = resource.getrlimit(which)[1]
        if most == resource.RLIM_INFINITY:
            resource.setrlimit(which, (bound.soft, bound.hard))
        else:
            resource.setrlimit(which, (min(bound.soft, most), min(bound.hard, most)))


def _place(fds: list[int]) -> None:
    """Make `fds` the descriptors 0, 1, 2 … of this process, and the only ones."""
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _HIGH) for fd in fds]
    for number, fd in enumerate(high):
        os.dup2(fd, number)
    os.closerange(len(fds), 1 << 16)


def _become(request: Request, output: int, channel: int | None, error: int) -> None:
    """In the new process: take on limits and restrictions, then turn into the command."""
    null = os.open("/dev/null", os.O_RDONLY)
    _place([null, output, output, null if channel is None else channel, error])
    os.set_inheritable(_ERROR_FD, False)
    os.set_inheritable(CHANNEL_FD, channel is not None)
    os.setsid()
    _prctl(_PDEATHSIG, signal.SIGKILL)
    # We ignore these, and a command would inherit that: it could fill a disk for ever.
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    os.chdir(request.folder)
    _limit(request.bounds)
    _drop_capabilities()
    if request.readable is not None:
        _restrict([*request.readable, "/proc/self"], request.writable)
    if request.filter_hex:
        _filter_calls(bytes.fromhex(request.filter_hex))
    os.execve(request.program, request.argv, request.environment)


def _start(request: Request, output: int, channel: int | None) -> tuple[int, str]:
    """Fork the command; its process number and, if it did not get as far as exec, why."""
    failed, error = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _become(request, output, channel, error)
        except BaseException as problem:
            os.write(_ERROR_FD, str(problem).encode()[:500])
        finally:
            os._exit(127)
    os.close(error)
    said = os.read(failed, 512)
    os.close(failed)
    return child, said.decode("utf-8", "replace")


def _children(pid: int) -> list[int]:
    with suppress(OSError), open(f"/proc/{pid}/task/{pid}/children", "rb") as file:  # noqa: PTH123
        return [int(one) for one in file.read().split()]
    return []


def _kill_below(pid: int) -> None:
    todo = [pid]
    while todo:
        for child in _children(todo.pop()):
            with suppress(OSError):
                os.kill(child, signal.SIGKILL)
            todo.append(child)


def _hurry() -> None:
    """Run before everything else, as far as we may: a fork bomb must not outrun the killing."""
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, -20)


def _wait_all(child: int) -> int:
    """Kill and reap until no process below us is left; the command's own wait status."""
    status = 0
    # The filter keeps the run in the command's group, and this stroke leaves no time to fork.
    with suppress(OSError):
        os.killpg(child, signal.SIGKILL)
    while True:
        _kill_below(os.getpid())
        try:
            while found := os.waitpid(-1, os.WNOHANG):
                if found[0] == 0:
                    break
                status = found[1] if found[0] == child else status
        except ChildProcessError:
            return status
        time.sleep(_BREATH_S)


def _await(child: int, control: socket.socket) -> None:
    """Until the command is over or whoever asked for it hangs up."""
    handle = os.pidfd_open(child)
    ready, _, _ = select.select([handle, control.fileno()], [], [])
    os.close(handle)
    if handle not in ready:
        _hurry()


def _keep(control: socket.socket, output: int, channel: int | None) -> None:
    _prctl(_SUBREAPER, 1)
    request = Request.parse(control.makefile("rb").readline())
    child, error = _start(request, output, channel)
    for fd in (output, channel):
        if fd is not None:
            os.close(fd)
    control.sendall(json.dumps(asdict(Hello(os.getpid(), error))).encode() + b"\n")
    _await(child, control)
    code = os.waitstatus_to_exitcode(_wait_all(child))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    end = Goodbye(code if code >= 0 else 128 - code, used.ru_utime + used.ru_stime)
    with suppress(OSError):
        control.sendall(json.dumps(asdict(end)).encode() + b"\n")


def _fork_keeper(fds: list[int]) -> int:
    keeper = os.fork()
    if keeper == 0:
        try:
            _keep(socket.socket(fileno=fds[0]), fds[1], fds[2] if len(fds) > 2 else None)
        finally:
            os._exit(0)
    for fd in fds:
        os.close(fd)
    return keeper


def _tidy(keepers: set[int]) -> None:
    """Forget keepers that are over, and end what a keeper that was killed has left to us."""
    with suppress(ChildProcessError):
        while ended := os.waitpid(-1, os.WNOHANG)[0]:
            keepers.discard(ended)
    for stray in set(_children(os.getpid())) - keepers:
        _kill_below(stray)
        with suppress(OSError):
            os.kill(stray, signal.SIGKILL)


def _serve(main: socket.socket) -> None:
    keepers: set[int] = set()
    while True:
        ready, _, _ = select.select([main], [], [], _TIDY_S if keepers else None)
        _tidy(keepers)
        if not ready:
            continue
        message, fds, _, _ = socket.recv_fds(main, 1, _HELD, socket.MSG_CMSG_CLOEXEC)
        if not message:
            return
        keepers.add(_fork_keeper(fds))


def _main(number: int) -> None:
    os.set_inheritable(number, False)
    _prctl(_SUBREAPER, 1)
    # An interrupt from the terminal is for the program above us, which then hangs up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _serve(socket.socket(fileno=number))


if __name__ == "__main__":
    _main(int(sys.argv[1]))
