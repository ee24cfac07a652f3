"""Verilator's runtime, compiled once: a library and a precompiled header in the user's cache.

Without them every build compiles the runtime anew, which takes some twenty CPU seconds; with them
a small design takes one. The library is compiled without VL_TIME_CONTEXT, as cocotb wants it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gatewright.core import ToolCrashed
from gatewright.sandbox.isolation import Command, Isolation, Limits, Mount, scratch
from gatewright.sandbox.isolation.programs import PATH
from gatewright.sandbox.tools.verilator import Verilator, installed

LIBRARY, HEADER = "libverilated.a", "gw_verilated.h"
# What most programs need. Reading a larger header costs each build more than the few that need the
# rest (_random above all) gain by it.
_HEADERS = ("", "_timing", "_dpi", "_vpi")
# Two processes compile; the second gets what takes as long as all the rest.
_FIRST = ("verilated", "verilated_random", "verilated_timing", "verilated_threads")
_SECOND = (
    "verilated_vpi",
    "verilated_vcd_c",
    "verilated_cov",
    "verilated_covergroup",
    "verilated_dpi",
    "verilated_probdist",
)
_FLAGS = ("-std=c++20", "-DVERILATOR=1", "-DVM_SC=0", "-DVM_TIMING=1", "-fcf-protection=none", "-w")
_OPTIMISED = "-O1"  # of the header too: it serves only what is compiled at its own level
_BUILD = Limits(
    cpu_s=600,
    wall_s=1800,
    memory_mb=3072,
    address_space_mb=None,
    file_mb=512,
    disk_mb=1024,
    files=1024,
)


@dataclass(frozen=True, slots=True)
class Runtime:
    """A runtime that is there: its folder, and how to compile and link against it."""

    folder: Path
    verilator: Verilator

    @property
    def mounts(self) -> tuple[Mount, ...]:
        """What a build needs to see."""
        return (*self.verilator.mounts, Mount(self.folder))

    def compile(self, source: str, output: str, *more: str) -> list[str]:
        """The command line that compiles one C++ source, which the header need not be named in."""
        line = [self.verilator.compiler, *_FLAGS, _OPTIMISED, *_includes(self.verilator), *more]
        return [*line, f"-I{self.folder}", "-include", HEADER, "-c", source, "-o", output]

    def link(self, objects: str, output: str, *more: str) -> list[str]:
        """The command line that links a program."""
        library = str(self.folder / LIBRARY)
        linker = ["-fuse-ld=gold"] if shutil.which("ld.gold", path=PATH) else []
        line = [self.verilator.compiler, *linker, objects, library, *more]
        return [*line, "-pthread", "-o", output]


def open_runtime(
    verilator: Verilator,
    isolation: Isolation,
    announce: Callable[[str], None] = lambda _: None,
    cache: Path | None = None,
) -> Runtime:
    """The runtime for this Verilator and compiler, built (confined) where it is not there yet.

    Of several processes at once one builds and the others wait. `announce` is told before a build.
    Raises ToolCrashed where it cannot be compiled, SandboxUnavailable where C++ may not run.
    """
    place = (cache or _cache()) / _key(verilator)
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        with _locked(place.parent / "lock"):
            if not place.is_dir():
                announce("compiling Verilator's runtime, once for this compiler (20 to 60 seconds)")
                _build(verilator, isolation, place)
    return Runtime(place, verilator)


def _cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("gatewright", appauthor=False) / "verilator"


def _key(verilator: Verilator) -> str:
    text = "\n".join((installed(), _header(), _OPTIMISED, *_FLAGS, *_FIRST, *_SECOND))
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{verilator.version}-gcc-{verilator.compiler_version}-{digest}"


def _header() -> str:
    return "".join(f'#include "verilated{part}.h"\n' for part in _HEADERS)


def _includes(verilator: Verilator) -> list[str]:
    return [f"-I{verilator.include}", f"-I{verilator.include / 'vltstd'}"]


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Until the lock is ours; the kernel frees it however its owner ends."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(verilator: Verilator, isolation: Isolation, place: Path) -> None:
    with scratch("runtime") as folder:
        (folder / HEADER).write_text(_header())
        command = Command(
            ["/bin/sh", "-c", _script(verilator)],
            folder,
            verilator.mounts,
            verilator.environment,
            trusted=False,
        )
        finished = isolation.run(command, _BUILD)
        if not finished.ok:
            raise ToolCrashed(
                f"Verilator's runtime cannot be compiled ({finished.ending})",
                where=verilator.compiler,
                hint=finished.output.strip()[-400:],
            )
        _keep(folder, place)


def _script(verilator: Verilator) -> str:
    def compiled(name: str) -> str:
        source = str(verilator.include / f"{name}.cpp")
        return _line(verilator, "-c", source, "-o", f"{name}.o")

    header = _line(verilator, "-x", "c++-header", HEADER, "-o", f"{HEADER}.gch")
    first = [header, *map(compiled, _FIRST)]
    archive = shlex.join(["ar", "rcs", LIBRARY, *(f"{n}.o" for n in (*_FIRST, *_SECOND))])
    return (
        f"({' && '.join(map(compiled, _SECOND))}) & second=$!\n"
        f"{' && '.join(first)} || exit 1\nwait $second || exit 1\nexec {archive}\n"
    )


def _line(verilator: Verilator, *rest: str) -> str:
    return shlex.join([verilator.compiler, *_FLAGS, _OPTIMISED, *_includes(verilator), *rest])


def _keep(folder: Path, place: Path) -> None:
    """Into the cache under its final name, so that nobody ever sees a part of it."""
    unborn = Path(tempfile.mkdtemp(prefix="new-", dir=place.parent))
    try:
        for name in (LIBRARY, HEADER, f"{HEADER}.gch"):
            shutil.copyfile(folder / name, unborn / name)
        unborn.chmod(0o755)
        os.rename(unborn, place)  # noqa: PTH104
    except OSError as error:
        shutil.rmtree(unborn, ignore_errors=True)
        raise ToolCrashed(f"the cache cannot be written: {error}", where=str(place)) from error
