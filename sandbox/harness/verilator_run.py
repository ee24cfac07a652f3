"""Compiles a design behind its testbench with Verilator, and simulates, both confined."""

from __future__ import annotations

import re
import shlex
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
_ENDLESS_ERRORS = "+verilator+error+limit+2000000000"


@dataclass(frozen=True, slots=True)
class VerilatorSimulator:
    """Verilator in its sandbox, with its runtime.

    `compile_s` bounds the CPU seconds of each pass of Verilator itself, BUILD all of the
    compilation, `limits` the simulation. `seed` draws what registers hold at first and what is x
    in the text; 0 = all of it is 0. `coverage` keeps COVERAGE_FILE.
    """

    isolation: Isolation
    runtime: Runtime
    limits: Limits
    compile_s: int
    seed: int = 0
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
        nonces = Nonces.fresh()
        # Of $stop Verilator makes an error; it ends the run here as it does on Icarus.
        text = _STOP.sub(lambda m: "$finish" if m[0] == "$stop" else m[0], bench_text(job, nonces))
        write_texts(job, folder, nonces, text)
        (folder / _MAIN).write_text(_main(job.waveform, self.coverage))
        built = self._confined(self._script(job, nonces), folder, BUILD)
        stages = {_ALONE: Stage.ALONE, _LINK: Stage.LINK, _BUILD: Stage.BUILD}
        stage = stages.get(built.returncode, Stage.SIMULATION)
        finished = self._simulated(job, folder, nonces, built) if built.ok else built
        return Simulated(
            stage,
            finished,
            nonces,
            read_log(folder / "alone.log"),
            read_log(folder / ("build.log" if stage is Stage.BUILD else "link.log")),
            self.compiler,
        )

    def alone(self, layout: Layout, top: str, folder: Path) -> str:
        """What the compiler says of a design alone."""
        (folder / DESIGN_FILE).write_text(layout.text, encoding="ascii")
        line = self.runtime.verilator.lint([DESIGN_FILE], top)
        return self._confined(f"exec {shlex.join(line)}\n", folder, BUILD).output

    def _simulated(self, job: Job, folder: Path, nonces: Nonces, built: Finished) -> Finished:
        powerup = ["+verilator+rand+reset+0"]
        if self.seed:
            powerup = ["+verilator+rand+reset+2", f"+verilator+seed+{self.seed}"]
        run = shlex.join([f"./{_PROGRAM}", *powerup, _ENDLESS_ERRORS])
        limits = dumping(self.limits) if job.waveform else self.limits
        limits = replace(limits, disk_mb=limits.disk_mb + BUILD.disk_mb)
        finished = self._confined(f"exec {run}\n", folder, limits)
        return replace(
            finished,
            output=as_icarus_prints(finished.output, nonces),
            cpu_s=built.cpu_s + finished.cpu_s,
            wall_s=built.wall_s + finished.wall_s,
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
        more += ["--coverage-line", "--coverage-toggle"] if self.coverage else []
        alone = verilator.lint([DESIGN_FILE], job.design.module.name)
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
