"""Compiling a unit: confined, and kept by content, so that nothing is compiled twice."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from gatewright.core import Diagnostic, Severity, ToolCrashed
from gatewright.sandbox.emulator.diagnostics import TOOL, absent_in, parse_messages
from gatewright.sandbox.emulator.kit import Kit
from gatewright.sandbox.emulator.rewrite import rewrite
from gatewright.sandbox.emulator.symbols import refused_symbols
from gatewright.sandbox.emulator.unit import Mode, Unit
from gatewright.sandbox.emulator.unsupported import Unsupported
from gatewright.sandbox.isolation import (
    Command,
    Ending,
    Finished,
    Isolation,
    Limits,
    Mount,
    scratch,
)

MORE = "gatewright/more.h"
_SYMBOLS = "symbols"
COMPILE = Limits(cpu_s=60, wall_s=300, memory_mb=2048, address_space_mb=None, file_mb=64, files=256)
_KEEP_MOST = 4000


@dataclass(frozen=True, slots=True)
class Built:
    """A unit compiled: its module, or why there is none.

    `refused` names features that the emulator lacks: not the candidate's fault. `diagnostics` are
    in the candidate's files and lines.
    """

    unit: str
    module: Path | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    refused: tuple[Unsupported, ...] = ()
    log: str = ""
    cpu_s: float = 0.0
    cached: bool = False
    mounts: tuple[Mount, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """One translation unit: its text as it is compiled, how, and where its object is kept."""

    name: str
    text: str
    mode: Mode
    kept: Path


def build(
    unit: Unit, mode: Mode, kit: Kit, isolation: Isolation, limits: Limits | None = None
) -> Built:
    """Compile and link a unit. Never raises for a faulty candidate; safe in several threads."""
    parts, refused = _parts(unit, mode, kit)
    names = tuple(source.name for source in (*unit.cpp, *unit.cuda))
    key = hashlib.sha256("\0".join(part.kept.name for part in parts).encode()).hexdigest()
    if refused:
        return Built(key, refused=refused, names=names)
    module = kit.units / f"{key[:40]}.so"
    if module.is_file():
        os.utime(module)
        return Built(key, module, cached=True, mounts=(Mount(kit.units),), names=names)
    kit.units.mkdir(parents=True, exist_ok=True)
    with scratch("unit") as folder:
        missing = [part for part in parts if not part.kept.is_file()]
        for part in missing:
            (folder / f"{part.kept.name}.cpp").write_text(part.text, errors="replace")
        command = Command(
            ["/bin/sh", "-c", _script(unit, kit, parts, missing, folder)],
            folder,
            (*kit.mounts, Mount(kit.units)),
            trusted=False,
        )
        finished = isolation.run(command, limits or COMPILE)
        for part in missing:
            _keep(folder / part.kept.name, part.kept)
        unsafe = _unsafe(folder / _SYMBOLS)
        if not unsafe:
            _keep(folder / "module.so", module)
    built = Built(key, cpu_s=finished.cpu_s, log=finished.output[-20_000:], names=names)
    if not finished.ok:
        return _failed(built, finished, names)
    if unsafe:
        return replace(built, diagnostics=unsafe)
    if not module.is_file():
        raise ToolCrashed("the linker wrote no module", where=kit.compiler.program)
    _prune(kit.units)
    return replace(built, module=module, mounts=(Mount(kit.units),))


def _unsafe(table: Path) -> tuple[Diagnostic, ...]:
    """What the module takes from outside and may not."""
    if table.is_symlink() or not table.is_file():
        return ()
    return tuple(
        Diagnostic(
            Severity.ERROR, f"it uses or defines {name}, which no kernel needs", code="unsafe"
        )
        for name in refused_symbols(table.read_text(errors="replace"))
    )


def _parts(unit: Unit, mode: Mode, kit: Kit) -> tuple[list[_Part], tuple[Unsupported, ...]]:
    parts: list[_Part] = []
    refused: list[Unsupported] = []
    last = len(unit.cpp) - 1
    # Of a template that several parts have, the linker takes the first one's: the instrumented.
    sources = [(s, False, mode) for s in unit.cuda]
    # No kernel is in what torch gives to the host's compiler: it is the same for every mode.
    sources += [(s, i == last, Mode.FAST) for i, s in enumerate(unit.cpp)]
    for source, binds, how in sources:
        rewritten = rewrite(source.text, source.name)
        refused += rewritten.unsupported
        text = f'{rewritten.before}#line 1 "{source.name}"\n{rewritten.text}\n'
        if rewritten.wants_more:
            text = f'#include "{MORE}"\n{text}'
        if binds and unit.functions:
            text += _bindings(unit.functions)
        digest = hashlib.sha256(f"{how}\0{unit.defines}\0{text}".encode(errors="replace"))
        parts.append(_Part(source.name, text, how, kit.units / f"{digest.hexdigest()[:40]}.o"))
    return parts, tuple(refused)


def _bindings(functions: Iterable[str]) -> str:
    """As torch writes them; a name that is declared nowhere is an error here as there."""
    lines = "".join(f'm.def("{name.split("::")[-1]}", {name});\n' for name in functions)
    return f'#line 1 "bindings"\nPYBIND11_MODULE(TORCH_EXTENSION_NAME, m) {{\n{lines}}}\n'


def _script(unit: Unit, kit: Kit, parts: list[_Part], missing: list[_Part], folder: Path) -> str:
    # Every part is compiled even where one fails, so that all errors are seen at once.
    lines = ["status=0"]
    name = f"-DTORCH_EXTENSION_NAME={_identifier(unit.name)}"
    for part in missing:
        made = part.kept.name
        line = kit.compile(part.mode, f"{made}.cpp", made, folder, *unit.defines, name)
        lines.append(f"{shlex.join(line)} || status=1")
    lines.append("[ $status = 0 ] || exit 1")
    fresh = {part.kept for part in missing}
    objects = [part.kept.name if part.kept in fresh else str(part.kept) for part in parts]
    link = [*kit.compiler.link, *objects, "-o", "module.so"]
    link = [*link, f"-L{kit.folder}", "-lgatewright_emulator"]
    lines.append(f"{shlex.join(link)} && nm module.so > {_SYMBOLS}")
    return "\n".join(lines)


def _identifier(name: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in name) or "extension"


def _keep(made: Path, kept: Path) -> None:
    """Into the cache in one step; what a candidate's compiler wrote there is a plain file."""
    if made.is_symlink() or not made.is_file():
        return
    handle, unborn = tempfile.mkstemp(prefix="new-", dir=kept.parent)
    os.close(handle)
    shutil.copyfile(made, unborn)
    Path(unborn).chmod(0o644)
    Path(unborn).replace(kept)


def _failed(built: Built, finished: Finished, names: tuple[str, ...]) -> Built:
    if finished.ending is not Ending.EXITED:
        said = f"compiling was stopped by its {finished.ending} limit"
        return replace(
            built, diagnostics=(Diagnostic(Severity.ERROR, said, code="limit", tool=TOOL),)
        )
    diagnostics = parse_messages(finished.output, {*names, "bindings"})
    absent = absent_in(diagnostics)
    if not diagnostics:
        said = finished.output.strip()[-300:] or f"the compiler ended with {finished.returncode}"
        diagnostics = (Diagnostic(Severity.ERROR, said, code="compile", tool=TOOL),)
    return replace(built, diagnostics=diagnostics, refused=absent)


def _prune(folder: Path) -> None:
    """Forget what was used longest ago, where there is too much."""
    entries = [entry for entry in os.scandir(folder) if entry.is_file()]
    if len(entries) <= _KEEP_MOST:
        return
    entries.sort(key=lambda entry: entry.stat().st_mtime)
    for entry in entries[: len(entries) - _KEEP_MOST * 3 // 4]:
        Path(entry.path).unlink(missing_ok=True)
