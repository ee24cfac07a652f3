"""Level container: docker or podman, for those who ask for it.

The image must hold the tools. The container has no network, no capabilities, a read-only root,
and sees the work folder and the mounts at the paths they have outside. The engine itself holds
memory and number of processes within bounds.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from gatewright.core import SandboxUnavailable
from gatewright.sandbox.isolation import programs, shell
from gatewright.sandbox.isolation.base import Command, Finished, Level, Limits
from gatewright.sandbox.isolation.pipes import Descriptors
from gatewright.sandbox.isolation.scratch import scratch
from gatewright.sandbox.isolation.supervise import CHANNEL, Exit, supervise

IMAGE_VARIABLE = "GATEWRIGHT_CONTAINER_IMAGE"
_ENGINES = ("docker", "podman")
_INSIDE = "/gatewright"
_HINT = "start the docker daemon or install podman, and build an image that holds the tools"
_ASK_S = 10.0
_HELPERS = 2  # the init process and the shell


@dataclass(frozen=True, slots=True)
class Engine:
    """A program that runs containers, and the image to run."""

    program: str
    image: str


def engine() -> Engine:
    """The first engine that has the image. Raises SandboxUnavailable."""
    image = os.environ.get(IMAGE_VARIABLE, "")
    if not image:
        raise SandboxUnavailable(
            "no image is named", hint=f"set {IMAGE_VARIABLE} to an image that holds the tools"
        )
    for name in _ENGINES:
        program = shutil.which(name)
        if program is not None and _has(program, image):
            return Engine(program, image)
    raise SandboxUnavailable(f"neither {' nor '.join(_ENGINES)} offers {image}", hint=_HINT)


def _has(program: str, image: str) -> bool:
    try:
        asked = subprocess.run(
            [program, "image", "inspect", image], capture_output=True, timeout=_ASK_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def arguments(engine: Engine, name: str, command: Command, limits: Limits) -> list[str]:
    """The engine's command line up to the image, but for the pipes."""
    folder = str(command.folder.resolve())
    found = [
        *(engine.program, "run", "--rm", "--init", "--name", name, "--pull", "never"),
        *("--network", "none", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
        *("--read-only", "--tmpfs", f"/tmp:size={limits.disk_mb}m,mode=1777"),
        *("--user", f"{os.getuid()}:{os.getgid()}", "--log-driver", "none"),
        *("--memory", f"{limits.memory_mb}m", "--memory-swap", f"{limits.memory_mb}m"),
        *("--pids-limit", str(limits.processes + _HELPERS), "--shm-size", "16m"),
        *("--volume", f"{folder}:{folder}:rw", "--workdir", folder),
    ]
    for mount in command.mounts:
        if mount.device:
            found += ["--device", f"{mount.path}:{mount.inside}"]
            continue
        found += ["--volume", f"{mount.path}:{mount.inside}:{'rw' if mount.writable else 'ro'}"]
    for variable, value in programs.environment(command, Path(folder)).items():
        found += ["--env", f"{variable}={value}"]
    return found


@dataclass(slots=True)
class _Run:
    """One container under way; `process` is the engine's client."""

    engine: Engine
    name: str
    process: subprocess.Popen[bytes]
    done: int
    report: int

    def pids(self, most: int) -> list[int]:
        """None: the processes are the engine's, which holds their memory and number itself."""
        return []

    def kill(self) -> None:
        """Have the engine kill the container; its client then ends."""
        subprocess.run([self.engine.program, "kill", self.name], capture_output=True, check=False)

    def reap(self) -> Exit:
        """Collect the client's end and the shell's report."""
        code = self.process.wait()
        said = shell.report(self.report)
        return Exit(code if code >= 0 else 128 - code, said.cpu_s, said.started)


class Container:
    """Runs each command in a fresh container."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def level(self) -> Level:
        """Level container."""
        return Level.CONTAINER

    def run(self, command: Command, limits: Limits) -> Finished:
        """Run confined; see `Isolation.run`."""
        start = time.monotonic()
        programs.check(command)
        name = f"gatewright-{os.getpid()}-{secrets.token_hex(6)}"
        argv = arguments(self._engine, name, command, limits)
        with scratch("container") as place, Descriptors() as fds:
            output, output_end = fds.pipe()
            report = _fifo(place / "report", fds)
            channel = None
            if command.channel:
                channel = _fifo(place / "channel", fds)
                argv += ["--env", f"{CHANNEL}={shell.CHANNEL_FD}"]
            argv += ["--volume", f"{place}:{_INSIDE}:rw", self._engine.image]
            fifos = shell.Fifos(
                f"{_INSIDE}/report", f"{_INSIDE}/channel" if command.channel else None
            )
            process = subprocess.Popen(
                [*argv, *shell.wrapped(list(command.argv), limits, fifos)],
                stdin=subprocess.DEVNULL,
                stdout=output_end,
                stderr=output_end,
                start_new_session=True,
            )
            fds.close(output_end)
            done = fds.keep(os.pidfd_open(process.pid))
            run = _Run(self._engine, name, process, done, report)
            return supervise(run, command, limits, output, channel, start)


def _fifo(path: Path, fds: Descriptors) -> int:
    """A new named pipe's reading end. We hold a writing end too, so that it never seems ended."""
    os.mkfifo(path, 0o600)
    reading = fds.keep(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
    fds.keep(os.open(path, os.O_WRONLY))
    return reading
