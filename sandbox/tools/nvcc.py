"""NVIDIA's CUDA compiler from its wheels or a toolkit: places, versions, command lines.

It needs no GPU and no driver. Device code goes to PTX (nvcc), then to machine code (ptxas): two
steps, so that what ptxas says can be traced to the user's lines through the PTX.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gatewright.core import ToolCrashed, ToolMissing, UsageError
from gatewright.sandbox.isolation import Command, Isolation, Limits, Mount, scratch
from gatewright.sandbox.isolation.programs import PATH

TOOL = "nvcc"
HINT = "install it: gatewright doctor --install cuda"
COMPILER_HINT = "install a C++ compiler: apt-get install -y g++ (Debian, Ubuntu)"
HEADERS = Path(__file__).resolve().parent / "nvcc_headers"
PRELUDE = "gatewright_prelude.h"

_RELEASE = re.compile(r"release [\d.]+, V([\d.]+)")
_VIRTUAL = re.compile(r"compute_(\d+)\b")
_ARCHITECTURE = re.compile(r"sm_(\d+)([af]?)")
_STANDARD = "-std=c++17"
# As torch's own builds have it: there, too, half operators and device lambdas must be asked for.
_MANNER = (
    "-lineinfo",
    "--diag-suppress=177,550",  # declared or set and never used: no fault of a kernel
    "--expt-relaxed-constexpr",
    "-D__CUDA_NO_HALF_OPERATORS__",
    "-D__CUDA_NO_HALF_CONVERSIONS__",
    "-D__CUDA_NO_BFLOAT16_CONVERSIONS__",
    "-D__CUDA_NO_HALF2_OPERATORS__",
    "-DTORCH_EXTENSION_NAME=candidate",
    "-DTORCH_API_INCLUDE_EXTENSION_H",
)


@dataclass(frozen=True, slots=True)
class Nvcc:
    """An installed nvcc: its root (`bin`, `include`, `nvvm` below it), its version.

    `architectures` are the `sm` numbers that it compiles for. Everything that is run needs
    `mounts` and `environment`.
    """

    root: Path
    version: str
    compiler: str
    compiler_version: str
    architectures: tuple[int, ...]
    includes: tuple[Path, ...] = ()
    mounts: tuple[Mount, ...] = ()
    environment: dict[str, str] = field(default_factory=dict, hash=False)

    def check(self, architecture: str) -> None:
        """Raises UsageError where this nvcc does not compile for `architecture` (`sm_90`)."""
        match = _ARCHITECTURE.fullmatch(architecture)
        if match is None:
            raise UsageError(f"{architecture!r} is no GPU architecture", hint="such as sm_90")
        if int(match[1]) not in self.architectures:
            raise UsageError(
                f"nvcc {self.version} does not compile for {architecture}",
                hint="one of " + ", ".join(f"sm_{number}" for number in self.architectures),
            )

    def ptx(self, source: str, output: str, architecture: str, *more: str) -> list[str]:
        """The command line that turns the device code of one source into PTX.

        The headers of torch are ours: declarations alone, which take a moment to read where
        torch's own take half a minute.
        """
        line = [str(self.root / "bin" / "nvcc"), "-ptx", f"-arch={architecture}", *_MANNER]
        if not any(flag.startswith("-std") for flag in more):
            line.append(_STANDARD)
        line += [f"-I{HEADERS}", *(f"-isystem={path}" for path in self.includes)]
        return [*line, "-include", PRELUDE, *more, source, "-o", output]

    def assemble(self, ptx: str, output: str, architecture: str, *more: str) -> list[str]:
        """The command line that makes machine code of PTX and tells what it uses."""
        return [
            str(self.root / "bin" / "ptxas"),
            "-v",
            f"-arch={architecture}",
            *more,
            ptx,
            "-o",
            output,
        ]


def open_nvcc(isolation: Isolation) -> Nvcc:
    """Find nvcc: its wheels, else a toolkit (CUDA_HOME, /usr/local/cuda, PATH).

    Raises ToolMissing where there is none or no C++ compiler, ToolCrashed where it does not start.
    """
    root = _root()
    if root is None:
        raise ToolMissing("nvcc is not installed", where="nvidia-cuda-nvcc", hint=HINT)
    found = _FOUND.get(root)
    if found is None:
        found = _FOUND.setdefault(root, _opened(isolation, root))
    return found


_FOUND: dict[Path, Nvcc] = {}


def _root() -> Path | None:
    places = [*_wheels(), Path(os.environ.get("CUDA_HOME") or "/usr/local/cuda")]
    on_path = shutil.which("nvcc")
    if on_path:
        places.append(Path(on_path).resolve().parent.parent)
    return next((place.resolve() for place in places if _complete(place)), None)


def _wheels() -> list[Path]:
    """The roots that wheels share (`nvidia/cu13`), the newest first."""
    found = importlib.util.find_spec("nvidia")
    folders = (
        [Path(path) for path in (found.submodule_search_locations or ()) if path] if found else []
    )
    roots = [root for folder in folders for root in folder.glob("cu[0-9]*")]
    return sorted(roots, reverse=True)


def _complete(root: Path) -> bool:
    return all((root / "bin" / name).is_file() for name in ("nvcc", "ptxas"))


def _library_headers(root: Path) -> tuple[Path, ...]:
    """Headers of libraries that have a folder of their own beside the wheels' root."""
    return tuple(path for path in (root.parent / "cudnn" / "include",) if path.is_dir())


def _opened(isolation: Isolation, root: Path) -> Nvcc:
    compiler = shutil.which("g++", path=PATH)
    if compiler is None:
        raise ToolMissing("nvcc needs g++, and there is none", where=PATH, hint=COMPILER_HINT)
    includes = _library_headers(root)
    folders = [folder for folder in (root, *includes) if not folder.is_relative_to("/usr")]
    mounts = tuple(Mount(folder) for folder in (*folders, HEADERS))
    script = '"$1" --version && "$1" --list-gpu-arch && "$2" -dumpfullversion'
    program = root / "bin" / "nvcc"
    with scratch("nvcc") as place:
        argv = ["/bin/sh", "-c", script, "sh", str(program), compiler]
        limits = Limits(cpu_s=20, wall_s=60, address_space_mb=None)
        finished = isolation.run(Command(argv, place, mounts), limits)
    release = _RELEASE.search(finished.output)
    if release is None or not finished.ok:
        said = finished.output.strip()[-300:]
        raise ToolCrashed(f"nvcc does not tell its version: {said!r}", where=str(program))
    numbers = sorted({int(number) for number in _VIRTUAL.findall(finished.output)})
    return Nvcc(
        root,
        release[1],
        compiler,
        finished.output.split()[-1],
        tuple(numbers),
        includes,
        mounts,
    )


# Flags of a candidate's own that change the machine code, and nothing else: no file is named.
_KEPT = re.compile(
    r"-O[0-3]|-{1,2}use_fast_math|-{1,2}(?:fmad|ftz|prec-div|prec-sqrt)=(?:true|false)"
    r"|-{1,2}maxrregcount=\d+|-{1,2}(?:expt-)?(?:extended-lambda|relaxed-constexpr)"
    r"|-{1,2}extra-device-vectorization"
    r"|-D\w+(?:=[\w.+-]*)?|-U\w+|-std=c\+\+(?:14|17|20)|-w|-lineinfo"
)


def sort_flags(flags: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A candidate's own compiler flags: those that are passed on, those that are not."""
    kept = tuple(flag for flag in flags if _KEPT.fullmatch(flag))
    return kept, tuple(flag for flag in flags if not _KEPT.fullmatch(flag))
