"""Checks a candidate by simulating a testbench around it, so that the candidate cannot cheat.

The verdict comes from the testbench's own prints, which carry a nonce that the candidate cannot
know; what the candidate is made of is gated, written out anew from vetted tokens, elaborated alone,
and compiled behind a testbench whose names it cannot guess. A pass needs exactly one closing line,
the golden's number of samples, and a simulation that came to its own end.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from gatewright.core import (
    Candidate,
    DataError,
    Diagnostic,
    FailureClass,
    Outcome,
    Problem,
    SandboxUnavailable,
    Severity,
    Source,
    TestbenchSpec,
    ToolMissing,
    UsageError,
    Verdict,
)
from gatewright.sandbox.harness.conversion import Converted, contested, convert, converted_note
from gatewright.sandbox.harness.simulators import SimulatorChoice
from gatewright.sandbox.harness.testbench_bench import Bench, prepared
from gatewright.sandbox.harness.testbench_design import Design, Refused, ready, silenced
from gatewright.sandbox.harness.testbench_doubts import Case, Doubts
from gatewright.sandbox.harness.testbench_judge import Finding, misread
from gatewright.sandbox.harness.testbench_run import WAVE_FILE, Job, Simulated, Simulator
from gatewright.sandbox.harness.testbench_wiring import Outputs
from gatewright.sandbox.harness.verilator_notes import notes_on, several_drivers
from gatewright.sandbox.harness.verilator_ports import keeps_apart
from gatewright.sandbox.harness.verilator_run import Builds, VerilatorSimulator
from gatewright.sandbox.integrity import GatePolicy
from gatewright.sandbox.isolation import Isolation, Limits, scratch
from gatewright.sandbox.tools.icarus import open_icarus
from gatewright.sandbox.tools.verilator import open_verilator
from gatewright.sandbox.tools.verilator_runtime import open_runtime

RULES = "hardened"
SIMULATION = Limits(cpu_s=60, wall_s=240, memory_mb=1024, address_space_mb=2048, disk_mb=96)
COMPILE_S = 10


class _Clock(NamedTuple):
    """When a check began, in wall and CPU seconds."""

    began: float
    cpu_began: float


@dataclass(frozen=True, slots=True)
class _Task:
    """What is to be checked."""

    problem: Problem
    spec: TestbenchSpec
    candidate: Candidate
    bench: Bench
    policy: GatePolicy

    def ready(self, sources: tuple[Source, ...] = ()) -> Design | Refused:
        """The candidate, or other sources in its place, fitted to the testbench."""
        candidate = replace(self.candidate, sources=sources) if sources else self.candidate
        return ready(self.problem, candidate, self.bench, self.policy)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What one simulator makes of a task. `unread` is the design where it cannot read that."""

    finding: Finding
    notes: tuple[Diagnostic, ...]
    tools: Mapping[str, str]
    case: Case | None = None
    unread: Design | None = None
    runs_s: float = 0.0

    @property
    def bench_unread(self) -> bool:
        """The simulator cannot read the testbench."""
        return any(d.code in ("testbench", "reference") for d in self.finding.diagnostics) and (
            self.finding.unlinked
        )

    def saying(self, more: tuple[Diagnostic, ...]) -> _Attempt:
        """The same, and more said of it."""
        return replace(self, notes=(*self.notes, *more))

    def costing(self, cpu_s: float) -> _Attempt:
        """The same, at a higher cost."""
        return replace(self, runs_s=self.runs_s + cpu_s)


