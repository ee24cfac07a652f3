"""Compiles a design behind its testbench with Verilator, and simulates, both confined."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gatewright.sandbox.harness.testbench_compilers import Compiler, VerilatorWords
from gatewright.sandbox.harness.testbench_run import (
    DESIGN_FILE,
    WAVE_FILE,
    Job,
    Nonces,
    Simulated,
    Stage,
    bench_text,
    dumping,
    read_log,
    write_texts,
)
from gatewright.sandbox.harness.testbench_wiring import Outputs
from gatewright.sandbox.harness.verilator_output import as_icarus_prints
from gatewright.sandbox.integrity import Layout
from gatewright.sandbox.isolation import Command, Finished, Isolation, Limits
from gatewright.sandbox.tools.verilator_runtime import Runtime

COVERAGE_FILE = "coverage.dat"
BUILD = Limits(
    cpu_s=120, wall_s=480, memory_mb=3072, address_space_mb=None, file_mb=256, disk_mb=512
)
_PROGRAM, _MAIN = "simulation", "gw_main.cc"
_ALONE, _LINK, _BUILD = 71, 72, 73
_STOP = re.compile(r'"(?:\\.|[^"\\])*"|\$stop\b')
# Blocking and other assignments to one variable, refused because they may run otherwise than they
# should: what a testbench reaches is told all the same.
_LENIENT = ["-Wno-BLKANDNBLK"]
_COVERING = ["--coverage-line", "--coverage-toggle", *_LENIENT]
_ENDLESS_ERRORS = "+verilator+error+limit+2000000000"


@dataclass(frozen=True, slots=True)
class PowerUp:
    """What registers hold at first, and what is x in the text: `arguments` of the program."""

    arguments: tuple[str, ...]


ZEROS = PowerUp(("+verilator+rand+reset+0",))
ONES = PowerUp(("+verilator+rand+reset+1",))


def drawn(seed: int) -> PowerUp:
    """Each bit drawn at random; `seed` is any number but 0."""
    return PowerUp(("+verilator+rand+reset+2", f"+verilator+seed+{seed}"))


# All ones find whatever zeros hide of one register, random bits what hides between several.
POWER_UPS = (ONES, drawn(20260801), drawn(20260802))


@dataclass(frozen=True, slots=True)
class _Built:
    """A build: its names, how it ended, its stage, what the compilers said."""

    nonces: Nonces
    finished: Finished
    stage: Stage
    alone: str
    link: str


class Builds:
    """The programs built for one check, kept in a folder, so that each is built but once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[_Key, tuple[_Built, Path]] = {}

    def keep(self, key: _Key, built: _Built, program: Path) -> None:
        """Keep a program that was built."""
        place = self._folder / f"{len(self._kept)}"
        shutil.copy(program, place)
        free = replace(built.finished, cpu_s=0.0, wall_s=0.0)
        self._kept[key] = replace(built, finished=free), place

    def recall(self, key: _Key) -> tuple[_Built, Path] | None:
        """That build, at no further cost, and its program; None where it was not built yet."""
        return self._kept.get(key)


@dataclass(frozen=True, slots=True)
class _Key:
    design: str
    outputs: Outputs
    waveform: bool


