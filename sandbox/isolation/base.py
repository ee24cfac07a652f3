"""The seam between tools and however a process is confined."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class Level(StrEnum):
    """How well a process is confined, best first (container is opt-in)."""

    CONTAINER = "container"
    BWRAP = "bwrap"
    LANDLOCK = "landlock"
    RLIMITS = "rlimits"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. CPU seconds decide; wall seconds only catch what sleeps.

    `memory_mb` bounds the whole process tree's resident memory; `address_space_mb` bounds each
    process's virtual memory (None = unbounded, which JVMs, torch and cocotb need).
    """

    cpu_s: float = 30.0
    wall_s: float = 120.0
    memory_mb: int = 2048
    address_space_mb: int | None = 3072
    file_mb: int = 64
    disk_mb: int = 128
    files: int = 256
    processes: int = 64
    output_kb: int = 1024


@dataclass(frozen=True, slots=True)
class Mount:
    """A host folder or file shown inside at the same path, read-only unless `writable`.

    `device` shows a device file (a GPU's) as one, which the run may read and write.

    `target` shows it at another full path, which only levels with a file system of their own can
    (container, bwrap): the others raise SandboxUnavailable.
    """

    path: Path
    writable: bool = False
    target: Path | None = None
    device: bool = False

    @property
    def inside(self) -> Path:
        """The path inside."""
        return self.target or self.path


class Ending(StrEnum):
    """How a run ended: by itself, or which limit ended it."""

    EXITED = "exited"
    SIGNAL = "signal"
    CPU = "cpu"
    WALL = "wall"
    MEMORY = "memory"
    DISK = "disk"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that is over: nothing of it is left alive.

    `returncode` is the exit status, or minus the signal's number. `output` is stdout and stderr
    together, capped; `channel` is what was written to the verdict pipe, where one was asked for.
    """

    ending: Ending
    returncode: int
    output: str
    cpu_s: float
    wall_s: float
    peak_mb: float = 0.0
    channel: bytes = b""

    @property
    def ok(self) -> bool:
        """The process ended by itself with status 0."""
        return self.ending is Ending.EXITED and self.returncode == 0


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, in which folder (the only writable place, and the process's home).

    `environment` is the whole environment besides PATH, HOME, LANG and TMPDIR.
    `trusted` marks a run in which no candidate code executes by design of the language (Verilog
    in Icarus); level `rlimits` refuses the others (Python, C++, Scala) unless told `unsafe`.
    `channel` asks for a pipe whose writing end is open in the child as the descriptor number that
    the environment variable GATEWRIGHT_CHANNEL names.
    `stop`, once it is set, ends the run by an exception (see `stopping.Stoppable`).
    """

    argv: Sequence[str]
    folder: Path
    mounts: Sequence[Mount] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    trusted: bool = True
    channel: bool = False
    stop: threading.Event | None = None


class Isolation(Protocol):
    """Runs a command confined. Safe to call from several threads at once."""

    @property
    def level(self) -> Level:
        """Which level this is."""
        ...

    def run(self, command: Command, limits: Limits) -> Finished:
        """Run to the end or to a limit, then kill the whole tree.

        Raises ToolMissing if the program does not exist, SandboxUnavailable if the process could
        not be confined as promised.
        """
        ...
