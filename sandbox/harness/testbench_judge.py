"""From a run's stages, endings and transcript to a finding."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from gatewright.core import Diagnostic, FailureClass, Outcome, Severity
from gatewright.sandbox.harness.testbench_bench import Bench
from gatewright.sandbox.harness.testbench_compilers import Compiler
from gatewright.sandbox.harness.testbench_design import TOOL, Design
from gatewright.sandbox.harness.testbench_ends import Closing, closing_of
from gatewright.sandbox.harness.testbench_reading import (
    Reading,
    Transcript,
    own_words,
    read,
    transcribe,
)
from gatewright.sandbox.harness.testbench_run import DESIGN_FILE, Simulated, Stage
from gatewright.sandbox.integrity import Layout, Place
from gatewright.sandbox.isolation import Ending

MAX_LOG = 20_000
_ENDINGS = {
    Ending.CPU: (FailureClass.TIMEOUT, "the simulation used up its CPU time"),
    Ending.WALL: (FailureClass.TIMEOUT, "the simulation did not end in time"),
    Ending.MEMORY: (FailureClass.MEMORY, "the simulation used up its memory"),
    Ending.DISK: (FailureClass.CRASH, "the simulation filled its disk"),
    Ending.OUTPUT: (FailureClass.CRASH, "the simulation printed more than the log may hold"),
    Ending.SIGNAL: (FailureClass.CRASH, "the simulator crashed"),
}
_LIMITS = frozenset(_ENDINGS) - {Ending.SIGNAL}
_AT_THE_PORTS = frozenset({"port", "drivers", "l-value", "parameter"})


@dataclass(frozen=True, slots=True)
class Finding:
    """What one run shows.

    `counts_samples` where the testbench says how many it compared; `ran` where the design compiled;
    `talked_too_much` where the run was ended because of what it printed, `limited` where any limit
    ended it. `unlinked` where the design compiles alone but not behind the testbench, without a
    message that says whose fault that is; `crowded` where several drivers met at an output.
    `praises` counts the lines that say all is well; `lacks` is a file that the testbench missed;
    `unread` where the compiler says that the design alone is wrong.
    """

    outcome: Outcome
    failure: FailureClass | None = None
    score: float = 0.0
    checks: int = 0
    mismatches: int | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    log: str = ""
    counts_samples: bool = False
    first_time: int | None = None
    ran: bool = False
    talked_too_much: bool = False
    limited: bool = False
    unlinked: bool = False
    crowded: bool = False
    praises: int = 0
    closing: Closing | None = None
    lacks: str = ""
    unread: bool = False

    def doubted(self, outcome: Outcome, failure: FailureClass, message: str, code: str) -> Finding:
        """The same, with another outcome, for the reason given."""
        said = (*self.diagnostics, remark(message, code))
        return replace(self, outcome=outcome, failure=failure, score=0.0, diagnostics=said)

    def noted(self, message: str, code: str) -> Finding:
        """The same, with a warning."""
        note = replace(remark(message, code), severity=Severity.WARNING)
        return replace(self, diagnostics=(*self.diagnostics, note))


_NO_SOLVER = "VlRProcess::open: execvp("
_WANTS_SOLVER = (
    "the testbench's randomize() has constraints, and there is no solver for them: "
    "gatewright doctor --install verilator"
)


def judge(simulated: Simulated, design: Design, bench: Bench) -> Finding:
    """Judge a run by the stage it reached, then by how it ended, then by what was said."""
    finished = simulated.finished
    if finished.ending is Ending.EXITED and simulated.stage is not Stage.SIMULATION:
        return _not_compiled(simulated, design, bench)
    locate = _Files(simulated, design, bench).locate
    messages = simulated.compiler.messages(simulated.alone, locate)
    transcript = transcribe(finished.output, simulated.nonces)
    log = own_words(transcript, finished.output, simulated.nonces)[:MAX_LOG]
    if finished.ending is not Ending.EXITED:
        failure, message = _ENDINGS[finished.ending]
        if finished.ending is Ending.SIGNAL and "bad_alloc" in finished.output:
            failure = FailureClass.MEMORY
        said = (*messages, remark(message, finished.ending.value))
        over = finished.ending is Ending.OUTPUT
        return Finding(
            Outcome.FAIL,
            failure,
            diagnostics=said,
            log=log,
            ran=True,
            talked_too_much=over,
            limited=finished.ending in _LIMITS,
        )
    found = _simulated(read(transcript), transcript, finished.returncode, bench)
    if found.outcome is not Outcome.PASS and _NO_SOLVER in finished.output:
        found = found.doubted(Outcome.INCONCLUSIVE, FailureClass.NO_CHECKS, _WANTS_SOLVER, "solver")
    return replace(
        found,
        diagnostics=(*messages, *found.diagnostics),
        log=log,
        ran=True,
        closing=closing_of(finished.output, simulated.nonces.mark) if bench.ends else None,
        lacks=_lacked(finished.output, simulated),
    )


def _lacked(output: str, simulated: Simulated) -> str:
    """A file that the testbench could not open."""
    file = re.escape(simulated.nonces.bench_file)
    match = re.search(rf"{file}:\d+: \$\w+: Unable to open (.+?) for reading", output)
    return match[1] if match else ""


@dataclass(frozen=True, slots=True)
class _Files:
    """Turns places in the compiled texts into places in the user's sources."""

    simulated: Simulated
    design: Design
    bench: Bench

    def locate(self, file: str, line: int) -> Place | None:
        """Where a line of a compiled file came from."""
        if file == DESIGN_FILE:
            return self.design.layout.place(line)
        if file == self.simulated.nonces.bench_file:
            return self.bench.layout.place(line)
        return None

    def is_bench(self, text: str) -> bool:
        """Whether a compiler's message is about the testbench."""
        return text.startswith(self.simulated.nonces.bench_file)


