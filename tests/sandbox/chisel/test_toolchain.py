"""What is not there is said, with what to do: Java, Maven, the jars, firtool, the platform."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.core import ToolMissing, UsageError
from gatewright.sandbox.chisel import toolchain
from gatewright.sandbox.chisel.arguments import scala_arguments
from gatewright.sandbox.chisel.install import OWN_JARS, install
from gatewright.sandbox.chisel.toolchain import OWN_FIRTOOL, open_java, open_toolchain, own_firtool
from gatewright.sandbox.isolation import open_isolation


@pytest.fixture(autouse=True)
def _nothing_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """An empty cache, and no choice of the user's."""
    for name in ("JAVA_HOME", OWN_FIRTOOL, OWN_JARS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    open_java.cache_clear()
    yield
    open_java.cache_clear()


def fake_java(folder: Path, version: str) -> Path:
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(
        f"#!/bin/sh\necho '    java.specification.version = {version}' >&2\n"
        f"echo '    java.runtime.version = {version}.0.1' >&2\n"
    )
    program.chmod(0o755)
    return folder


def test_no_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing, match=r"no Java.*openjdk-17"):
        open_toolchain()


@pytest.mark.parametrize("version", ["1.8", "11"])
def test_a_java_too_old(version: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "jdk", version)))
    with pytest.raises(ToolMissing, match="too old"):
        open_java()


def test_java_home_comes_before_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "jdk", "21")))
    assert open_java().version == 21
    with pytest.raises(ToolMissing, match=r"not installed.*doctor --install chisel"):
        open_toolchain()


def test_a_firtool_that_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(OWN_FIRTOOL, str(tmp_path / "firtool"))
    with pytest.raises(ToolMissing, match="names no program"):
        own_firtool()


def test_no_maven(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "jdk", "21")))
    isolation = open_isolation()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing, match=r"no Maven.*apt-get install maven"):
        install(isolation)


def test_jars_fetched_by_halves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file that broke off does not count, and nothing of it stays."""
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "jdk", "21")))
    jars = tmp_path / "jars"
    jars.mkdir()
    for jar in toolchain.pins.jars():
        (jars / jar.name).write_bytes(b"PK half")
    monkeypatch.setenv(OWN_JARS, str(jars))
    with pytest.raises(ToolMissing):
        install(open_isolation())
    left = [path.name for path in (tmp_path / "cache").rglob("*") if path.suffix == ".jar"]
    assert left == []
    (jars / toolchain.pins.jars()[0].name).unlink()
    with pytest.raises(ToolMissing):
        install(open_isolation())


@pytest.mark.parametrize("harm", [b"PK half", None])
def test_an_installed_file_that_is_no_longer_whole(
    harm: bytes | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is told as that, not by what Java says of it, and installing again does not take it."""
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "jdk", "21")))
    folder = toolchain.place(open_java())
    folder.mkdir(parents=True)
    for name in ("chisel.jar", toolchain.FIRTOOL):
        (folder / name).write_bytes(b"PK and all the rest")
    toolchain.stamp(folder)
    assert open_toolchain().folder == folder
    (folder / "chisel.jar").write_bytes(harm) if harm else (folder / "chisel.jar").unlink()
    with pytest.raises(ToolMissing, match=r"chisel.jar.*not whole.*--install chisel again"):
        open_toolchain()
    monkeypatch.setenv(OWN_JARS, str(tmp_path))
    with pytest.raises(ToolMissing):
        install(open_isolation())
    assert not folder.exists()


def test_a_platform_without_firtool(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from gatewright.sandbox.chisel import install as module

    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    with pytest.raises(ToolMissing, match=rf"no firtool for Linux aarch64.*{OWN_FIRTOOL}"):
        module._firtool(tmp_path, lambda _: None)


def test_constructor_arguments_are_written_for_scala() -> None:
    given = ["width=16", "signed = true", 'name="a b"', "scale=-1.5"]
    assert scala_arguments(given) == 'width = 16, signed = true, name = "a b", scale = -1.5'
    for wrong in ("width", "width=", "9=1", "w=f(x)", 'w="a" + "b"', "w=1, x=2"):
        with pytest.raises(UsageError, match="no constructor argument"):
            scala_arguments([wrong])
