"""A unit compiled for a real GPU: a Python extension, with torch's own headers, confined.

Half a minute of compiling, nearly all of it torch's headers: only done where there is a GPU.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shlex
import shutil
import sysconfig
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gatewright.core import Diagnostic, Severity, ToolMissing
from gatewright.sandbox.emulator.unit import Unit
from gatewright.sandbox.isolation import Command, Ending, Finished, Isolation, Limits, scratch
from gatewright.sandbox.tools.nvcc import HINT, Nvcc, sort_flags
from gatewright.sandbox.tools.nvcc_messages import parse_front
from gatewright.sandbox.tools.python import python_mounts

LIMITS = Limits(
    cpu_s=600,
    wall_s=1200,
    memory_mb=8192,
    address_space_mb=None,
    file_mb=512,
    disk_mb=2048,
    files=1024,
)
_NAME = "candidate"
_DEFINES = (
    f"-DTORCH_EXTENSION_NAME={_NAME}",
    "-DTORCH_API_INCLUDE_EXTENSION_H",
    "-D__CUDA_NO_HALF_OPERATORS__",
    "-D__CUDA_NO_HALF_CONVERSIONS__",
    "-D__CUDA_NO_BFLOAT16_CONVERSIONS__",
    "-D__CUDA_NO_HALF2_OPERATORS__",
)
_LIBRARIES = ("c10", "c10_cuda", "torch_cpu", "torch_cuda", "torch", "torch_python")
# What torch's load_inline puts above the sources.
_ABOVE_CPP = "#include <torch/extension.h>\n"
_ABOVE_CUDA = "#include <torch/types.h>\n#include <cuda.h>\n#include <cuda_runtime.h>\n"


@dataclass(frozen=True, slots=True)
class Extension:
    """A compiled extension, or why there is none. `dropped` flags were not passed on.

    `ending` tells a limit that was met.
    """

    module: Path | None
    diagnostics: tuple[Diagnostic, ...] = ()
    dropped: tuple[str, ...] = ()
    log: str = ""
    cpu_s: float = 0.0
    cached: bool = False
    ending: Ending = Ending.EXITED


def build_extension(
    unit: Unit,
    nvcc: Nvcc,
    isolation: Isolation,
    architecture: str,
    flags: Sequence[str] = (),
    cache: Path | None = None,
) -> Extension:
    """Compile and link a unit for an architecture; what was built once is kept.

    A faulty candidate is data. Raises ToolMissing without torch, UsageError for an architecture
    that nvcc does not know.
    """
    nvcc.check(architecture)
    torch = _torch()
    kept, dropped = sort_flags(flags)
    module = (cache or _cache()) / f"{_key(unit, nvcc, architecture, kept)}.so"
    if module.is_file():
        return Extension(module, dropped=dropped, cached=True)
    with scratch("extension") as folder:
        for name, text in _texts(unit).items():
            (folder / name).write_text(text)
        script = _script(unit, nvcc, architecture, kept, torch)
        mounts = (*nvcc.mounts, *python_mounts(torch))
        command = Command(["/bin/sh", "-c", script], folder, mounts, trusted=False)
        finished = isolation.run(command, LIMITS)
        made = folder / "module.so"
        if not finished.ok or made.is_symlink() or not made.is_file():
            return _failed(finished, dropped)
        _keep(made, module)
    return Extension(module, parse_front(finished.output), dropped, "", finished.cpu_s)


def _torch() -> Path:
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        raise ToolMissing("torch is not installed", where="torch", hint=HINT)
    return Path(found.origin).parent


def _cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("gatewright", appauthor=False) / "extensions"


def _key(unit: Unit, nvcc: Nvcc, architecture: str, flags: Sequence[str]) -> str:
    from importlib.metadata import version

    facts = (unit.to_json(), nvcc.version, nvcc.compiler_version, version("torch"), architecture)
    return hashlib.sha256("\0".join((*facts, *flags)).encode()).hexdigest()[:40]


def _texts(unit: Unit) -> dict[str, str]:
    """Each part by its file's name, with the user's own line numbers."""
    found = {}
    for part in unit.cuda:
        found[_cuda_name(part.name)] = f'{_ABOVE_CUDA}#line 1 "{part.name}"\n{part.text}\n'
    for number, part in enumerate(unit.cpp):
        text = f'{_ABOVE_CPP}#line 1 "{part.name}"\n{part.text}\n'
        if number == len(unit.cpp) - 1 and unit.functions:
            lines = "".join(f'm.def("{f.split("::")[-1]}", {f});\n' for f in unit.functions)
            text += f'#line 1 "bindings"\nPYBIND11_MODULE(TORCH_EXTENSION_NAME, m) {{\n{lines}}}\n'
        found[_cpp_name(part.name)] = text
    return found


def _cuda_name(name: str) -> str:
    return f"{re.sub(r'[^A-Za-z0-9]', '_', name)}_device.cu"


def _cpp_name(name: str) -> str:
    return f"{re.sub(r'[^A-Za-z0-9]', '_', name)}_host.cpp"


def _script(unit: Unit, nvcc: Nvcc, architecture: str, flags: Sequence[str], torch: Path) -> str:
    include = torch / "include"
    folders = [include, include / "torch" / "csrc" / "api" / "include", nvcc.root / "include"]
    folders += [Path(sysconfig.get_path("include")), *nvcc.includes]
    folders.append(nvcc.root / "include" / "cccl")
    shown = [option for folder in folders for option in ("-isystem", str(folder))]
    standard = [] if any(flag.startswith("-std") for flag in flags) else ["-std=c++20"]
    common = [*_DEFINES, *unit.defines, *shown]
    lines, objects = [], []
    for part in unit.cuda:
        name = _cuda_name(part.name)
        argv = [str(nvcc.root / "bin" / "nvcc"), "-c", f"-arch={architecture}", *common]
        argv += ["--expt-relaxed-constexpr", "-Xcompiler", "-fPIC", *standard, *flags]
        lines.append(shlex.join([*argv, name, "-o", f"{name}.o"]))
        objects.append(f"{name}.o")
    for part in unit.cpp:
        name = _cpp_name(part.name)
        argv = [nvcc.compiler, "-c", "-O2", "-fPIC", "-w", "-std=c++20", *common]
        lines.append(shlex.join([*argv, name, "-o", f"{name}.o"]))
        objects.append(f"{name}.o")
    runtime = next((nvcc.root / "lib").glob("libcudart.so*"), nvcc.root / "lib" / "libcudart.so")
    libraries = [f"-L{torch / 'lib'}", *(f"-l{name}" for name in _LIBRARIES), str(runtime)]
    link = [nvcc.compiler, "-shared", *objects, *libraries, "-o", "module.so"]
    # Host and device parts are compiled at once: they are separate processes of much the same size.
    started = "\n".join(f'{line} & jobs="$jobs $!"' for line in lines)
    waited = 'for job in $jobs; do wait $job || failed=1; done\n[ -z "$failed" ] || exit 1'
    return f"{started}\n{waited}\nexec {shlex.join(link)}"


def _failed(finished: Finished, dropped: tuple[str, ...]) -> Extension:
    diagnostics = parse_front(finished.output)
    if not any(d.severity is Severity.ERROR for d in diagnostics):
        said = finished.output.strip().splitlines() or [str(finished.ending)]
        told = f"the extension was not built: {said[-1][:300]}"
        diagnostics = (*diagnostics, Diagnostic(Severity.ERROR, told, tool="nvcc"))
    log = finished.output[-20_000:]
    return Extension(None, diagnostics, dropped, log, finished.cpu_s, ending=finished.ending)


def _keep(made: Path, module: Path) -> None:
    """Into the cache under its final name, so that nobody ever sees a part of it."""
    module.parent.mkdir(parents=True, exist_ok=True)
    handle, unborn = tempfile.mkstemp(prefix="new-", dir=module.parent)
    os.close(handle)
    shutil.copyfile(made, unborn)
    Path(unborn).chmod(0o644)
    Path(unborn).replace(module)
