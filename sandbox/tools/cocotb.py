"""Starts cocotb tests on a compiled simulation directly, without cocotb's runner.

Facts used (cocotb 2.1): the VPI library loads `GPI_USERS`, which embeds Python through libpython
and calls the entry points of `PYGPI_USERS`, one after another.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gatewright.core import ToolMissing
from gatewright.sandbox.isolation import Command, Mount
from gatewright.sandbox.tools.python import python_mounts

_ENTRIES = ("cocotb.logging:_configure", "cocotb._init:init_package_from_simulation")


@dataclass(frozen=True, slots=True)
class Cocotb:
    """Where the installed cocotb keeps what a simulator needs; `mounts` must be visible inside.

    `library` is what Icarus loads.
    """

    library: Path
    gpi_users: str
    python: Path
    mounts: tuple[Mount, ...]
    version: str


@cache
def find_cocotb() -> Cocotb:
    """The cocotb beside this interpreter.

    Raises ToolMissing, with the command that helps, where cocotb, its Icarus library or a shared
    libpython is not there.
    """
    if importlib.util.find_spec("cocotb_tools") is None:
        raise ToolMissing("cocotb is not installed", hint="pip install 'cocotb>=2.1,<3'")
    from cocotb_tools import config

    library = Path(config.lib_name_path("vpi", "icarus"))
    if not library.exists():
        raise ToolMissing(
            "cocotb has no library for Icarus Verilog",
            where=str(library),
            hint="pip install --force-reinstall 'cocotb>=2.1,<3'",
        )
    libpython = _libpython()
    folders = (libpython.parent, library.parent, config.base_cocotb_dir, config.base_tools_dir)
    return Cocotb(
        library=library,
        gpi_users=f"{libpython};{config.pygpi_entry_point()}",
        python=Path(sys.executable),
        mounts=python_mounts(*map(Path, folders)),
        version=importlib.metadata.version("cocotb"),
    )


@dataclass(frozen=True, slots=True)
class VerilatorParts:
    """What a program that Verilator builds takes of cocotb: the library, the C++ with `main`."""

    library: Path
    main: Path


@cache
def verilator_parts() -> VerilatorParts:
    """Those of the installed cocotb. Raises ToolMissing where it has none."""
    find_cocotb()
    from cocotb_tools import config

    library = Path(config.lib_name_path("vpi", "verilator"))
    main = Path(config.share_dir) / "lib" / "verilator" / "verilator.cpp"
    for part in (library, main):
        if not part.is_file():
            raise ToolMissing(
                "cocotb has no part for Verilator",
                where=str(part),
                hint="pip install --force-reinstall 'cocotb>=2.1,<3'",
            )
    return VerilatorParts(library, main)


def icarus_program(image: str) -> tuple[str, ...]:
    """The command line that simulates an image that Icarus compiled."""
    return ("vvp", "-n", "-m", str(find_cocotb().library), image)


def _libpython() -> Path:
    """The shared library of this interpreter; Debian's and Ubuntu's Python come without one."""
    import find_libpython

    found = find_libpython.find_libpython()
    if found is None:
        package = f"libpython{sys.version_info.major}.{sys.version_info.minor}"
        raise ToolMissing(
            "cocotb needs Python as a shared library, and this Python has none",
            where=sys.executable,
            hint=f"Debian, Ubuntu: apt-get install {package}",
        )
    return Path(found)


def run_tests(
    program: Sequence[str],
    folder: Path,
    top: str,
    modules: Sequence[str],
    *,
    entry: str,
    design: str,
    inputs: Sequence[tuple[str, str]],
    seed: int,
    quiet: bool = False,
) -> Command:
    """The command that runs test modules of `folder` in the simulation that `program` starts there.

    `entry` is the `module:function` that runs the regression in place of cocotb's own. It finds
    the instance under test, `design`, in the module `top`, and for each of its `inputs` the
    variable of `top` that drives it. `quiet` drops what is printed.
    """
    cocotb = find_cocotb()
    environment = {
        "GPI_USERS": cocotb.gpi_users,
        "PYGPI_USERS": ",".join((*_ENTRIES, entry)),
        "PYGPI_PYTHON_BIN": str(cocotb.python),
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "COCOTB_TEST_MODULES": ",".join(modules),
        "COCOTB_TOPLEVEL": top,
        "GATEWRIGHT_DESIGN": design,
        "GATEWRIGHT_INPUTS": ",".join(f"{port}={name}" for port, name in inputs),
        "TOPLEVEL_LANG": "verilog",
        "COCOTB_RANDOM_SEED": str(seed),
        "COCOTB_ANSI_OUTPUT": "0",
        # The tests' assertions are watched by our own loader, at a fraction of pytest's cost.
        "COCOTB_REWRITE_ASSERTION_FILES": "",
    }
    argv = tuple(program)
    if quiet:
        argv = ("/bin/sh", "-c", f"exec {shlex.join(argv)} >/dev/null 2>&1")
    return Command(argv, folder, cocotb.mounts, environment, trusted=False, channel=True)