@dataclass(frozen=True, slots=True)
class VerilatorSimulator:
    """Verilator in its sandbox, with its runtime, for one testbench.

    `compile_s` bounds the CPU seconds of each pass of Verilator itself, BUILD all of the
    compilation, `limits` the simulation. `builds` keeps what was built for further runs;
    `coverage` keeps COVERAGE_FILE.
    """

    isolation: Isolation
    runtime: Runtime
    limits: Limits
    compile_s: int
    builds: Builds | None = None
    powerup: PowerUp = ZEROS
    coverage: bool = False

    @property
    def compiler(self) -> Compiler:
        """What its messages mean."""
        return VerilatorWords()

    @property
    def version(self) -> Mapping[str, str]:
        """The simulator's name and version."""
        return {"verilator": self.runtime.verilator.version}

    def run(self, job: Job, folder: Path) -> Simulated:
        """Elaborate the design alone, compile it behind the testbench, simulate."""
        key = _Key(job.design.layout.text, job.outputs, job.waveform)
        kept = self.builds.recall(key) if self.builds else None
        if kept:
            built, program = kept
            write_texts(job, folder, built.nonces, "")
            shutil.copy(program, folder / _PROGRAM)
        else:
            built = self._built(job, folder)
            if self.builds and built.finished.ok:
                self.builds.keep(key, built, folder / _PROGRAM)
        finished = self._simulated(job, folder, built) if built.finished.ok else built.finished
        return Simulated(
            built.stage, finished, built.nonces, built.alone, built.link, self.compiler
        )

    def alone(self, layout: Layout, top: str, folder: Path) -> str:
        """What the compiler says of a design alone."""
        (folder / DESIGN_FILE).write_text(layout.text, encoding="ascii")
        line = self.runtime.verilator.lint([DESIGN_FILE], top)
        return self._confined(f"exec {shlex.join(line)}\n", folder, BUILD).output

    def _built(self, job: Job, folder: Path) -> _Built:
        nonces = Nonces.fresh()
        # Of $stop Verilator makes an error; it ends the run here as it does on Icarus.
        text = _STOP.sub(lambda m: "$finish" if m[0] == "$stop" else m[0], bench_text(job, nonces))
        write_texts(job, folder, nonces, text)
        (folder / _MAIN).write_text(_main(job.waveform, self.coverage))
        finished = self._confined(self._script(job, nonces), folder, BUILD)
        stages = {_ALONE: Stage.ALONE, _LINK: Stage.LINK, _BUILD: Stage.BUILD}
        stage = stages.get(finished.returncode, Stage.SIMULATION)
        return _Built(
            nonces,
            finished,
            stage,
            read_log(folder / "alone.log"),
            read_log(folder / ("build.log" if stage is Stage.BUILD else "link.log")),
        )

    def _simulated(self, job: Job, folder: Path, built: _Built) -> Finished:
        run = shlex.join([f"./{_PROGRAM}", *self.powerup.arguments, _ENDLESS_ERRORS])
        limits = dumping(self.limits) if job.waveform else self.limits
        limits = replace(limits, disk_mb=limits.disk_mb + BUILD.disk_mb)
        finished = self._confined(f"exec {run}\n", folder, limits)
        return replace(
            finished,
            output=as_icarus_prints(finished.output, built.nonces),
            cpu_s=built.finished.cpu_s + finished.cpu_s,
            wall_s=built.finished.wall_s + finished.wall_s,
        )

    def _confined(self, script: str, folder: Path, limits: Limits) -> Finished:
        command = Command(
            ["/bin/sh", "-c", script],
            folder,
            self.runtime.mounts,
            self.runtime.verilator.environment,
            trusted=False,
        )
        return self.isolation.run(command, limits)

    def _script(self, job: Job, nonces: Nonces) -> str:
        verilator = self.runtime.verilator
        more = ["--trace-vcd"] if job.waveform else []
        more += _COVERING if self.coverage else []
        alone = verilator.lint([DESIGN_FILE], job.design.module.name)
        alone += _LENIENT if self.coverage else []
        top = f"{job.bench.top}_{nonces.name}"
        verilate = verilator.verilate([nonces.bench_file, DESIGN_FILE], top, *more)
        build = self.runtime.compile("all.cc", "all.o", "-Iobj", "-I.")
        link = self.runtime.link("all.o", _PROGRAM)
        cap = f"ulimit -t {self.compile_s}"
        return (
            f"({cap}; exec {shlex.join(alone)}) >alone.log 2>&1 || exit {_ALONE}\n"
            f"({cap}; exec {shlex.join(verilate)}) >link.log 2>&1 || exit {_LINK}\n"
            f'for f in obj/*.cpp {_MAIN}; do echo "#include \\"$f\\""; done >all.cc\n'
            f"({shlex.join(build)} && {shlex.join(link)}) >build.log 2>&1 || exit {_BUILD}\n"
        )


def _main(waveform: bool, coverage: bool) -> str:
    """The program around the model: it runs until $finish or until nothing more can happen."""
    opening = dump = closing = ""
    if waveform:
        opening = (
            "context->traceEverOn(true); VerilatedVcdC wave; top->trace(&wave, 99);"
            f' wave.open("{WAVE_FILE}");'
        )
        dump, closing = "wave.dump(context->time());", "wave.close();"
    if coverage:
        closing += f' context->coveragep()->write("{COVERAGE_FILE}");'
    return f"""\
int main(int argc, char** argv) {{
    const std::unique_ptr<VerilatedContext> context{{new VerilatedContext}};
    context->commandArgs(argc, argv);
    const std::unique_ptr<Vgw> top{{new Vgw{{context.get(), ""}}}};
    {opening}
    while (!context->gotFinish()) {{
        top->eval();
        {dump}
        if (!top->eventsPending()) break;
        context->time(top->nextTimeSlot());
    }}
    top->final();
    {closing}
    return 0;
}}
"""
