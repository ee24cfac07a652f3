"""firtool: CHIRRTL in, SystemVerilog out, in a confined process of its own."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from gatewright.core import Diagnostic, ToolCrashed
from gatewright.sandbox.chisel.messages import firtool_diagnostics, firtool_warnings
from gatewright.sandbox.chisel.toolchain import Toolchain
from gatewright.sandbox.isolation import Command, Finished, Isolation, Limits, Mount, scratch

# Measured on 30 modules and three readers: without these, Icarus 11 fails 24 of them, Verilator 30
# and Yosys 30; with them, none. `always_comb` makes Icarus 11 eighty times slower on wide selects.
_LOWERING = (
    "disallowLocalVariables",
    "disallowPackedArrays",
    "noAlwaysComb",
    "disallowPortDeclSharing",
    "locationInfoStyle=wrapInAtSquareBracket",
    "emittedLineLength=120",
)
OPTIONS = (
    "--format=fir",
    "-disable-all-randomization",
    "--default-layer-specialization=disable",
    f"--lowering-options={','.join(_LOWERING)}",
    "--output-error-diagnostics=errors.json",
)
_REGISTER = re.compile(r"^(  reg +(?:\[\d+:0\] +)?\w+);", re.MULTILINE)
_LIMITS = Limits(cpu_s=20, wall_s=120, memory_mb=2048, address_space_mb=4096, output_kb=256)
_TEXT_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Emitted:
    """The text ('' where there is none) and what firtool said of the candidate's lines."""

    text: str
    diagnostics: tuple[Diagnostic, ...]
    finished: Finished


def emit(chirrtl: str, toolchain: Toolchain, isolation: Isolation, *, power_up: bool) -> Emitted:
    """Run firtool. `power_up` has every register (not memories) hold 0 before the first edge."""
    with scratch("firtool") as work:
        (work / "in.fir").write_text(chirrtl)
        argv = [str(toolchain.firtool), *OPTIONS, "in.fir", "-o", "out.sv"]
        command = Command(argv, work, (Mount(toolchain.firtool),), trusted=False)
        finished = isolation.run(command, _LIMITS)
        errors, output = work / "errors.json", work / "out.sv"
        found = firtool_warnings(finished.output)
        if errors.is_file():
            found += firtool_diagnostics(_json(errors.read_text()))
        if finished.ok and not output.is_file():
            raise ToolCrashed("firtool wrote nothing", where=str(toolchain.firtool))
        whole = finished.ok and output.stat().st_size <= _TEXT_BYTES
        text = output.read_text() if whole else ""
        return Emitted(_REGISTER.sub(r"\1 = 0;", text) if power_up else text, found, finished)


def _json(text: str) -> list[object]:
    try:
        found = json.loads(text)
    except ValueError:
        return []
    return found if isinstance(found, list) else []
