"""The emulator compiled once for this compiler: its library, and a precompiled header a mode.

It lies in the user's cache. Building it takes some twenty CPU seconds; with it a kernel compiles
in a fraction of one.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gatewright.core import ToolCrashed
from gatewright.sandbox.emulator.compiler import PRELUDE, Compiler, open_compiler
from gatewright.sandbox.emulator.unit import Mode
from gatewright.sandbox.isolation import Command, Isolation, Limits, Mount, scratch

LIBRARY = "libgatewright_emulator.so"
_HERE = Path(__file__).parent
_LIBRARY_FLAGS = ("-std=c++17", "-O2", "-g1", "-fPIC", "-fvisibility=default", "-DGW_LIBRARY", "-w")
_KEPT_KITS = 4
_BUILD = Limits(
    cpu_s=600,
    wall_s=1800,
    memory_mb=3072,
    address_space_mb=None,
    file_mb=512,
    disk_mb=1024,
    files=1024,
)


@dataclass(frozen=True, slots=True)
class Kit:
    """A compiled emulator: the folder that compiling and running need to see."""

    folder: Path
    compiler: Compiler

    @property
    def library(self) -> Path:
        """What a worker opens before it loads any module."""
        return self.folder / LIBRARY

    @property
    def compiler_version(self) -> str:
        """Such as `12.2.0`."""
        return self.compiler.version

    @property
    def mounts(self) -> tuple[Mount, ...]:
        """What must be visible inside."""
        return (Mount(self.folder),)

    @property
    def units(self) -> Path:
        """Where compiled units are kept."""
        return self.folder.with_name(self.folder.name + "-units")

    def compile(self, mode: Mode, source: str, output: str, folder: Path, *more: str) -> list[str]:
        """The command line that compiles one translation unit in `folder`."""
        header = ("-include", str(self.folder / mode / PRELUDE))
        include = (f"-I{self.folder / mode}", f"-I{self.folder / 'include'}")
        # Lines are looked up by the user's names, whatever folder a file was compiled in.
        names = f"-fdebug-prefix-map={folder}=."
        flags = (*self.compiler.flags(mode), *header, *include, names, *more)
        return [self.compiler.program, *flags, "-c", source, "-o", output]


def open_kit(
    isolation: Isolation,
    announce: Callable[[str], None] = lambda _: None,
    cache: Path | None = None,
) -> Kit:
    """The emulator for this compiler, built (confined) where it is not there yet.

    Of several processes at once one builds and the others wait. `announce` is told before a build.
    Raises ToolMissing without a C++ compiler, ToolCrashed where it cannot be compiled.
    """
    compiler = open_compiler(isolation)
    place = (cache or _cache()) / _key(compiler)
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        with _locked(place.parent / "lock"):
            if not place.is_dir():
                announce("compiling the CUDA emulator, once for this compiler (20 to 60 seconds)")
                _build(compiler, isolation, place)
    return Kit(place, compiler)


def _cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("gatewright", appauthor=False) / "emulator"


def sources() -> tuple[Path, ...]:
    """Every file of the library and the headers, relative to this folder."""
    found = (*(_HERE / "include").rglob("*"), *(_HERE / "runtime").iterdir())
    return tuple(sorted(path.relative_to(_HERE) for path in found if path.is_file()))


def _key(compiler: Compiler) -> str:
    digest = hashlib.sha256(_script(compiler, Path("/")).encode())
    for path in sources():
        digest.update(f"{path}\0".encode() + (_HERE / path).read_bytes())
    return f"gcc-{compiler.version}-{digest.hexdigest()[:12]}"


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Until the lock is ours; the kernel frees it however its owner ends."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(compiler: Compiler, isolation: Isolation, place: Path) -> None:
    unborn = Path(tempfile.mkdtemp(prefix="new-", dir=place.parent))
    try:
        for path in sources():
            (unborn / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(_HERE / path, unborn / path)
        with scratch("emulator") as folder:
            command = Command(
                ["/bin/sh", "-c", _script(compiler, unborn)],
                folder,
                (Mount(unborn),),
                trusted=False,
            )
            finished = isolation.run(command, _BUILD)
            if not finished.ok:
                raise ToolCrashed(
                    f"the CUDA emulator cannot be compiled ({finished.ending})",
                    where=compiler.program,
                    hint=finished.output.strip()[-400:],
                )
            _keep(folder, unborn, place)
            _forget_old(place.parent)
    except OSError as error:
        raise ToolCrashed(f"the cache cannot be written: {error}", where=str(place)) from error
    finally:
        shutil.rmtree(unborn, ignore_errors=True)


def _script(compiler: Compiler, place: Path) -> str:
    """Two processes: the library; the headers."""
    runtime = place / "runtime"
    objects = []
    library = []
    for name in sorted(path.name for path in (_HERE / "runtime").glob("*.cpp")):
        made = f"{name}.o"
        include = (f"-I{runtime}", f"-I{place / 'include'}")
        line = [compiler.program, *_LIBRARY_FLAGS, *include, "-c", str(runtime / name), "-o", made]
        library.append(shlex.join(line))
        objects.append(made)
    # By its name modules find it as what the worker has opened already.
    link = [compiler.program, "-shared", f"-Wl,-soname,{LIBRARY}", *objects, "-o", LIBRARY]
    library.append(shlex.join(link))
    headers = []
    for mode in Mode:
        source, made = str(place / "include" / PRELUDE), f"{mode}.gch"
        include = (f"-I{place / mode}", f"-I{place / 'include'}")
        flags = (*compiler.flags(mode), *include, "-x", "c++-header")
        headers.append(shlex.join([compiler.program, *flags, source, "-o", made]))
    return (
        f"({' && '.join(library)}) & second=$!\n"
        f"{' && '.join(headers)} || exit 1\nwait $second || exit 1\n"
    )


def _keep(folder: Path, unborn: Path, place: Path) -> None:
    """Into the cache under its final name, so that nobody ever sees a part of it."""
    shutil.copyfile(folder / LIBRARY, unborn / LIBRARY)
    for mode in Mode:
        (unborn / mode).mkdir()
        shutil.copyfile(unborn / "include" / PRELUDE, unborn / mode / PRELUDE)
        shutil.copyfile(folder / f"{mode}.gch", unborn / mode / f"{PRELUDE}.gch")
    unborn.chmod(0o755)
    os.rename(unborn, place)  # noqa: PTH104


def _forget_old(cache: Path) -> None:
    """Keep the newest kits of other versions or compilers; a kit may be a quarter gigabyte."""
    kits = [path for path in cache.glob("gcc-*") if not path.name.endswith("-units")]
    kits.sort(key=lambda path: path.stat().st_mtime)
    for kit in kits[:-_KEPT_KITS]:
        shutil.rmtree(kit, ignore_errors=True)
        shutil.rmtree(kit.with_name(f"{kit.name}-units"), ignore_errors=True)
