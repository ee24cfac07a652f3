"""Runs a candidate as RTLLM's makefiles do: one compilation, one simulation.

The published makefiles call VCS: `vcs -sverilog +v2k -timescale=1ns/1ns DESIGN.v testbench.v`, then
`./simv`. Here Icarus does both, with the same files in the same order and the same default time
scale; both processes run confined. The 8 seconds that `auto_run.py` waits for a simulation are
CPU seconds, so that a busy machine cannot turn a pass into a timeout.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gatewright.core import Candidate, DataError, Problem, TestbenchSpec
from gatewright.sandbox.isolation import Command, Finished, Isolation, Limits, scratch
from gatewright.sandbox.tools.icarus import Icarus

SIMULATE_CPU_S = 8
LIMITS = Limits(cpu_s=60, wall_s=600, file_mb=256, disk_mb=256, output_kb=4096)

_BINARY = "simv"
_COMMANDS = "sources.txt"
_COMPILER_LOG = "compile.log"
# One confinement for both commands. Icarus can exit with 0 after an error in the preprocessor,
# so the binary decides what happens next; that is what auto_run.py looks at, too.
_SCRIPT = f"""
"$1" -g2012 -o {_BINARY} -c {_COMMANDS} >{_COMPILER_LOG} 2>&1
[ -f {_BINARY} ] || exit 0
ulimit -S -t {SIMULATE_CPU_S}
exec "$2" -n {_BINARY} 2>>{_COMPILER_LOG}
"""
_LOG_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class FlowRun:
    """What a run said: `messages` are the compiler's, `output` the simulation's standard output.

    `compiled` = there was something to simulate.
    """

    messages: str
    output: str
    compiled: bool
    finished: Finished


def run_flow(
    problem: Problem, candidate: Candidate, isolation: Isolation, icarus: Icarus
) -> FlowRun:
    """Compile, then simulate if that left a binary. Raises DataError without a testbench."""
    with scratch("rtllm") as folder:
        _write(problem, candidate, folder)
        command = Command(
            ["sh", "-c", _SCRIPT, "flow", icarus.iverilog, icarus.vvp], folder, icarus.mounts
        )
        finished = isolation.run(command, LIMITS)
        compiled = (folder / _BINARY).is_file()
        return FlowRun(_read(folder / _COMPILER_LOG), finished.output, compiled, finished)


def spec_of(problem: Problem) -> TestbenchSpec:
    """The problem's testbench. Raises DataError where it has none."""
    if isinstance(problem.harness, TestbenchSpec):
        return problem.harness
    raise DataError("this problem has no testbench", where=problem.id)


def _write(problem: Problem, candidate: Candidate, folder: Path) -> None:
    spec = spec_of(problem)
    design = f"{problem.id}.v"
    texts = {design: candidate.text or "\n"}
    texts |= {source.name: source.text for source in (*spec.testbench, *spec.data)}
    names = [design, *(source.name for source in spec.testbench)]
    texts[_COMMANDS] = "\n".join(["+timescale+1ns/1ns", *names, ""])
    for name, text in texts.items():
        place = folder / PurePosixPath(name).name
        place.write_bytes(text.encode("utf-8", "surrogateescape"))


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LOG_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
