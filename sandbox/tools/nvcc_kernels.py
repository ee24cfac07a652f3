"""A candidate's device code through nvcc and ptxas: what its kernels use, or why it fails."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gatewright.core import Diagnostic, Severity, Source
from gatewright.sandbox.isolation import Command, Ending, Finished, Isolation, Limits, scratch
from gatewright.sandbox.isolation.reading import read_capped
from gatewright.sandbox.tools.nvcc import Nvcc, sort_flags
from gatewright.sandbox.tools.nvcc_messages import MISSING_HEADER, parse_assembler, parse_front
from gatewright.sandbox.tools.ptx import Entry, Ptx, Sort, SourceLine, read_ptx
from gatewright.sandbox.tools.ptxas import Resources, parse_resources

LIMITS = Limits(
    cpu_s=120, wall_s=300, memory_mb=4096, address_space_mb=None, file_mb=256, disk_mb=512
)
_PTX_MOST, _LOG_MOST = 32 << 20, 1 << 20


@dataclass(frozen=True, slots=True)
class Kernel:
    """One compiled kernel: its name (`add<float, 4>`), where it starts, what it uses.

    `max_threads` and `min_blocks` are its launch bounds, 0 where it has none.
    """

    name: str
    place: SourceLine
    registers: int
    static_shared: int
    barriers: int
    stack: int
    spill_stores: int
    spill_loads: int
    entry: Entry

    @property
    def base(self) -> str:
        """The name alone, without namespaces and template arguments."""
        return self.name.partition("<")[0].rpartition("::")[2]

    @property
    def max_threads(self) -> int:
        """The most threads a block may have by its launch bounds; 0 = it has none."""
        return self.entry.max_threads

    @property
    def doubles(self) -> int:
        """Double-precision instructions."""
        return self.entry.count(Sort.DOUBLE)


@dataclass(frozen=True, slots=True)
class Compiled:
    """What came of it. `ending` tells a limit that was met; `dropped` flags were not passed on."""

    architecture: str
    kernels: tuple[Kernel, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    ending: Ending = Ending.EXITED
    dropped: tuple[str, ...] = ()
    log: str = ""
    cpu_s: float = 0.0
    wall_s: float = 0.0

    @property
    def ok(self) -> bool:
        """Everything compiled."""
        return self.ending is Ending.EXITED and not self.errors

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What stopped it."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR)

    @property
    def missing_headers(self) -> tuple[Diagnostic, ...]:
        """Headers of libraries that are not here: not the candidate's fault."""
        return tuple(d for d in self.diagnostics if d.code == MISSING_HEADER)


def compile_kernels(
    sources: Sequence[Source],
    nvcc: Nvcc,
    isolation: Isolation,
    architecture: str,
    flags: Sequence[str] = (),
    limits: Limits = LIMITS,
) -> Compiled:
    """Compile every source's device code for an architecture (`sm_90`), confined.

    A faulty candidate is data. Raises UsageError for an architecture that nvcc does not know,
    SandboxUnavailable where C++ may not be compiled.
    """
    nvcc.check(architecture)
    kept, dropped = sort_flags(flags)
    with scratch("kernels") as folder:
        for source in sources:
            (folder / source.name).write_text(source.text)
        names = [source.name for source in sources]
        script = "\n".join(_steps(nvcc, name, architecture, kept) for name in names)
        argv = ["/bin/sh", "-c", f"{script}\n{_demangling()}"]
        command = Command(argv, folder, nvcc.mounts, nvcc.environment, trusted=False)
        finished = isolation.run(command, limits)
        return _read(folder, names, architecture, dropped, finished)


def _steps(nvcc: Nvcc, name: str, architecture: str, flags: Sequence[str]) -> str:
    """The front end, then ptxas; each one's words in a file beside the source."""
    front = shlex.join(nvcc.ptx(name, f"{name}.ptx", architecture, *flags))
    registers = [flag for flag in flags if "maxrregcount" in flag]
    back = shlex.join(nvcc.assemble(f"{name}.ptx", f"{name}.cubin", architecture, *registers))
    front_log, back_log = shlex.quote(f"{name}.front"), shlex.quote(f"{name}.back")
    return f"{front} >{front_log} 2>&1 && {back} >{back_log} 2>&1"


def _demangling() -> str:
    """Kernels' names in two files, line by line. c++filt comes with g++."""
    found = r"sed -nE 's/^.*\.entry ([A-Za-z0-9_$]+)\($/\1/p' *.ptx"
    return f"{found} >mangled 2>/dev/null; c++filt <mangled >demangled; exit 0"


def _text(folder: Path, name: str, most: int = _LOG_MOST) -> str:
    return (read_capped(folder, name, most) or b"").decode(errors="replace")


def _read(
    folder: Path, names: Sequence[str], architecture: str, dropped: tuple[str, ...], run: Finished
) -> Compiled:
    mangled, plain = (_text(folder, n).splitlines() for n in ("mangled", "demangled"))
    known = dict(zip(mangled, (_short(name) for name in plain), strict=False))
    kernels: list[Kernel] = []
    said: list[Diagnostic] = []
    logs = [run.output]
    for name in names:
        front, back = _text(folder, f"{name}.front"), _text(folder, f"{name}.back")
        ptx = read_ptx(_text(folder, f"{name}.ptx", _PTX_MOST), str(folder))
        said += parse_front(front)
        # nvcc has ptxas check the PTX too, where it holds a candidate's own assembly.
        said += parse_assembler(front + back, ptx, lambda symbol: known.get(symbol, symbol))
        kernels += _kernels(ptx, parse_resources(back), known)
        logs += [front, back]
    return Compiled(
        architecture,
        tuple(kernels),
        tuple(said) or _unexplained(run, logs, kernels),
        run.ending,
        dropped,
        "\n".join(log for log in logs if log)[-20_000:],
        run.cpu_s,
        run.wall_s,
    )


def _unexplained(run: Finished, logs: list[str], kernels: list[Kernel]) -> tuple[Diagnostic, ...]:
    """An error, where something failed and no message says so."""
    failed = "fatal" in "".join(logs) or not run.ok
    if kernels or not failed:
        return ()
    said = next((log.strip().splitlines()[-1] for log in logs if log.strip()), "no message")
    return (Diagnostic(Severity.ERROR, f"nvcc failed: {said}", tool="nvcc"),)


def _kernels(ptx: Ptx, used: Sequence[Resources], known: dict[str, str]) -> list[Kernel]:
    by_symbol = {resources.symbol: resources for resources in used}
    return [
        Kernel(
            known.get(entry.symbol, entry.symbol),
            entry.place,
            found.registers,
            found.static_shared,
            found.barriers,
            found.stack,
            found.spill_stores,
            found.spill_loads,
            entry,
        )
        for entry in ptx.entries
        if (found := by_symbol.get(entry.symbol)) is not None
    ]


def _short(name: str) -> str:
    """A demangled name without its result, parameters and anonymous namespace."""
    name = name.replace("(anonymous namespace)::", "").removeprefix("void ")
    depth = 0
    for position, letter in enumerate(name):
        depth += (letter == "<") - (letter == ">")
        if letter == "(" and depth == 0:
            return name[:position]
    return name
