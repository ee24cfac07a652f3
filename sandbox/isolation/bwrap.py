"""Level bwrap: bubblewrap's namespaces, plus our system-call filter and limits.

A shell is process 1 of the run's own process namespace. It sets the limits, starts the command
and outlives it by a moment; when it ends the kernel kills whatever is left in the namespace and
adds its CPU time to the shell's, so `wait4` on bubblewrap gives the whole tree's.
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gatewright.sandbox.isolation import programs, seccomp, shell, tree
from gatewright.sandbox.isolation.base import Command, Finished, Level, Limits
from gatewright.sandbox.isolation.pipes import Descriptors
from gatewright.sandbox.isolation.supervise import CHANNEL, Exit, supervise

_NAMESPACES = (
    "--die-with-parent",
    "--as-pid-1",
    "--new-session",
    "--unshare-user",
    "--unshare-pid",
    "--unshare-net",
    "--unshare-ipc",
    "--unshare-uts",
    "--unshare-cgroup",
    "--uid",
    "65534",
    "--gid",
    "65534",
    "--cap-drop",
    "ALL",
    "--clearenv",
)
# Every mount costs 0.1 ms, so what can be a link is one.
_DEVICES = ("null", "zero", "urandom")
_DEVICE_LINKS = (
    ("urandom", "/dev/random"),
    ("/proc/self/fd", "/dev/fd"),
    ("fd/0", "/dev/stdin"),
    ("fd/1", "/dev/stdout"),
    ("fd/2", "/dev/stderr"),
)
_DEV_BYTES = 16 << 20


@cache
def _system() -> tuple[str, ...]:
    """Arguments that show the system read-only."""
    arguments: list[str] = []
    for path in programs.system_paths():
        if os.path.islink(path):  # noqa: PTH114
            arguments += ["--symlink", os.readlink(path), path]  # noqa: PTH115
        else:
            arguments += ["--ro-bind", path, path]
    # To /proc/sys a run that root started is still root, and bubblewrap leaves that writable.
    arguments += ["--proc", "/proc", "--remount-ro", "/proc"]
    # bubblewrap's own --dev would be a tmpfs of half the machine's memory.
    arguments += ["--size", str(_DEV_BYTES), "--perms", "0755", "--tmpfs", "/dev"]
    for name in _DEVICES:
        arguments += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for target, link in _DEVICE_LINKS:
        arguments += ["--symlink", target, link]
    return (*arguments, "--dir", "/dev/shm")


def _arguments(
    command: Command, folder: Path, environment: Mapping[str, str], limits: Limits
) -> list[str]:
    """bubblewrap's arguments up to the program: what is visible, and the environment."""
    found = [*_NAMESPACES, *_system()]
    found += ["--size", str(limits.disk_mb << 20), "--perms", "1777", "--tmpfs", "/tmp"]
    for mount in command.mounts:
        kind = "--bind" if mount.writable else "--ro-bind"
        kind = "--dev-bind" if mount.device else kind
        found += [kind, str(mount.path), str(mount.inside)]
    found += ["--bind", str(folder), str(folder), "--chdir", str(folder), "--remount-ro", "/"]
    for name, value in environment.items():
        found += ["--setenv", name, value]
    return found


def _device_modes() -> dict[Path, int]:
    paths = [Path("/dev") / name for name in _DEVICES]
    return {path: stat.S_IMODE(path.stat().st_mode) for path in paths}


@dataclass(slots=True)
class _Run:
    """One bubblewrap process under way."""

    process: subprocess.Popen[bytes]
    done: int
    report: int

    def pids(self, most: int) -> list[int]:
        """Everything below bubblewrap."""
        return tree.descendants(self.process.pid, most)

    def kill(self) -> None:
        """Kill process 1 of the namespace and its process group, which is the whole run.

        Killing bubblewrap itself would end the namespace too, but then nobody would wait for the
        tree; killing process 1 alone can take seconds while others keep the kernel busy.
        """
        for pid in tree.children(self.process.pid):
            self._kill_child(pid)

    def _kill_child(self, pid: int) -> None:
        with contextlib.suppress(OSError):
            handle = os.pidfd_open(pid)
            try:
                # Between reading the number and opening it, it may have become another's.
                if pid in tree.children(self.process.pid):
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(pid, signal.SIGKILL)
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
            finally:
                os.close(handle)

    def reap(self) -> Exit:
        """Collect bubblewrap's end and the CPU time of everything below it."""
        _, status, used = os.wait4(self.process.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        self.process.returncode = code
        status = code if code >= 0 else 128 - code
        cpu_s = used.ru_utime + used.ru_stime
        return Exit(status, cpu_s, shell.report(self.report).started)


class Bubblewrap:
    """Runs commands under bubblewrap. `program` is its path."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._filter = os.memfd_create("gatewright-filter")
        weakref.finalize(self, os.close, self._filter)
        os.write(self._filter, seccomp.program(namespaces=True))
        self._modes = _device_modes()

    @property
    def level(self) -> Level:
        """Level bwrap."""
        return Level.BWRAP

    def run(self, command: Command, limits: Limits) -> Finished:
        """Run confined; see `Isolation.run`."""
        start = time.monotonic()
        programs.check(command)
        folder = command.folder.resolve()
        environment = programs.environment(command, folder)
        program = programs.locate(command, environment, folder)
        with Descriptors() as fds:
            output, output_end = fds.pipe()
            report, report_end = fds.pipe()
            # A fresh opening has an offset of its own, which bubblewrap reads to the end.
            rules = fds.keep(os.open(f"/proc/self/fd/{self._filter}", os.O_RDONLY))
            passed = [rules]
            channel = None
            if command.channel:
                channel, channel_end = fds.pipe()
                passed.append(channel_end)
                environment[CHANNEL] = str(channel_end)
            argv = [
                self._program,
                *_arguments(command, folder, environment, limits),
                *("--seccomp", str(rules), "--"),
                *shell.wrapped([program, *command.argv[1:]], limits),
            ]
            process = subprocess.Popen(
                argv,
                stdin=report_end,
                stdout=output_end,
                stderr=output_end,
                pass_fds=passed,
                env={},
                start_new_session=True,
            )
            fds.close(output_end, report_end, *passed)
            run = _Run(process, fds.keep(os.pidfd_open(process.pid)), report)
            try:
                return supervise(run, command, limits, output, channel, start)
            finally:
                if not command.trusted:
                    self._mend_devices()

    def _mend_devices(self) -> None:
        # A run that root started owns the device files, and so can change their modes.
        if os.getuid() == 0:
            for path, mode in _device_modes().items():
                if mode != self._modes[path]:
                    path.chmod(self._modes[path])
