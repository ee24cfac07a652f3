"""Watches one run to its end: collects what it says, and ends it at the first limit it breaks."""

from __future__ import annotations

import os
import select
import signal
import time
from dataclasses import dataclass, field
from typing import Protocol

from gatewright.core import SandboxUnavailable
from gatewright.core.stopping import Stopped
from gatewright.sandbox.isolation import tree
from gatewright.sandbox.isolation.base import Command, Ending, Finished, Limits

CHANNEL = "GATEWRIGHT_CHANNEL"
CHANNEL_BYTES = 1 << 20
_FIRST_TICK_S = {True: 0.05, False: 0.01}  # by whether the command is trusted not to multiply
_LONGEST_TICK_S = 0.1
_TICKS_PER_DISK_LOOK = 3
_NEAR = 0.9
_SHELL = 1  # under bwrap the run includes the shell that set its limits
_MB = 1 << 20
_SIGNAL_BASE = 128
_RETRY_MS = 100
_ENDING_BY_SIGNAL = {signal.SIGXCPU: Ending.CPU, signal.SIGXFSZ: Ending.DISK}


@dataclass(frozen=True, slots=True)
class Exit:
    """How a run ended: shell-style status (128 + signal), CPU seconds of the whole tree.

    `started` is False if the sandbox around the command was never set up.
    """

    status: int
    cpu_s: float
    started: bool


class Launch(Protocol):
    """A run under way, as a level started it."""

    @property
    def done(self) -> int:
        """A descriptor that turns readable when the whole tree is gone."""
        ...

    def pids(self, most: int) -> list[int]:
        """The processes of the run now, not many more than `most`."""
        ...

    def kill(self) -> None:
        """Kill the whole tree; returns before it is gone."""
        ...

    def reap(self) -> Exit:
        """After `done`: collect the end."""
        ...


@dataclass(slots=True)
class _Pipe:
    """What came through one pipe, up to its cap."""

    fd: int
    cap: int
    data: bytearray = field(default_factory=bytearray)

    @property
    def full(self) -> bool:
        return len(self.data) > self.cap

    def read(self) -> bool:
        """Take what is there; False at the end of the stream."""
        try:
            chunk = os.read(self.fd, 1 << 16)
        except BlockingIOError:
            return True
        self.data += chunk
        return bool(chunk)

    def drain(self) -> None:
        while not self.full:
            before = len(self.data)
            if not self.read() or len(self.data) == before:
                return

    def taken(self) -> bytes:
        return bytes(self.data[: self.cap])


@dataclass(slots=True)
class _Watch:
    """The limits that only looking from outside can hold."""

    launch: Launch
    command: Command
    limits: Limits
    ticks: int = 0
    peak: int = 0
    cpu_s: float = 0.0

    def look(self) -> Ending | None:
        self.ticks += 1
        most = self.limits.processes + _SHELL
        pids = self.launch.pids(most)
        if len(pids) > most:
            return Ending.MEMORY
        now = tree.usage(pids)
        self.cpu_s = max(self.cpu_s, now.cpu_s)
        if now.cpu_s > self.limits.cpu_s:
            return Ending.CPU
        resident = now.resident
        # Summing counts shared pages again for each process, so ask precisely when it matters.
        if resident > _NEAR * self.limits.memory_mb * _MB and now.processes > 1:
            resident = tree.proportional(pids) or resident
        self.peak = max(self.peak, resident)
        if resident > self.limits.memory_mb * _MB:
            return Ending.MEMORY
        looks_at_disk = self.ticks % _TICKS_PER_DISK_LOOK == 0
        if looks_at_disk and tree.disk_exceeds(self.command.folder, self.limits.disk_mb * _MB):
            return Ending.DISK
        return None


def supervise(
    launch: Launch,
    command: Command,
    limits: Limits,
    output: int,
    channel: int | None,
    start: float,
) -> Finished:
    """Run `launch`, begun at `start` on the monotonic clock, to its end.

    `output` and `channel` are reading ends; they stay open. Raises Stopped where the
    command's `stop` is set; nothing is left alive then, either.
    """
    pipes = [_Pipe(output, limits.output_kb * 1024)]
    if channel is not None:
        pipes.append(_Pipe(channel, CHANNEL_BYTES))
    watch = _Watch(launch, command, limits)
    try:
        broken = _follow(launch, pipes, watch, start)
    except BaseException:
        _stop(launch)
        launch.reap()
        raise
    if broken is not None:
        _stop(launch)
    end = launch.reap()
    for pipe in pipes:
        pipe.drain()
    if not end.started:
        raise SandboxUnavailable(
            f"the program was not started: {_said(pipes[0])}",
            where="sandbox",
            hint="`gatewright doctor` shows what this machine offers",
        )
    if broken is None and any(pipe.full for pipe in pipes):
        broken = Ending.OUTPUT
    ending, returncode = _ending(broken, end.status)
    return Finished(
        ending=ending,
        returncode=returncode,
        output=pipes[0].taken().decode("utf-8", "replace"),
        cpu_s=max(end.cpu_s, watch.cpu_s),
        wall_s=time.monotonic() - start,
        peak_mb=watch.peak / _MB,
        channel=pipes[1].taken() if channel is not None else b"",
    )


def _follow(launch: Launch, pipes: list[_Pipe], watch: _Watch, start: float) -> Ending | None:
    """Wait for the end; return the limit that was broken, if one was."""
    poll = select.poll()
    poll.register(launch.done, select.POLLIN)
    by_fd = {pipe.fd: pipe for pipe in pipes}
    for fd in by_fd:
        os.set_blocking(fd, False)
        poll.register(fd, select.POLLIN)
    deadline = start + watch.limits.wall_s
    first = _FIRST_TICK_S[watch.command.trusted]
    tick = start + first
    while True:
        pause = max(0.0, min(tick, deadline) - time.monotonic())
        # Round up: a timeout of 0 ms would spin until the tick is due.
        ready = [fd for fd, _ in poll.poll(int(pause * 1000) + 1)]
        for fd in ready:
            if fd in by_fd and not by_fd[fd].read():
                poll.unregister(fd)
        if any(pipe.full for pipe in pipes):
            return Ending.OUTPUT
        if launch.done in ready:
            return None
        if watch.command.stop is not None and watch.command.stop.is_set():
            raise Stopped
        now = time.monotonic()
        if now >= deadline:
            return Ending.WALL
        if now >= tick:
            broken = watch.look()
            if broken is not None:
                return broken
            tick = now + min(_LONGEST_TICK_S, max(first, (now - start) / 8))


def _stop(launch: Launch) -> None:
    """Kill until it is gone: the first blow may fall before the tree has got its root."""
    poll = select.poll()
    poll.register(launch.done, select.POLLIN)
    while True:
        launch.kill()
        if poll.poll(_RETRY_MS):
            return


def _said(pipe: _Pipe) -> str:
    return pipe.taken().decode("utf-8", "replace").strip()[:500]


def _ending(broken: Ending | None, status: int) -> tuple[Ending, int]:
    number = status - _SIGNAL_BASE
    if broken is not None:
        return broken, -signal.SIGKILL
    if number <= 0 or number > signal.NSIG:
        return Ending.EXITED, status
    return _ENDING_BY_SIGNAL.get(signal.Signals(number), Ending.SIGNAL), -number
