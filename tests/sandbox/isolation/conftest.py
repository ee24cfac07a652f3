from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gatewright.sandbox.isolation import (
    Command,
    Finished,
    Isolation,
    Level,
    Limits,
    Mount,
    open_isolation,
    probe,
    scratch,
)

ESCAPES = Path(__file__).parents[2] / "fixtures" / "escapes"
PYTHON = Path(sys.base_prefix)
CONFINING = (Level.BWRAP, Level.LANDLOCK)
MODEST = Limits(cpu_s=3.0, wall_s=10.0, memory_mb=300, file_mb=8, disk_mb=24, output_kb=64)

Run = Callable[..., Finished]


def available(level: Level) -> Isolation:
    offer = probe().offer(level)
    if not offer.available:
        pytest.skip(f"no level {level} here: {offer.reason}")
    return open_isolation(level, unsafe=True)


@pytest.fixture(params=CONFINING)
def isolation(request: pytest.FixtureRequest) -> Isolation:
    """Every level that keeps hostile code from the host's files."""
    return available(request.param)


@pytest.fixture(params=(*CONFINING, Level.RLIMITS))
def any_isolation(request: pytest.FixtureRequest) -> Isolation:
    return available(request.param)


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch("test") as made:
        yield made


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of the host that no run may see or change."""
    path = tmp_path / "secret"
    path.write_text("c0ffee\n")
    path.chmod(0o640)
    return path


@pytest.fixture
def python(folder: Path) -> Run:
    """Runs one of the attack scripts with an interpreter of the host's."""

    def run(isolation: Isolation, script: str, *argv: object, **options: Any) -> Finished:
        limits = options.pop("limits", MODEST)
        command = Command(
            [str(PYTHON / "bin" / "python3"), "-S", str(ESCAPES / script), *map(str, argv)],
            folder,
            mounts=[Mount(PYTHON), Mount(ESCAPES)],
            environment={"PYTHONDONTWRITEBYTECODE": "1"},
            trusted=False,
            **options,
        )
        return isolation.run(command, limits)

    return run


@pytest.fixture
def sh(folder: Path) -> Run:
    """Runs a shell script."""

    def run(isolation: Isolation, script: str, **options: Any) -> Finished:
        limits = options.pop("limits", MODEST)
        return isolation.run(Command(["sh", "-c", script], folder, **options), limits)

    return run


@pytest.fixture
def verilog(folder: Path) -> Run:
    """Compiles one of the attack modules, host names given as macros, and simulates it."""

    def run(isolation: Isolation, source: str, limits: Limits = MODEST, **macros: Path) -> Finished:
        if shutil.which("iverilog") is None:
            pytest.skip("Icarus Verilog is not installed")
        shutil.copy(ESCAPES / source, folder)
        defines = [f'-D{name.upper()}="{path}"' for name, path in macros.items()]
        compiled = isolation.run(
            Command(["iverilog", "-g2012", "-o", "a.vvp", *defines, source], folder), limits
        )
        if not compiled.ok:
            return compiled
        return isolation.run(Command(["vvp", "-n", "a.vvp"], folder), limits)

    return run