class TestbenchHarness:
    """A `Harness` for problems with a `TestbenchSpec`. Safe to share between threads.

    `limits` bound the whole of one check's simulation; `compile_s` each compilation's CPU seconds.
    `rules` is the name reported in verdicts. `announce` is told of what takes long but once.
    `wave_of_pass`: where a waveform is asked for, one of a passing simulation is kept, too.
    """

    __test__ = False  # not a pytest class

    def __init__(
        self,
        isolation: Isolation,
        *,
        limits: Limits = SIMULATION,
        compile_s: int = COMPILE_S,
        rules: str = RULES,
        simulator: SimulatorChoice = SimulatorChoice.ICARUS,
        announce: Callable[[str], None] = lambda _: None,
        wave_of_pass: bool = False,
    ) -> None:
        self._isolation = isolation
        self._limits = limits
        self._compile_s = compile_s
        self._rules = rules
        self._choice = simulator
        self._announce = announce
        self._wave_of_pass = wave_of_pass
        self._doubts = Doubts()
        self._doubts_of_two_values = Doubts()

    @property
    def rules(self) -> str:
        """The name of the rule set."""
        return self._rules

    def check(
        self, problem: Problem, candidate: Candidate, *, waveform: Path | None = None
    ) -> Verdict:
        """Check a candidate.

        `waveform` is where to keep a VCD of a failing simulation; the verdict then also has the
        window before the first mismatch. Raises UsageError where the problem has no testbench,
        DataError where the testbench cannot be used, ToolMissing without Icarus.
        """
        spec = problem.harness
        if not isinstance(spec, TestbenchSpec):
            raise UsageError(f"the problem {problem.id} has no testbench", hint="give one")
        clock = _Clock(time.perf_counter(), time.thread_time())
        bench = prepared(spec, problem.top)
        task = _Task(problem, spec, candidate, bench, GatePolicy(delays=bench.golden_waits))
        attempt = self._attempted(task)
        verdict = self._verdict(attempt, clock)
        shown = _worth_a_look(verdict) or (self._wave_of_pass and verdict.passed)
        if waveform is not None and attempt.case is not None and shown:
            return _with_waveform(verdict, attempt.case, waveform)
        return verdict

    def _attempted(self, task: _Task) -> _Attempt:
        """Icarus, the conversion for it, Verilator: the first that can tell."""
        design = task.ready()
        if self._choice is SimulatorChoice.VERILATOR:
            return self._tried(task, design, self._verilator())
        first = self._tried(task, design, self._icarus())
        if self._choice is SimulatorChoice.ICARUS:
            return first
        if first.unread is not None:
            return self._converted(task, first.unread, first)
        if first.bench_unread:
            return self._on_verilator(task, design, first)
        return first

    def _converted(self, task: _Task, design: Design, first: _Attempt) -> _Attempt:
        made = convert(design, task.bench, self._isolation, task.spec.data)
        if isinstance(made, Converted):
            netlist = task.ready((made.source,))
            if isinstance(netlist, Design):
                notes = (*design.diagnostics, converted_note(design))
                netlist = replace(netlist, diagnostics=notes)
                again = self._tried(task, netlist, self._icarus()).costing(made.cpu_s)
                if again.bench_unread:
                    return self._on_verilator(task, design, again)
                if again.unread is None:
                    return again
            return self._on_verilator(task, design, first)
        if made.illegal and first.case is None:
            # That a port is no plain vector is no matter where the design means nothing.
            wrong = Finding(Outcome.FAIL, FailureClass.ELABORATION, diagnostics=made.diagnostics)
            return replace(first, finding=wrong).costing(made.cpu_s)
        if made.illegal:
            return first.saying(made.diagnostics).costing(made.cpu_s)
        return self._on_verilator(task, design, first.saying(made.diagnostics).costing(made.cpu_s))

    def _on_verilator(self, task: _Task, design: Design | Refused, first: _Attempt) -> _Attempt:
        """What Verilator makes of what Icarus could not read; `first` where it is not here."""
        try:
            simulator = self._verilator()
        except (ToolMissing, SandboxUnavailable) as error:
            said = f"Icarus Verilog cannot read it; Verilator may: {error}"
            note = Diagnostic(Severity.WARNING, said, code="verilator", tool="harness")
            return first.saying((note,))
        return self._tried(task, design, simulator)

    def _icarus(self) -> Simulator:
        icarus = open_icarus(self._isolation)
        return Simulator(self._isolation, icarus, self._limits, self._compile_s)

    def _verilator(self) -> VerilatorSimulator:
        runtime = open_runtime(open_verilator(self._isolation), self._isolation, self._announce)
        return VerilatorSimulator(self._isolation, runtime, self._limits, self._compile_s)

    def _tried(
        self, task: _Task, design: Design | Refused, simulator: Simulator | VerilatorSimulator
    ) -> _Attempt:
        tools = {**simulator.version, "isolation": str(self._isolation.level)}
        two_values = isinstance(simulator, VerilatorSimulator)
        if isinstance(design, Refused) and design.coupled and two_values:
            design = design.coupled if keeps_apart(design.coupled, task.bench) else design
        if isinstance(design, Refused):
            finding = _refused(design, simulator)
            return _Attempt(finding, (), tools, unread=design.coupled)
        finding, case = self._looked(task, design, simulator)
        notes = design.diagnostics
        if two_values and finding.outcome is Outcome.PASS:
            finding = self._one_driver(task, design, finding)
        if two_values:
            notes = (*notes, *notes_on(design.layout.text, task.bench.layout.text))
        unread = design if finding.unread else None
        return _Attempt(finding, notes, tools, case, unread, sum(case.runs))

    def _looked(
        self, task: _Task, design: Design, simulator: Simulator | VerilatorSimulator
    ) -> tuple[Finding, Case]:
        """What is to be believed of a design, and the case that showed it."""
        job = Job(task.bench, design, task.spec.data)
        case = Case(task.problem, task.spec, job, simulator)
        if not isinstance(simulator, VerilatorSimulator):
            finding, case = _first_look(case)
            return self._doubts.settled(finding, case), case
        with scratch("programs") as folder:
            keeping = replace(simulator, builds=Builds(folder))
            finding, kept = _first_look(replace(case, simulator=keeping))
            finding = self._doubts_of_two_values.settled(finding, kept)
            return finding, replace(kept, simulator=simulator)

    def _one_driver(self, task: _Task, design: Design, finding: Finding) -> Finding:
        nets = contested(design, self._isolation, task.spec.data)
        if not nets:
            return finding
        return replace(
            finding,
            outcome=Outcome.INCONCLUSIVE,
            failure=FailureClass.NO_CHECKS,
            diagnostics=(*finding.diagnostics, several_drivers(nets)),
        )

    def _verdict(self, attempt: _Attempt, clock: _Clock) -> Verdict:
        finding, notes = attempt.finding, attempt.notes
        diagnostics = _merged(notes, finding.diagnostics)
        failure = finding.failure
        if finding.ran:
            # The simulator took the text: what slang minds, or Icarus does less well, is no error.
            diagnostics = tuple(_softened(d) for d in diagnostics)
        widths = any(d.code == "port" and d.severity is Severity.WARNING for d in notes)
        if failure is FailureClass.MISMATCH and widths:
            failure = FailureClass.INTERFACE
        return Verdict(
            outcome=finding.outcome,
            failure_class=failure,
            score=finding.score,
            checks=finding.checks,
            mismatches=finding.mismatches,
            diagnostics=diagnostics,
            log=finding.log,
            tools=attempt.tools,
            cpu_s=attempt.runs_s + time.thread_time() - clock.cpu_began,
            wall_s=time.perf_counter() - clock.began,
            rules=self._rules,
        )


