"""Runs scripts of ours confined: over text that is not ours, with packages that are not either."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from gatewright.sandbox.isolation import Command, Isolation, Limits
from gatewright.sandbox.tools.python import python_mounts


@dataclass(frozen=True, slots=True)
class ConfinedScript:
    """Runs a Python script with its folder as the only place it may write."""

    isolation: Isolation
    limits: Limits

    def __call__(self, script: Path, folder: Path) -> str:
        """Empty where it ended well; else, in a few words, how it ended."""
        shutil.copyfile(script, folder / script.name)
        argv = [sys.executable, "-B", script.name]
        command = Command(argv, folder, python_mounts())
        finished = self.isolation.run(command, self.limits)
        if finished.ok:
            return ""
        last = finished.output.strip().splitlines()[-1:]
        return f"{finished.ending} {finished.returncode}" + (f" ({last[0]})" if last else "")
