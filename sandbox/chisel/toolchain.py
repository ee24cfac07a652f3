"""Where Chisel's jars, firtool and our compiled servers are, and which Java runs them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gatewright.core import ToolMissing
from gatewright.sandbox.chisel import pins
from gatewright.sandbox.isolation import Mount

INSTALL = "gatewright doctor --install chisel"
SERVER, FIRTOOL, STAMP = "server.jar", "firtool", "ready"
BASE = "java-base.jar"
COMPILE_ARCHIVE, ELABORATE_ARCHIVE = "compile.jsa", "elaborate.jsa"
OWN_FIRTOOL = "GATEWRIGHT_FIRTOOL"
_OLDEST_JAVA = 17  # the first whose archives hold what a class path adds


@dataclass(frozen=True, slots=True)
class Java:
    """A Java runtime: its program, its major version, and what it must see to run."""

    program: Path
    version: int
    build: str

    @property
    def mounts(self) -> tuple[Mount, ...]:
        """Its own folder and configuration, where /usr does not hold them."""
        home = self.program.parent.parent
        etc = Path("/etc") / f"java-{self.version}-openjdk"
        found = [Mount(etc)] if etc.is_dir() else []
        if Path("/usr") not in home.parents:
            found.append(Mount(home))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Toolchain:
    """Everything that is needed to turn Chisel into SystemVerilog, in one folder of the cache."""

    folder: Path
    java: Java
    firtool: Path

    @property
    def class_path(self) -> str:
        """The servers and every jar, in a fixed order: the archives are bound to this text."""
        names = (SERVER, *(jar.name for jar in pins.jars()))
        return ":".join(str(self.folder / name) for name in names)

    @property
    def plugin(self) -> Path:
        """The compiler plugin's jar."""
        return self.folder / pins.PLUGIN

    @property
    def base(self) -> Path:
        """Java's own classes, as candidates see them."""
        return self.folder / BASE

    @property
    def mounts(self) -> tuple[Mount, ...]:
        """What a JVM must see."""
        return (Mount(self.folder), *self.java.mounts)

    @property
    def versions(self) -> dict[str, str]:
        """For a Verdict's `tools`."""
        own = self.firtool.parent != self.folder
        firtool = f"the user's own {self.firtool}" if own else pins.FIRTOOL
        return {"chisel": pins.CHISEL, "firtool": firtool, "java": self.java.build}

    def options(self, archive: str) -> list[str]:
        """Java's options: quick to start, small, silent on the standard streams."""
        found = [
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-Xss8m",
            "-Xshare:auto",
            "-Xlog:disable",
            "-Xlog:all=off",
        ]
        path = self.folder / archive
        return [*found, f"-XX:SharedArchiveFile={path}"] if path.is_file() else found


def open_toolchain() -> Toolchain:
    """The installed toolchain. Raises ToolMissing, saying what is not there and what to do."""
    java = open_java()
    folder = place(java)
    if not (folder / STAMP).is_file():
        raise ToolMissing("Chisel is not installed", hint=f"{INSTALL} (once; needs Maven)")
    broken = damaged(folder)
    if broken:
        raise ToolMissing(
            "a file of the Chisel installation is not whole", where=broken, hint=f"{INSTALL} again"
        )
    return Toolchain(folder, java, own_firtool() or folder / FIRTOOL)


def stamp(folder: Path) -> None:
    """Note that everything is there, and how large each file is."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != STAMP)
    sizes = "".join(f"{path.stat().st_size} {path.name}\n" for path in files)
    (folder / STAMP).write_text(f"Chisel {pins.CHISEL}, firtool {pins.FIRTOOL}\n{sizes}")


def damaged(folder: Path) -> str:
    """The first file that is gone, or has another size than it was stamped with; '' = none."""
    for row in (folder / STAMP).read_text().splitlines()[1:]:
        size, _, name = row.partition(" ")
        path = folder / name
        if not path.is_file() or str(path.stat().st_size) != size:
            return str(path)
    return ""


@cache
def open_java() -> Java:
    """The Java that JAVA_HOME or PATH names. Raises ToolMissing where there is none, or too old."""
    home = os.environ.get("JAVA_HOME", "")
    named = Path(home, "bin", "java") if home else None
    found = str(named) if named and named.is_file() else shutil.which("java")
    if found is None:
        raise ToolMissing("there is no Java, which Chisel needs", hint=_get_java())
    program = Path(found).resolve()
    version, build = _asked(program)
    if version < _OLDEST_JAVA:
        raise ToolMissing(f"Java {build} is too old for Chisel", where=found, hint=_get_java())
    return Java(program, version, build)


def own_firtool() -> Path | None:
    """The firtool that the user names in GATEWRIGHT_FIRTOOL. Raises ToolMissing if it is none."""
    named = os.environ.get(OWN_FIRTOOL, "")
    if not named:
        return None
    path = Path(named).resolve()
    if not os.access(path, os.X_OK) or path.is_dir():
        raise ToolMissing(f"{OWN_FIRTOOL} names no program", where=named)
    return path


def place(java: Java) -> Path:
    """The folder in the cache: another for other pins, servers or another Java."""
    from platformdirs import user_cache_path

    parts = [java.build, *(f"{jar.sha256} {jar.name}" for jar in pins.jars())]
    parts += [f"{name}\0{text}" for name, text in pins.scala_sources()]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
    cache_folder = user_cache_path("gatewright", appauthor=False) / "chisel"
    return cache_folder.resolve() / f"{pins.CHISEL}-{digest}"


def _get_java() -> str:
    return f"install a Java runtime, {_OLDEST_JAVA} or newer (Debian: openjdk-17-jre-headless)"


def _asked(program: Path) -> tuple[int, str]:
    asked = subprocess.run(
        [str(program), "-XshowSettings:properties", "-version"],
        capture_output=True,
        text=True,
        check=False,
    )
    rows = (line.split("=", 1) for line in asked.stderr.splitlines() if " = " in line)
    settings = {name.strip(): value.strip() for name, value in rows}
    version = settings.get("java.specification.version", "0").removeprefix("1.")
    build = settings.get("java.runtime.version", "")
    return (int(version) if version.isdigit() else 0), build