def _refused(design: Refused, simulator: Simulator | VerilatorSimulator) -> Finding:
    """The finding for a candidate that is not simulated: ports that do not fit may be misread."""
    if design.parsed is not None:
        with scratch("testbench") as folder:
            log = simulator.alone(design.parsed.layout, design.top, folder)
        unread = misread(log, design.parsed.layout, simulator.compiler)
        if unread:
            said = (*design.parsed.diagnostics, *unread)
            return Finding(Outcome.FAIL, FailureClass.SYNTAX, diagnostics=said)
    return Finding(Outcome.FAIL, design.failure, diagnostics=design.diagnostics)


def _first_look(case: Case) -> tuple[Finding, Case]:
    """Simulate; once more without a design's prints, or with its outputs on nets of their own,
    where these were in the way.
    """
    finding = case.tried(case.job)
    if finding.talked_too_much:
        case = replace(case, job=replace(case.job, design=silenced(case.job.design)))
        finding = case.tried(case.job)
    if finding.crowded:
        # Icarus lets a variable of the testbench have one driver, a net any number.
        apart = replace(case, job=replace(case.job, outputs=Outputs.APART))
        again = apart.tried(apart.job)
        if again.ran:
            return again, apart
    return finding, case


def _merged(*groups: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Errors first, each once; slang's columns are kept where Icarus names the same line."""
    found: dict[Diagnostic, None] = {}
    for group in groups:
        found.update(dict.fromkeys(group))
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
    return tuple(sorted(found, key=lambda d: order[d.severity]))


def _softened(diagnostic: Diagnostic) -> Diagnostic:
    minded = diagnostic.tool == "slang" or diagnostic.message.startswith("sorry: ")
    if not minded or diagnostic.severity is not Severity.ERROR:
        return diagnostic
    return replace(diagnostic, severity=Severity.WARNING)


def _worth_a_look(verdict: Verdict) -> bool:
    return (
        verdict.outcome is Outcome.FAIL
        and verdict.failure_class
        in (
            FailureClass.MISMATCH,
            FailureClass.INTERFACE,
            FailureClass.TIMEOUT,
        )
        and verdict.checks > 0
    )


def _with_waveform(verdict: Verdict, case: Case, place: Path) -> Verdict:
    """Simulate once more, with everything dumped, and look at what comes before the mismatch."""
    from gatewright.sandbox.tools.wave import first_mismatch

    simulator, job = case.simulator, case.job
    with scratch("testbench") as folder:
        simulated = simulator.run(replace(job, waveform=True), folder)
        dumped = folder / WAVE_FILE
        if not dumped.is_file():
            return verdict
        _kept(dumped, place, simulated)
    try:
        found = first_mismatch(place, pairs=job.bench.pairs, inputs=job.bench.inputs)
    except DataError:
        found = None
    return replace(
        verdict,
        waveform=str(place),
        first_mismatch=found,
        cpu_s=verdict.cpu_s + simulated.finished.cpu_s,
        wall_s=verdict.wall_s + simulated.finished.wall_s,
    )


def _kept(dumped: Path, place: Path, simulated: Simulated) -> None:
    """Keep a waveform, with the names the testbench's author gave."""
    hidden = f"_{simulated.nonces.name}".encode()
    try:
        with dumped.open("rb") as source, place.open("wb") as target:
            head = True
            for line in source:
                target.write(line.replace(hidden, b"") if head else line)
                if line.startswith(b"$enddefinitions"):
                    head = False
                    break
            shutil.copyfileobj(source, target)
    except OSError as error:
        raise UsageError(f"the waveform cannot be written: {error}", where=str(place)) from error
