"""Icarus Verilog: command lines, versions 11 to 13, and what its messages mean."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.core import Diagnostic, Severity, ToolCrashed, ToolMissing
from gatewright.sandbox.isolation import Command, Isolation, Limits, Mount, scratch

if TYPE_CHECKING:
    from gatewright.sandbox.integrity import Place  # takes 20 ms, and not every rule set needs it

TOOL = "iverilog"
OLDEST = 11
HINT = "install it: apt-get install -y iverilog (Debian, Ubuntu) or brew install icarus-verilog"

_VERSION = re.compile(r"Icarus Verilog (?:runtime )?version (\d+)\.(\d+)")
_MESSAGE = re.compile(
    r"(?P<file>[^\s:]+):(?P<line>\d+)(?:[.:](?P<column>\d+))?:\s*"
    r"(?:vvp\.tgt )?"
    r"(?P<word>error|warning|sorry|internal error|assert|syntax error|(?=\s*:))"
    r"(?P<rest>.*)"
)
_BARE = re.compile(r"(?:vvp\.tgt )?(?P<word>error|warning|sorry|internal error): (?P<rest>.+)")
_LATER_STAGE = re.compile(
    r"during elaboration|^Elaboration failed|Code generation had", re.MULTILINE
)
_CONTINUED = re.compile(r"\s*:\s*(.*)")
_CODES = (
    (re.compile(r"syntax error|Invalid module|malformed|Errors? in "), "syntax"),
    (re.compile(r"Unknown module type"), "unknown-module"),
    (re.compile(r"port ``?.*is not a port|Wrong number of ports"), "port"),
    (re.compile(r"Unable to bind|Could not find|Unable to resolve|No function named"), "unbound"),
    (re.compile(r"Enable of unknown task|is not defined|undefined"), "undefined"),
    (re.compile(r"already been declared|already declared|duplicate"), "duplicate"),
    (re.compile(r"not a valid l-value|declared here as wire"), "l-value"),
    (
        re.compile(r"multiple drivers|single driver|unresolved wires|must support continuous"),
        "drivers",
    ),
    (re.compile(r"expects? \d+ bits|Pruning|Padding"), "width"),
    (re.compile(r"timescale"), "timescale"),
    (re.compile(r"\bparameter\b"), "parameter"),
)
_PLAINLY = (
    (
        re.compile(r"sorry: concurrent_assertion_item not supported.*"),
        "Icarus Verilog has no concurrent assertions (assert, assume or cover property): "
        "check with an immediate one (assert (...) in an always block), or leave it out",
    ),
)


@dataclass(frozen=True, slots=True)
class Icarus:
    """An installed Icarus: its two programs and its version, such as `11.0`."""

    iverilog: str
    vvp: str
    version: str
    mounts: tuple[Mount, ...] = ()

    @property
    def major(self) -> int:
        """The version's first number."""
        return int(self.version.partition(".")[0])

    def lint(self, sources: Sequence[str], *tops: str, wall: bool = True) -> list[str]:
        """The command line that elaborates `tops` and writes nothing."""
        return self._line(sources, tops, ["-t", "null"], wall)

    def compile(
        self, sources: Sequence[str], *tops: str, output: str, wall: bool = False
    ) -> list[str]:
        """The command line that compiles to `output`.

        All files are one compilation unit: with `-u`, 11.0 crashes on parameters at file level.
        """
        return self._line(sources, tops, ["-o", output], wall)

    def simulate(self, compiled: str) -> list[str]:
        """The command line that simulates; `$stop` ends the run instead of asking."""
        return [self.vvp, "-n", compiled]

    def _line(
        self, sources: Sequence[str], tops: Sequence[str], rest: list[str], wall: bool
    ) -> list[str]:
        chosen = [part for top in tops for part in ("-s", top)]
        warnings = ["-Wall", "-Wno-timescale"] if wall else []
        return [self.iverilog, "-g2012", *warnings, *chosen, *rest, *sources]