def _not_compiled(simulated: Simulated, design: Design, bench: Bench) -> Finding:
    files = _Files(simulated, design, bench)
    text = simulated.alone if simulated.stage is Stage.ALONE else simulated.link
    text = simulated.nonces.cleared(text)
    messages = simulated.compiler.messages(text, files.locate)
    errors = [d for d in messages if d.severity is Severity.ERROR]
    log = "\n".join(map(str, messages))[:MAX_LOG]
    if not errors:
        return _compiler_gave_out(text, simulated)
    outcome, failure = Outcome.FAIL, FailureClass.ELABORATION
    if simulated.stage is Stage.ALONE:
        syntax = simulated.compiler.stopped_parsing(text) or any(d.code == "syntax" for d in errors)
        failure = FailureClass.SYNTAX if syntax else FailureClass.ELABORATION
    elif any(d.code in _AT_THE_PORTS for d in errors):
        failure = FailureClass.INTERFACE
    elif simulated.compiler.looked_inside(text, [dut.name for dut in bench.duts]):
        failure = FailureClass.INTERFACE
        messages = (*messages, remark("the testbench looks for a name inside the design", "port"))
    elif simulated.compiler.stopped_parsing(text) or not simulated.compiler.names(
        text, DESIGN_FILE
    ):
        return Finding(Outcome.INCONCLUSIVE, failure, diagnostics=messages, log=log, unlinked=True)
    crowded = any(d.code == "drivers" for d in errors)
    unread = simulated.stage is Stage.ALONE
    return Finding(outcome, failure, diagnostics=messages, log=log, crowded=crowded, unread=unread)


def misread(log: str, layout: Layout, compiler: Compiler) -> tuple[Diagnostic, ...]:
    """The syntax errors in what the compiler says of a design alone; empty where it can read it."""

    def locate(file: str, line: int) -> Place | None:
        return layout.place(line) if file == DESIGN_FILE else None

    found = [d for d in compiler.messages(log, locate) if d.severity is Severity.ERROR]
    return tuple(found) if compiler.stopped_parsing(log) else ()


def _compiler_gave_out(text: str, simulated: Simulated) -> Finding:
    """The compiler ended without an error message: it ran into a limit, or crashed."""
    if "bad_alloc" in text or "out of memory" in text.lower():
        failure, message = FailureClass.MEMORY, "the compiler used up its memory on this design"
    elif "time limit" in text or simulated.finished.cpu_s >= 2.0:
        failure, message = FailureClass.TIMEOUT, "the compiler used up its CPU time on this design"
    else:
        failure, message = FailureClass.CRASH, "the compiler crashed on this design"
    return Finding(
        Outcome.FAIL, failure, diagnostics=(remark(message, "compiler"),), log=text[:MAX_LOG]
    )


def _simulated(reading: Reading, transcript: Transcript, returncode: int, bench: Bench) -> Finding:
    stopped = returncode != 0 and not any(line.severity == "FATAL" for line in transcript.lines)
    if stopped:
        message = f"the design ended the simulation (the simulator's exit status is {returncode})"
        return Finding(Outcome.FAIL, FailureClass.CRASH, diagnostics=(remark(message, "ended"),))
    if reading.verdicts is not None:
        return _counted(reading)
    return _told(reading, bench)


def _counted(reading: Reading) -> Finding:
    """VerilogEval's dialect: a count of samples and of mismatches."""
    samples, mismatches = reading.samples or 0, reading.mismatches or 0
    if reading.verdicts != 1 or samples == 0:
        message = (
            "the testbench compared no sample"
            if samples == 0
            else f"the testbench gave {reading.verdicts} verdicts"
        )
        return Finding(
            Outcome.INCONCLUSIVE,
            FailureClass.NO_CHECKS,
            diagnostics=(remark(message, "no-checks"),),
            counts_samples=True,
        )
    return Finding(
        Outcome.FAIL if mismatches else Outcome.PASS,
        FailureClass.MISMATCH if mismatches else None,
        max(0.0, 1 - mismatches / samples),
        samples,
        mismatches,
        counts_samples=True,
        first_time=reading.first_time,
    )


def _told(reading: Reading, bench: Bench) -> Finding:
    """The other dialects: complaints fail; praise passes, or silence where none is in the text."""
    if reading.complaints:
        mismatches = reading.mismatches or reading.complaints
        checks = max(reading.samples or 0, reading.complaints + reading.praises, mismatches)
        score = max(0.0, 1 - mismatches / checks)
        return Finding(Outcome.FAIL, FailureClass.MISMATCH, score, checks, mismatches)
    if reading.praises or (bench.complains and not bench.praises):
        return Finding(Outcome.PASS, None, 1.0, max(1, reading.praises), 0, praises=reading.praises)
    if bench.praises:
        message = "the testbench ended without saying that the design is right"
        said = (remark(message, "no-verdict"),)
        return Finding(Outcome.FAIL, FailureClass.MISMATCH, 0.0, 1, 1, diagnostics=said)
    message = "the testbench neither passes nor fails anything"
    said = (remark(message, "no-checks"),)
    return Finding(Outcome.INCONCLUSIVE, FailureClass.NO_CHECKS, diagnostics=said)


def remark(message: str, code: str) -> Diagnostic:
    """An error of the harness's own."""
    return Diagnostic(Severity.ERROR, message, code=code, tool=TOOL)
