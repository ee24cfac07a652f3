"""Compiles a design for cocotb tests with Verilator; the program is kept for further runs.

Facts used (cocotb 2.1, Verilator 5.052): cocotb brings the C++ `main` for a model called Vtop; what
`--public-flat-rw` leaves visible is what tests see; a `-D` that the precompiled header has not
would void it. Verilator has no z, so the wrapper's variables start as numbers: as 1 where only
falling edges of them count, as 0 elsewhere. So the tests' first 0, or first 1, is the edge that it
is where they start as z.
"""

from __future__ import annotations

import re
import secrets
import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from gatewright.core import Direction, FailureClass, Outcome, Port, Severity, Verdict
from gatewright.sandbox.harness.cocotb_design import Design, driven, error, wrapper
from gatewright.sandbox.harness.cocotb_judge import not_compiled, timed, undrivable
from gatewright.sandbox.harness.cocotb_simulator import BENCH, DESIGN, WAVE, Compiled
from gatewright.sandbox.harness.verilator_run import BUILD, ZEROS
from gatewright.sandbox.isolation import Command, Ending, Finished, Isolation, Limits
from gatewright.sandbox.tools.cocotb import find_cocotb, verilator_parts
from gatewright.sandbox.tools.slang_elaborated import elaborate
from gatewright.sandbox.tools.verilator import parse_messages, stopped_parsing
from gatewright.sandbox.tools.verilator_runtime import Runtime

_PROGRAM, _UNIT, _HEAD = "simulation", "gw_all.cc", "gw_head.h"
_VERILATE_S = 20
_ENDLESS_ERRORS = "+verilator+error+limit+2000000000"
_EDGE = re.compile(r"\b(posedge|negedge)\s*\(?\s*(\w+)")
_OWN_REMARK = re.compile(r"^- \S*:\d+: Verilog \$finish\n?", re.MULTILINE)


class Programs:
    """The programs built for one check, in a folder, so that each is built but once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[tuple[str, bool], tuple[Compiled, Path]] = {}

    def keep(self, key: tuple[str, bool], compiled: Compiled, program: Path) -> None:
        """Keep a program; what it cost is paid."""
        place = self._folder / str(len(self._kept))
        shutil.copy(program, place)
        free = replace(compiled.finished, cpu_s=0.0, wall_s=0.0)
        self._kept[key] = replace(compiled, finished=free), place

    def recall(self, key: tuple[str, bool], target: Path) -> Compiled | None:
        """Bring a program; None where it was not built yet."""
        found = self._kept.get(key)
        if found is None:
            return None
        shutil.copy(found[1], target)
        return found[0]


@dataclass(frozen=True, slots=True)
class VerilatorCocotb:
    """Verilator with its runtime, confined. `programs` are those of one check."""

    isolation: Isolation
    runtime: Runtime
    programs: Programs

    @property
    def tools(self) -> dict[str, str]:
        """The versions of what it uses."""
        return {"verilator": self.runtime.verilator.version, "cocotb": find_cocotb().version}

    @property
    def macros(self) -> dict[str, str]:
        """The macro that Verilator itself defines."""
        return {"VERILATOR": "1"}

    def own_words(self, output: str) -> str:
        """The output without what Verilator says of every end."""
        return _OWN_REMARK.sub("", output)

    def compile(
        self, design: Design, folder: Path, limits: Limits, *, dump: bool
    ) -> Compiled | Verdict:
        """Compile in a folder. The limits are BUILD: those given are the simulation's."""
        key = (design.layout.text, dump)
        kept = self.programs.recall(key, folder / _PROGRAM)
        if kept is not None:
            return kept
        nonce = secrets.token_hex(8)
        text = _wrapped(design, nonce)
        if text is None:
            return undrivable([p for p in design.module.interface.ports if not _plain(p, design)])
        (folder / DESIGN).write_text(design.layout.text)
        (folder / BENCH).write_text(text)
        finished = self._built(folder, f"cocotb_{nonce}", dump=dump)
        if not finished.ok:
            return _refused(finished, design)
        dumping = ("--trace", "--trace-file", WAVE) if dump else ()
        program = (f"./{_PROGRAM}", _ENDLESS_ERRORS, *ZEROS.arguments, *dumping)
        compiled = Compiled(finished, program, nonce, driven(design.module, nonce))
        self.programs.keep(key, compiled, folder / _PROGRAM)
        return compiled

    def _built(self, folder: Path, top: str, *, dump: bool) -> Finished:
        parts, verilator = verilator_parts(), self.runtime.verilator
        more = ["--vpi", "--public-flat-rw", *(["--trace-vcd"] if dump else [])]
        verilate = verilator.verilate([DESIGN, BENCH], top, *more, prefix="Vtop")
        (folder / _HEAD).write_text(f"#define VM_TRACE {int(dump)}\n#define VM_COVERAGE 0\n")
        build = self.runtime.compile(_UNIT, "all.o", "-Iobj", "-I.")
        link = self.runtime.link(
            "all.o", _PROGRAM, str(parts.library), f"-Wl,-rpath,{parts.library.parent}"
        )
        script = (
            f"(ulimit -t {_VERILATE_S}; exec {shlex.join(verilate)}) || exit 1\n"
            f"for f in {_HEAD} obj/*.cpp {shlex.quote(str(parts.main))}\n"
            f'do echo "#include \\"$f\\""; done >{_UNIT}\n'
            f"{shlex.join(build)} && exec {shlex.join(link)}\n"
        )
        command = Command(
            ["/bin/sh", "-c", script],
            folder,
            (*self.runtime.mounts, *find_cocotb().mounts),
            verilator.environment,
            trusted=False,
        )
        return self.isolation.run(command, BUILD)


def _wrapped(design: Design, nonce: str) -> str | None:
    """The wrapper; None where some port is of a kind that it cannot drive."""
    widths = elaborate(design.layout.text, design.module.name, design.parameters).widths
    inputs = [port.name for port in design.module.interface.inputs]
    both = any(p.direction is Direction.INOUT for p in design.module.interface.ports)
    if both or any(name not in widths for name in inputs):
        return None
    measured = {port.name: widths[port.name] for port in design.unmeasured}
    return wrapper(design, nonce, measured, start=_starting(design))


def _plain(port: Port, design: Design) -> bool:
    widths = elaborate(design.layout.text, design.module.name, design.parameters).widths
    return port.direction is Direction.OUTPUT or (
        port.direction is Direction.INPUT and port.name in widths
    )


def _starting(design: Design) -> Callable[[Port, int], str]:
    edges = set(_EDGE.findall(design.layout.text))

    def start(port: Port, width: int) -> str:
        falling = ("negedge", port.name) in edges and ("posedge", port.name) not in edges
        return f"{width}'d{int(falling)}"

    return start


def _refused(finished: Finished, design: Design) -> Verdict:
    """What Verilator minds. Where it minds nothing in the design, the design is not judged."""
    said = parse_messages(finished.output, lambda name, line: design.place(name, line, DESIGN))
    errors = [d for d in said if d.severity is Severity.ERROR]
    if finished.ending is not Ending.EXITED or any(d.file not in ("", BENCH) for d in errors):
        return not_compiled(finished, said, unparsed=stopped_parsing(finished.output))
    text = "; ".join(d.message for d in errors) or finished.output.strip()[-300:]
    gave_up = error(f"Verilator gives up on the design in its wrapper: {text}")
    return timed(
        Verdict(Outcome.INCONCLUSIVE, FailureClass.ELABORATION, diagnostics=(gave_up,)), finished
    )
