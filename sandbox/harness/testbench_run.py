"""Compiles and simulates a design in its testbench, in one confined launch."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from gatewright.core import Source
from gatewright.sandbox.harness.testbench_bench import Bench
from gatewright.sandbox.harness.testbench_compilers import Compiler, IcarusWords
from gatewright.sandbox.harness.testbench_design import Design
from gatewright.sandbox.harness.testbench_marks import NAME_NONCE, PRINT_NONCE
from gatewright.sandbox.harness.testbench_wiring import Outputs
from gatewright.sandbox.integrity import Layout
from gatewright.sandbox.isolation import Command, Finished, Isolation, Limits
from gatewright.sandbox.tools.icarus import Icarus

DESIGN_FILE = "design.sv"
WAVE_FILE = "wave.vcd"
_ALONE, _LINK = 71, 72
_LOG_BYTES = 64 << 10


class Stage(StrEnum):
    """How far a run got."""

    ALONE = "alone"
    LINK = "link"
    BUILD = "build"
    SIMULATION = "simulation"


@dataclass(frozen=True, slots=True)
class Nonces:
    """Two secrets of one run: one marks prints, the other hides names."""

    mark: str
    name: str

    @staticmethod
    def fresh() -> Nonces:
        """64 random bits each."""
        return Nonces(secrets.token_hex(8), f"gw{secrets.token_hex(8)}")

    @property
    def bench_file(self) -> str:
        """The testbench's file name; severity messages begin with it."""
        return f"bench_{self.mark}.sv"

    def filled(self, text: str) -> str:
        """The text with the placeholders filled."""
        return text.replace(PRINT_NONCE, self.mark).replace(NAME_NONCE, self.name)

    def cleared(self, text: str) -> str:
        """Text for a reader: names as the testbench's author wrote them."""
        return text.replace(f"_{self.name}", "")


@dataclass(frozen=True, slots=True)
class Simulated:
    """What came of it: the stage reached, how it ended, and the compiler's messages.

    `link` has those of the last stage of compilation that was reached.
    """

    stage: Stage
    finished: Finished
    nonces: Nonces
    alone: str
    link: str
    compiler: Compiler


@dataclass(frozen=True, slots=True)
class Job:
    """What to simulate; `waveform` has everything dumped to WAVE_FILE in the folder.

    `outputs` is what stands between the design's outputs and the testbench.
    """

    bench: Bench
    design: Design
    data: Sequence[Source] = ()
    waveform: bool = False
    outputs: Outputs = Outputs.DIRECT


@dataclass(frozen=True, slots=True)
class Simulator:
    """Icarus in its sandbox. `compile_s` bounds the CPU seconds of each of the two compilations."""

    isolation: Isolation
    icarus: Icarus
    limits: Limits
    compile_s: int

    @property
    def compiler(self) -> Compiler:
        """What its messages mean."""
        return IcarusWords()

    @property
    def version(self) -> Mapping[str, str]:
        """The simulator's name and version."""
        return {"iverilog": self.icarus.version}

    def run(self, job: Job, folder: Path) -> Simulated:
        """Elaborate the design alone, compile it behind the testbench, simulate."""
        nonces = Nonces.fresh()
        tops = self._write(job, folder, nonces)
        compiled = f"run_{nonces.mark}"
        script = self._script(
            self.icarus.lint([DESIGN_FILE], job.design.module.name),
            self.icarus.compile([nonces.bench_file, DESIGN_FILE], *tops, output=compiled),
            self.icarus.simulate(compiled),
        )
        command = Command(["/bin/sh", "-c", script], folder, mounts=self.icarus.mounts)
        limits = dumping(self.limits) if job.waveform else self.limits
        finished = self.isolation.run(command, limits)
        stage = {_ALONE: Stage.ALONE, _LINK: Stage.LINK}.get(finished.returncode, Stage.SIMULATION)
        return Simulated(
            stage,
            finished,
            nonces,
            read_log(folder / "alone.log"),
            read_log(folder / "link.log"),
            self.compiler,
        )

    def alone(self, layout: Layout, top: str, folder: Path) -> str:
        """What the compiler says of a design alone."""
        (folder / DESIGN_FILE).write_text(layout.text, encoding="ascii")
        line = self.icarus.lint([DESIGN_FILE], top)
        limits = replace(self.limits, cpu_s=self.compile_s)
        command = Command(line, folder, mounts=self.icarus.mounts)
        return self.isolation.run(command, limits).output

    def _write(self, job: Job, folder: Path, nonces: Nonces) -> list[str]:
        """Write all files; returns the modules to elaborate."""
        tops = [f"{job.bench.top}_{nonces.name}"]
        text = bench_text(job, nonces)
        if job.waveform:
            text += _dump(tops[0], nonces)
            tops.append(f"dump_{nonces.name}")
        write_texts(job, folder, nonces, text)
        return tops

    def _script(self, alone: list[str], link: list[str], run: list[str]) -> str:
        cap = f"ulimit -t {self.compile_s}"
        return (
            f"({cap}; exec {shlex.join(alone)}) >alone.log 2>&1 || exit {_ALONE}\n"
            f"({cap}; exec {shlex.join(link)}) >link.log 2>&1 || exit {_LINK}\n"
            f"exec {shlex.join(run)}\n"
        )


def bench_text(job: Job, nonces: Nonces) -> str:
    """The testbench as it is compiled."""
    return nonces.filled(job.bench.render(job.design.module, job.design.parts, job.outputs))


def write_texts(job: Job, folder: Path, nonces: Nonces, text: str) -> None:
    """Write the testbench's text, the design's and the data files."""
    for source in job.data:
        place = folder / Path(source.name).name
        place.write_bytes(source.text.encode("utf-8", "surrogateescape"))
    # The design's text comes next.
    (folder / nonces.bench_file).write_text(f"{text}`resetall\n", encoding="ascii")
    (folder / DESIGN_FILE).write_text(job.design.layout.text, encoding="ascii")


def _dump(top: str, nonces: Nonces) -> str:
    return (
        f"module dump_{nonces.name} ; initial begin\n"
        f'$dumpfile ( "{WAVE_FILE}" ) ; $dumpvars ( 0 , {top} ) ;\nend endmodule\n'
    )


def dumping(limits: Limits) -> Limits:
    """The limits, with room for a waveform."""
    return replace(limits, file_mb=max(limits.file_mb, 96), disk_mb=max(limits.disk_mb, 160))


def read_log(path: Path) -> str:
    """A compiler's messages, as far as they are worth reading."""
    try:
        with path.open("rb") as file:
            return file.read(_LOG_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
