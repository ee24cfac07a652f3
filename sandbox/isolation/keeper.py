"""Levels landlock and rlimits: commands started, and cleaned up after, by the warden."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from gatewright.core import SandboxUnavailable
from gatewright.sandbox.isolation import programs, seccomp, tree, warden
from gatewright.sandbox.isolation.base import Command, Finished, Level, Limits
from gatewright.sandbox.isolation.bounds import bounds
from gatewright.sandbox.isolation.pipes import Descriptors
from gatewright.sandbox.isolation.supervise import CHANNEL, Exit, supervise

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
# What programs ask to learn the machine's size.
_MACHINE = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu")
_START_S = 30.0
_KILLED = 137
_SIGNALS_CONFINED_ABI = 6


@dataclass(slots=True)
class _Run:
    """One command under a keeper. `control` is our end of the keeper's socket."""

    control: socket.socket
    keeper: int

    @property
    def done(self) -> int:
        """Readable once the keeper has said its goodbye, or is gone."""
        return self.control.fileno()

    def pids(self, most: int) -> list[int]:
        """Everything below the keeper."""
        return tree.descendants(self.keeper, most)

    def kill(self) -> None:
        """Hang up, which makes the keeper kill everything."""
        with contextlib.suppress(OSError):
            self.control.shutdown(socket.SHUT_WR)

    def reap(self) -> Exit:
        """Read the goodbye."""
        line = _line(self.control)
        if not line:
            return Exit(_KILLED, 0.0, started=True)
        end = warden.Goodbye(**json.loads(line))
        return Exit(end.status, end.cpu_s, started=True)


class Keeper:
    """Runs commands through the warden. Level landlock, or rlimits with what else there is."""

    def __init__(self, level: Level, *, unsafe: bool = False) -> None:
        self._level = level
        self._unsafe = unsafe
        self._warden = _Warden()
        self._filter = _filter(level)

    @property
    def level(self) -> Level:
        """Level landlock or rlimits."""
        return self._level

    def run(self, command: Command, limits: Limits) -> Finished:
        """Run confined; see `Isolation.run`."""
        start = time.monotonic()
        programs.check(command)
        self._refuse_untrusted(command)
        self._refuse_moved(command)
        folder = command.folder.resolve()
        request = self._request(command, folder, limits)
        with Descriptors() as fds:
            output, output_end = fds.pipe()
            given = [output_end]
            channel = None
            if command.channel:
                channel, channel_end = fds.pipe()
                given.append(channel_end)
            with contextlib.closing(self._warden.ask(given)) as control:
                fds.close(*given)
                run = _Run(control, _started(control, request))
                return supervise(run, command, limits, output, channel, start)

    def _refuse_untrusted(self, command: Command) -> None:
        if self._level is Level.RLIMITS and not command.trusted and not self._unsafe:
            raise SandboxUnavailable(
                f"{command.argv[0]} would run code of unknown origin, and isolation level rlimits "
                "cannot keep it from reading and writing your files",
                hint="install bubblewrap, or pass --unsafe if you trust the code",
            )

    def _refuse_moved(self, command: Command) -> None:
        moved = [mount.inside for mount in command.mounts if mount.inside != mount.path]
        if moved:
            places = ", ".join(map(str, moved))
            raise SandboxUnavailable(
                f"{command.argv[0]} needs {places}, and isolation level {self._level} has no file "
                "system of its own to show them in",
                hint="install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap)",
            )

    def _request(self, command: Command, folder: Path, limits: Limits) -> warden.Request:
        environment = programs.environment(command, folder)
        if command.channel:
            environment[CHANNEL] = str(warden.CHANNEL_FD)
        readable = [*programs.system_paths(), *_MACHINE, *(str(m.path) for m in command.mounts)]
        writable = [str(m.path) for m in command.mounts if m.writable or m.device]
        return warden.Request(
            program=programs.locate(command, environment, folder),
            argv=list(command.argv),
            environment=environment,
            folder=str(folder),
            bounds=bounds(limits, own_namespace=False),
            filter_hex=self._filter,
            readable=readable if self._level is Level.LANDLOCK else None,
            writable=[str(folder), *_DEVICES, *writable],
        )


def _filter(level: Level) -> str:
    if not seccomp.supported():
        return ""
    confined = level is Level.LANDLOCK and warden.landlock_abi() >= _SIGNALS_CONFINED_ABI
    return seccomp.program(namespaces=False, signal_only=None if confined else warden.SELF).hex()


def _started(control: socket.socket, request: warden.Request) -> int:
    """Hand the request over; the keeper's process number once the command runs."""
    control.settimeout(_START_S)
    try:
        control.sendall(request.line())
        line = _line(control)
    except OSError as error:
        raise SandboxUnavailable(f"the command was not started: {error}") from error
    finally:
        control.settimeout(None)
    if not line:
        raise SandboxUnavailable("the process that starts confined commands died; try again")
    hello = warden.Hello(**json.loads(line))
    if hello.error:
        raise SandboxUnavailable(f"{request.program} was not started: {hello.error}")
    return hello.keeper


def _line(control: socket.socket) -> bytes:
    """One line. Byte by byte, so that none of the next one is swallowed."""
    found = bytearray()
    while not found.endswith(b"\n"):
        byte = control.recv(1)
        if not byte:
            return b""
        found += byte
    return bytes(found)


class _Warden:
    """The warden process, started when first needed and again when it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, fds: list[int]) -> socket.socket:
        """Have a keeper made that holds `fds`; our end of its control socket."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            for _ in range(2):
                try:
                    socket.send_fds(self._connection(), [b"r"], [theirs.fileno(), *fds])
                except OSError:
                    self._stop()
                else:
                    return ours
        ours.close()
        raise SandboxUnavailable("the process that starts confined commands keeps dying")

    def _connection(self) -> socket.socket:
        if self._socket is None:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                number = str(theirs.fileno())
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", warden.__file__, number],
                    stdin=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env={},
                    start_new_session=True,
                )
            self._socket = ours
        return self._socket

    def _stop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            self._process.wait()
            self._process = None

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self._stop()
