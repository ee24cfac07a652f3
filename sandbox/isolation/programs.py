"""Finding the program to run, and saying so when it is not there or not visible inside."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from gatewright.core import ToolMissing, UsageError
from gatewright.sandbox.isolation.base import Command

PATH = "/usr/local/bin:/usr/bin:/bin"

# What a program needs of the system. Nothing that names users, hosts or secrets.
SYSTEM_FOLDERS = (
    "/usr",
    "/bin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/sbin",
)
SYSTEM_FILES = ("/etc/alternatives", "/etc/ld.so.cache")


def system_paths() -> list[str]:
    """Those of the system's folders and files that exist here."""
    return [path for path in (*SYSTEM_FOLDERS, *SYSTEM_FILES) if os.path.lexists(path)]


def environment(command: Command, folder: Path) -> dict[str, str]:
    """The whole environment of the child."""
    own = str(folder)
    base = {"PATH": PATH, "HOME": own, "LANG": "C.UTF-8", "TMPDIR": own}
    return {**base, **command.environment}


def check(command: Command) -> None:
    """Raises UsageError where a folder that must be shown inside is not there."""
    for path in (command.folder, *(mount.path for mount in command.mounts)):
        if not path.is_absolute() or not path.exists():
            raise UsageError(
                f"{path} cannot be shown to {command.argv[0]}: it is not an existing full path"
            )
    for mount in command.mounts:
        if not mount.inside.is_absolute():
            raise UsageError(f"{mount.path} cannot be shown at {mount.inside}: no full path")


def locate(command: Command, environment: Mapping[str, str], folder: Path) -> str:
    """The program's path as the child sees it. Raises ToolMissing."""
    name = command.argv[0]
    if "/" in name:
        program: str | None = name if name.startswith("/") else str(folder / name)
        if program is not None and not os.access(program, os.X_OK):
            program = None
    else:
        program = shutil.which(name, path=environment["PATH"])
    if program is None:
        raise ToolMissing(
            f"no program {name!r}",
            where=f"PATH {environment['PATH']}",
            hint="install it, or name its full path",
        )
    _visible(program, command, folder)
    return program


def _visible(program: str, command: Command, folder: Path) -> None:
    shown = [*SYSTEM_FOLDERS, str(folder), *(str(mount.inside) for mount in command.mounts)]
    if not any(program == place or program.startswith(f"{place}/") for place in shown):
        raise ToolMissing(
            f"{program} is not visible inside the sandbox",
            hint="add its folder to the command's mounts",
        )