def open_icarus(isolation: Isolation) -> Icarus:
    """Find the installed Icarus. `GATEWRIGHT_IVERILOG` and `GATEWRIGHT_VVP` name other programs.

    Raises ToolMissing where it is not installed or too old.
    """
    iverilog = _program("GATEWRIGHT_IVERILOG", "iverilog")
    vvp = _program("GATEWRIGHT_VVP", "vvp")
    found = _FOUND.get((iverilog, vvp))
    if found is None:
        found = _FOUND.setdefault((iverilog, vvp), _opened(isolation, iverilog, vvp))
    return found


_FOUND: dict[tuple[str, str], Icarus] = {}


def _opened(isolation: Isolation, iverilog: str, vvp: str) -> Icarus:
    mounts = _mounts(iverilog, vvp)
    with scratch("icarus") as folder:
        command = Command([vvp, "-V"], folder, mounts=mounts)
        finished = isolation.run(command, Limits(cpu_s=10, wall_s=30))
    match = _VERSION.search(finished.output)
    if match is None:
        raise ToolCrashed(f"vvp -V does not tell its version: {finished.output[:200]!r}", where=vvp)
    version = f"{match[1]}.{match[2]}"
    if int(match[1]) < OLDEST:
        raise ToolMissing(f"Icarus {version} is too old: {OLDEST} is needed", where=vvp, hint=HINT)
    return Icarus(iverilog, vvp, version, mounts)


def _program(variable: str, name: str) -> str:
    wanted = os.environ.get(variable, name)
    found = shutil.which(wanted)
    if found is None:
        where = f"{variable}={wanted}" if variable in os.environ else name
        raise ToolMissing("Icarus Verilog is not installed", where=where, hint=HINT)
    return found


def _mounts(*programs: str) -> tuple[Mount, ...]:
    """The prefixes of programs that are not part of the system."""
    prefixes = {Path(program).resolve().parent.parent for program in programs}
    return tuple(Mount(p) for p in sorted(prefixes) if not p.is_relative_to("/usr"))


Locate = Callable[[str, int], "Place | None"]


def parse_messages(text: str, locate: Locate | None = None) -> tuple[Diagnostic, ...]:
    """iverilog's messages as diagnostics, at most 50, repeated ones once.

    `locate` turns a file and line that iverilog names into the user's.
    """
    found: list[Diagnostic] = []
    seen: set[Diagnostic] = set()
    for line in text.splitlines():
        diagnostic = _parsed(line, locate)
        if diagnostic is None:
            continue
        if diagnostic.code == "continued":
            if found:
                found[-1] = _joined(found[-1], diagnostic.message)
        elif diagnostic not in seen:
            seen.add(diagnostic)
            found.append(diagnostic)
        if len(found) >= 50:
            break
    return tuple(found)


def gave_up_parsing(text: str) -> bool:
    """Whether a failed compilation stopped before elaboration: no closing line of a later stage."""
    return bool(text.strip()) and not _LATER_STAGE.search(text)


def _parsed(line: str, locate: Locate | None) -> Diagnostic | None:
    match = _MESSAGE.fullmatch(line.strip())
    if match is None:
        bare = _BARE.fullmatch(line.strip())
        if bare is None:
            return None
        return Diagnostic(
            _severity(bare["word"]), bare["rest"], code=_code(bare["rest"]), tool=TOOL
        )
    word, rest = match["word"], match["rest"].strip()
    continued = _CONTINUED.fullmatch(match["rest"]) if not word else None
    message = continued[1] if continued else rest.removeprefix(":").strip()
    if word in ("syntax error", "sorry", "internal error", "assert"):
        message = f"{word}: {message}" if message else word
    for pattern, plainly in _PLAINLY:
        message = pattern.sub(plainly, message)
    name, number = match["file"], int(match["line"])
    place = locate(name, number) if locate else None
    if place is not None:
        name, number = place.file, place.line
    code = "continued" if not word else _code(f"{word} {message}")
    return Diagnostic(_severity(word), message, name, number, 0, code, TOOL)


def _severity(word: str) -> Severity:
    return Severity.WARNING if word == "warning" else Severity.ERROR


def _code(message: str) -> str:
    return next((code for pattern, code in _CODES if pattern.search(message)), "")


def _joined(first: Diagnostic, more: str) -> Diagnostic:
    if not more or more in first.message:
        return first
    return Diagnostic(
        first.severity,
        f"{first.message}; {more}",
        first.file,
        first.line,
        first.column,
        first.code,
        first.tool,
    )
