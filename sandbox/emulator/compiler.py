"""The C++ compiler that the emulator needs, and how it is called."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass

from gatewright.core import ToolCrashed, ToolMissing
from gatewright.sandbox.emulator.unit import Mode
from gatewright.sandbox.isolation import Command, Isolation, Limits, scratch
from gatewright.sandbox.isolation.programs import PATH

OLDEST = 11
HINT = "install a C++ compiler: apt-get install -y g++ (Debian, Ubuntu)"
PRELUDE = "gw_prelude.h"

_COMMON = (
    "-std=c++17",
    "-O1",
    "-fPIC",
    "-w",
    "-fvisibility=hidden",
    "-fno-gnu-unique",
    "-fno-strict-aliasing",
    "-fwrapv",
    # A thread that runs out of its stack meets the page below it, whatever it jumps over.
    "-fstack-clash-protection",
    # What a kernel reads before it writes must not happen to be right.
    "-ftrivial-auto-var-init=pattern",
)
# Lines are asked for only of what the checks see, and cost a third of the compiler's time.
_PLAIN = ("-g0",)
_CHECKED = (
    "-g1",
    # With DWARF 5 lines after the first #line are told of another file.
    "-gdwarf-4",
    # The calls that this puts before every access to memory are the emulator's checks.
    "-fsanitize=thread",
    "--param=tsan-instrument-func-entry-exit=0",
    "--param=tsan-distinguish-volatile=1",
    # A vector that is loaded whole is one access, though its members are used one by one.
    "-fno-tree-sra",
    "-fno-ipa-sra",
)
_BY_MODE: dict[Mode, tuple[str, ...]] = {
    Mode.FAST: _PLAIN,
    Mode.CHECK: _CHECKED,
    Mode.PROFILE: (*_CHECKED, "-fsanitize-coverage=trace-pc"),
}


@dataclass(frozen=True, slots=True)
class Compiler:
    """A C++ compiler: its path, its version, such as `12.2.0`, and the linker it is to use.

    `linker` is `gold` where there is one, which takes a quarter of the time, or ''.
    """

    program: str
    version: str
    linker: str = ""

    def flags(self, mode: Mode) -> tuple[str, ...]:
        """What units of a mode are compiled with, their precompiled header too."""
        more = ("-fno-semantic-interposition", "-fmax-errors=20", "-fdiagnostics-color=never")
        return (*_COMMON, *_BY_MODE[mode], *more)

    @property
    def link(self) -> tuple[str, ...]:
        """What begins the command line that links a module."""
        wrapped = (f"-Wl,--wrap={name}" for name in ("memcpy", "memmove", "memset"))
        linker = (f"-fuse-ld={self.linker}",) if self.linker else ()
        return (self.program, *linker, "-shared", *wrapped)


def open_compiler(isolation: Isolation) -> Compiler:
    """Find g++. Raises ToolMissing where there is none, or an old one; ToolCrashed if it fails."""
    program = shutil.which("g++", path=PATH)
    if program is None:
        raise ToolMissing("the CUDA emulator needs g++, and there is none", where=PATH, hint=HINT)
    with scratch("compiler") as folder:
        finished = isolation.run(
            Command([program, "-dumpfullversion"], folder),
            Limits(cpu_s=10, wall_s=60, address_space_mb=None),
        )
    match = re.match(r"(\d+)[\d.]*", finished.output.strip())
    if match is None or not finished.ok:
        raise ToolCrashed(f"g++ does not tell its version: {finished.output!r}", where=program)
    if int(match[1]) < OLDEST:
        raise ToolMissing(f"g++ {match[0]} is too old (needs {OLDEST})", where=program, hint=HINT)
    return Compiler(program, match[0], "gold" if shutil.which("ld.gold", path=PATH) else "")
