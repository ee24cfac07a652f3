"""Kernels run by the emulator with counters, all in one process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gatewright.sandbox.emulator import Mode, Report, build, open_kit, read_report, unit_of_inline
from gatewright.sandbox.isolation import Isolation

# Each kernel runs in a fork of its own, so that none sees another's counts.
DRIVER = """\
import os
import sys
from pathlib import Path
import torch
from gatewright.sandbox.emulator import Mode, target
from gatewright.sandbox.emulator.worker import Emulator
emulator = Emulator.open(Path(sys.argv[1]), target("sm_90"), Mode.PROFILE)
for line in sys.stdin:
    name, module, arguments = line.rstrip("\\n").split("\\t")
    given = eval(arguments)
    child = os.fork()
    if child:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        continue
    emulator.load(Path(module)).run(*given)
    Path(name).write_bytes(emulator.report())
    os._exit(0)
"""


@dataclass(frozen=True)
class Micro:
    """A source that defines `run`, its declaration, and a Python tuple of tensors."""

    source: str
    declaration: str
    arguments: str


def profiled(kernels: Mapping[str, Micro], isolation: Isolation, folder: Path) -> dict[str, Report]:
    """Each kernel's report."""
    kit = open_kit(isolation)
    built, lines = {}, []
    for name, micro in kernels.items():
        unit = unit_of_inline(name, micro.declaration, micro.source, ["run"])
        built[name] = build(unit, Mode.PROFILE, kit, isolation)
        assert built[name].module is not None, built[name].log
        lines.append(f"{name}\t{built[name].module}\t{micro.arguments}")
    argv = [sys.executable, "-c", DRIVER, str(kit.library)]
    subprocess.run(argv, cwd=folder, input="\n".join(lines), text=True, check=True)
    return {
        name: read_report((folder / name).read_bytes(), [built[name]], kit, isolation)
        for name in kernels
    }
