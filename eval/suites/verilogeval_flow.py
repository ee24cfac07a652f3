"""Runs a candidate as VerilogEval v2.0's Makefile does: one compilation, one simulation.

Commands, file order and log are the published ones (NVlabs/verilog-eval, `Makefile.in`); both
processes run confined. The 30 seconds a simulation may take are CPU seconds here, so that a busy
machine cannot turn a pass into a timeout.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gatewright.core import Candidate, DataError, Problem, TestbenchSpec
from gatewright.datasets.verilogeval import TESTBENCH
from gatewright.sandbox.isolation import Command, Ending, Finished, Isolation, Limits, scratch
from gatewright.sandbox.tools.icarus import Icarus

CUT_SHORT = (Ending.CPU, Ending.WALL, Ending.OUTPUT)
"""Endings that the published `timeout 30` would have brought about."""

SIMULATE_CPU_S = 30
LIMITS = Limits(cpu_s=90, wall_s=900, file_mb=512, disk_mb=512, output_kb=4096)

_FLAGS = ("-Wall", "-Winfloop", "-Wno-timescale", "-g2012")
_BINARY = "simulation"
# One confinement for both commands: setting one up costs as much as a small simulation. Icarus
# can exit with 0 after an error in the preprocessor, so the binary decides what happens next.
_SCRIPT = f"""
iverilog=$1 vvp=$2
shift 2
"$iverilog" "$@" -o {_BINARY}
[ -f {_BINARY} ] || exit 0
ulimit -S -t {SIMULATE_CPU_S}
exec "$vvp" {_BINARY}
"""


@dataclass(frozen=True, slots=True)
class FlowRun:
    """What the commands said and how they ended; `compiled` = there was something to simulate."""

    log: str
    compiled: bool
    finished: Finished


def run_flow(
    problem: Problem, candidate: Candidate, isolation: Isolation, icarus: Icarus
) -> FlowRun:
    """Compile, then simulate if that left a binary. Raises DataError without a testbench."""
    with scratch("verilogeval") as folder:
        files = _write(problem, candidate, folder)
        compiling = [icarus.iverilog, icarus.vvp, *_FLAGS, "-s", TESTBENCH, *files]
        command = Command(["sh", "-c", _SCRIPT, "flow", *compiling], folder, icarus.mounts)
        finished = isolation.run(command, LIMITS)
        compiled = (folder / _BINARY).is_file()
    late = "\nTIMEOUT\n" if compiled and finished.ending in CUT_SHORT else ""
    return FlowRun(finished.output + late, compiled, finished)


def sample_name(problem: Problem) -> str:
    """The name of the candidate's file, which the log gives for a place in it."""
    return f"{problem.id}_sample01.sv"


def sample_text(problem: Problem, candidate: Candidate) -> str:
    """The published flow's sample file; an answer without code still has the given header."""
    if candidate.sources:
        return candidate.text
    return f"\n{problem.header}\n\n" if problem.header else "\n"


def spec_of(problem: Problem) -> TestbenchSpec:
    """The problem's testbench. Raises DataError where it has none."""
    if isinstance(problem.harness, TestbenchSpec):
        return problem.harness
    raise DataError("this problem has no testbench", where=problem.id)


def _write(problem: Problem, candidate: Candidate, folder: Path) -> list[str]:
    spec = spec_of(problem)
    files = {sample_name(problem): sample_text(problem, candidate)}
    for source in (*spec.testbench, *spec.reference):
        files[source.name] = source.text
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", errors="replace")
    return list(files)
