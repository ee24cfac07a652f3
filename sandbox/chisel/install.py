"""Bringing Chisel into the cache, once: Maven fetches, hashes are checked, servers are compiled.

Maven itself is used, so that the user's mirrors, proxies and credentials count.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from gatewright.core import ToolCrashed, ToolMissing
from gatewright.sandbox.chisel import pins
from gatewright.sandbox.chisel.toolchain import (
    BASE,
    COMPILE_ARCHIVE,
    ELABORATE_ARCHIVE,
    FIRTOOL,
    OWN_FIRTOOL,
    SERVER,
    STAMP,
    Java,
    Toolchain,
    damaged,
    open_java,
    own_firtool,
    place,
    stamp,
)
from gatewright.sandbox.isolation import Command, Isolation, Limits, scratch

Announce = Callable[[str], None]
OWN_JARS = "GATEWRIGHT_CHISEL_JARS"
_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
_SCALAC = ("scala.tools.nsc.Main", "-usejavacp")
_JVM = Limits(
    cpu_s=180, wall_s=600, memory_mb=2048, address_space_mb=None, file_mb=256, disk_mb=512
)


def install(isolation: Isolation, announce: Announce = lambda _: None) -> Toolchain:
    """The toolchain, brought here where it is not yet: some 45 MB, and 300 MB for firtool's jar.

    Of several processes at once one installs and the others wait. Raises ToolMissing without Java
    or Maven or where a file cannot be had, ToolCrashed where ours cannot be compiled.
    """
    java = open_java()
    folder = place(java)
    firtool = own_firtool()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.parent / "lock"):
        if not (folder / STAMP).is_file() or damaged(folder):
            _bring(folder, java, isolation, announce, without_firtool=firtool is not None)
    if firtool is None and not (folder / FIRTOOL).is_file():
        with _locked(folder.parent / "lock"):
            _firtool(folder, announce)
    return Toolchain(folder, java, firtool or folder / FIRTOOL)


def _bring(
    folder: Path, java: Java, isolation: Isolation, announce: Announce, *, without_firtool: bool
) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # what a killed installation left
    unborn = Path(tempfile.mkdtemp(prefix="new-", dir=folder.parent))
    try:
        announce(f"fetching Chisel {pins.CHISEL} (26 jars, 46 MB)")
        _jars(unborn)
        unborn.chmod(0o755)
        unborn.rename(folder)
    finally:
        shutil.rmtree(unborn, ignore_errors=True)
    if not without_firtool:
        _firtool(folder, announce)
    announce("compiling the Chisel servers and their archives (15 to 40 seconds)")
    toolchain = Toolchain(folder, java, folder / FIRTOOL)
    _servers(toolchain, isolation)
    _lambdas(toolchain, isolation)
    _base(toolchain, isolation)
    for archive, main, arguments in (
        (COMPILE_ARCHIVE, "CompileServer", [str(toolchain.plugin), str(toolchain.base)]),
        (ELABORATE_ARCHIVE, "ElaborateServer", []),
    ):
        _archive(toolchain, isolation, archive, main, arguments)
    stamp(folder)


def _jars(folder: Path) -> None:
    own = os.environ.get(OWN_JARS, "")
    if own:
        for jar in pins.jars():
            _copied(Path(own) / jar.name, folder / jar.name)
    else:
        _maven(pins.COORDINATES, folder)
    for jar in pins.jars():
        _check(folder / jar.name, jar.sha256)


def _firtool(folder: Path, announce: Announce) -> None:
    system = (platform.system(), platform.machine())
    if system not in pins.PLATFORMS:
        raise ToolMissing(
            f"there is no firtool for {' '.join(system)} in Maven's repositories",
            hint=f"build CIRCT's firtool {pins.FIRTOOL} and name it in {OWN_FIRTOOL}",
        )
    announce(f"fetching firtool {pins.FIRTOOL} (a jar of 300 MB; one program of it is kept)")
    with tempfile.TemporaryDirectory(prefix="new-", dir=folder.parent) as name:
        fetched = Path(name)
        _maven(pins.FIRTOOL_COORDINATES, fetched)
        jar = fetched / f"llvm-firtool-{pins.FIRTOOL}.jar"
        _check(jar, pins.FIRTOOL_JAR_SHA256)
        member = f"org.chipsalliance/llvm-firtool/{pins.PLATFORMS[system]}/bin/firtool"
        with zipfile.ZipFile(jar) as archive, (fetched / FIRTOOL).open("wb") as program:
            shutil.copyfileobj(archive.open(member), program)
        (fetched / FIRTOOL).chmod(0o755)
        (fetched / FIRTOOL).rename(folder / FIRTOOL)


def _maven(coordinates: Iterable[tuple[str, str, str]], folder: Path) -> None:
    program = shutil.which("mvn")
    if program is None:
        raise ToolMissing(
            "there is no Maven, which fetches Chisel",
            hint=f"Debian: apt-get install maven; or name a folder with the jars in {OWN_JARS}",
        )
    with tempfile.TemporaryDirectory(prefix="gatewright-maven-") as work:
        Path(work, "pom.xml").write_text(_pom(coordinates))
        argv = [program, "-q", "-B", _GOAL, f"-DoutputDirectory={folder}"]
        done = subprocess.run(argv, cwd=work, capture_output=True, text=True, check=False)
    if done.returncode:
        errors = [line for line in done.stdout.splitlines() if line.startswith("[ERROR]")]
        said = errors[0] if errors else (done.stdout + done.stderr).strip()[-300:]
        raise ToolMissing(
            f"Maven could not fetch Chisel: {said.removeprefix('[ERROR] ')[:400]}",
            hint="see that Maven reaches a repository (~/.m2/settings.xml), then install again",
        )


def _pom(coordinates: Iterable[tuple[str, str, str]]) -> str:
    dependencies = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId>"
        f"<version>{version}</version></dependency>"
        for group, artifact, version in coordinates
    )
    return (
        "<project><modelVersion>4.0.0</modelVersion><groupId>gatewright</groupId>"
        "<artifactId>chisel</artifactId><version>1</version>"
        f"<dependencies>{dependencies}</dependencies></project>\n"
    )


def _copied(source: Path, target: Path) -> None:
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        raise ToolMissing(f"cannot be read: {error.strerror}", where=str(source)) from error


def _check(path: Path, sha256: str) -> None:
    if not path.is_file():
        raise ToolMissing(f"{path.name} was not fetched", hint="install again")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise ToolMissing(
            f"{path.name} is not the file it should be (sha256 {found}, not {sha256})",
            hint="remove it from Maven's local repository, then install again",
        )


def _servers(toolchain: Toolchain, isolation: Isolation) -> None:
    with scratch("scala") as work:
        for name, text in pins.scala_sources():
            (work / name).write_text(text)
        names = [name for name, _ in pins.scala_sources()]
        _java(
            toolchain,
            isolation,
            work,
            [*_SCALAC, f"-Xplugin:{toolchain.plugin}", "-d", SERVER, *names],
        )
        _keep(work / SERVER, toolchain.folder / SERVER)


def _lambdas(toolchain: Toolchain, isolation: Isolation) -> None:
    """Make the function literals of all jars such that the archives can hold them."""
    with scratch("lambdas") as work:
        jars = toolchain.class_path.split(":")
        _java(toolchain, isolation, work, ["PlainLambdas", ".", *jars])
        for jar in jars:
            _keep(work / Path(jar).name, Path(jar))


def _base(toolchain: Toolchain, isolation: Isolation) -> None:
    """Java's own classes in a jar: the compiler reads that quicker than Java's image of them."""
    with scratch("base") as work:
        _java(toolchain, isolation, work, ["JavaBase", BASE])
        _keep(work / BASE, toolchain.base)


def _archive(
    toolchain: Toolchain, isolation: Isolation, archive: str, main: str, arguments: list[str]
) -> None:
    """Have a server warm up and end, so that Java writes down the classes it loaded."""
    with scratch("archive") as work:
        (work / "requests").touch()  # at its end at once
        dump = f"-XX:ArchiveClassesAtExit={work / archive}"
        _java(toolchain, isolation, work, [dump, main, *arguments, "requests", "answers"])
        if (work / archive).is_file():  # some Javas cannot; then servers start more slowly
            _keep(work / archive, toolchain.folder / archive)


def _java(toolchain: Toolchain, isolation: Isolation, work: Path, arguments: list[str]) -> None:
    options = [*toolchain.options(""), "-Xmx1g"]
    if arguments[0].startswith("-"):
        options, arguments = [*options, arguments[0]], arguments[1:]
    argv = [str(toolchain.java.program), *options, "-cp", toolchain.class_path, *arguments]
    finished = isolation.run(Command(argv, work, toolchain.mounts, trusted=False), _JVM)
    if not finished.ok:
        raise ToolCrashed(
            f"{arguments[0]} ended by {finished.ending} ({finished.returncode})",
            where=str(toolchain.java.program),
            hint=finished.output.strip()[-400:],
        )


def _keep(made: Path, target: Path) -> None:
    """Under its final name in one step, so that nobody ever sees a part of it."""
    part = target.with_name(f"{target.name}.part")
    shutil.copyfile(made, part)
    part.replace(target)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
