"""The confined process in which a design is elaborated for `--elaborated`."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatewright.retrieval.elaboration import Elaborated
    from gatewright.retrieval.repository import Repository
    from gatewright.sandbox.isolation import Isolation


@dataclass(frozen=True, slots=True)
class _Confined:
    """Runs a script of ours in the sandbox."""

    isolation: Isolation

    def __call__(self, script: Path, folder: Path) -> str:
        """Empty where it ended well; else how it ended."""
        from gatewright.sandbox.isolation import Command, Limits
        from gatewright.sandbox.tools.python import python_mounts

        shutil.copyfile(script, folder / script.name)
        argv = [sys.executable, "-B", script.name]
        limits = Limits(cpu_s=120.0, wall_s=300.0, memory_mb=6144, address_space_mb=None)
        finished = self.isolation.run(Command(argv, folder, python_mounts()), limits)
        if finished.ok:
            return ""
        last = finished.output.strip().splitlines()[-1:]
        return f"{finished.ending} {finished.returncode}" + (f" ({last[0]})" if last else "")


def elaborated(repository: Repository, signal: str, near: str, level: str | None) -> Elaborated:
    """Bit-accurate drivers and loads. Raises UsageError, DataError, SandboxUnavailable."""
    from gatewright.cli.options import isolation_from, settings_from
    from gatewright.retrieval.elaboration import elaborate
    from gatewright.sandbox.isolation import scratch

    isolation = isolation_from(settings_from(isolation=level))
    with scratch("elaborate") as folder:
        return elaborate(repository, signal, _Confined(isolation), folder, near)
