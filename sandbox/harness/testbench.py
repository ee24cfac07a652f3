"""Checks a candidate by simulating a testbench around it, so that the candidate cannot cheat.

The verdict comes from the testbench's own prints, which carry a nonce that the candidate cannot
know; what the candidate is made of is gated, written out anew from vetted tokens, elaborated alone,
and compiled behind a testbench whose names it cannot guess. A pass needs exactly one closing line,
the golden's number of samples, and a simulation that came to its own end.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from gatewright.core import (
    Candidate,
    DataError,
    Diagnostic,
    FailureClass,
    Outcome,
    Problem,
    Severity,
    TestbenchSpec,
    UsageError,
    Verdict,
)
from gatewright.sandbox.harness.testbench_bench import prepare
from gatewright.sandbox.harness.testbench_design import Refused, ready, silenced
from gatewright.sandbox.harness.testbench_doubts import Case, Doubts
from gatewright.sandbox.harness.testbench_judge import Finding, misread
from gatewright.sandbox.harness.testbench_run import WAVE_FILE, Job, Simulated, Simulator
from gatewright.sandbox.harness.testbench_wiring import Outputs
from gatewright.sandbox.integrity import GatePolicy
from gatewright.sandbox.isolation import Isolation, Limits, scratch
from gatewright.sandbox.tools.icarus import open_icarus

RULES = "hardened"
SIMULATION = Limits(cpu_s=60, wall_s=240, memory_mb=1024, address_space_mb=2048, disk_mb=96)
COMPILE_S = 10


# Shared, because a loop makes a harness for every check of the same problem.
_prepared = lru_cache(maxsize=512)(prepare)


class _Clock(NamedTuple):
    """When a check began, in wall and CPU seconds."""

    began: float
    cpu_began: float


class TestbenchHarness:
    """A `Harness` for problems with a `TestbenchSpec`, on Icarus. Safe to share between threads.

    `limits` bound the whole of one check's simulation; `compile_s` each compilation's CPU seconds.
    `rules` is the name reported in verdicts.
    """

    __test__ = False  # not a pytest class

    def __init__(
        self,
        isolation: Isolation,
        *,
        limits: Limits = SIMULATION,
        compile_s: int = COMPILE_S,
        rules: str = RULES,
    ) -> None:
        self._isolation = isolation
        self._limits = limits
        self._compile_s = compile_s
        self._rules = rules
        self._doubts = Doubts()

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
        icarus = open_icarus(self._isolation)
        bench = _prepared(spec, problem.top)
        policy = GatePolicy(delays=bench.golden_waits)
        design = ready(problem, candidate, bench, policy)
        tools = {"iverilog": icarus.version, "isolation": str(self._isolation.level)}
        simulator = Simulator(self._isolation, icarus, self._limits, self._compile_s)
        if isinstance(design, Refused):
            finding = _refused(design, simulator)
            return self._verdict(finding, (), tools, clock, 0.0)
        case = Case(problem, spec, Job(bench, design, spec.data), simulator)
        finding, case = _first_look(case)
        finding = self._doubts.settled(finding, case)
        verdict = self._verdict(finding, design.diagnostics, tools, clock, sum(case.runs))
        if waveform is not None and _worth_a_look(verdict):
            return _with_waveform(verdict, simulator, case.job, waveform)
        return verdict

    def _verdict(
        self,
        finding: Finding,
        notes: Sequence[Diagnostic],
        tools: Mapping[str, str],
        clock: _Clock,
        runs_s: float,
    ) -> Verdict:
        diagnostics = _merged(notes, finding.diagnostics)
        failure = finding.failure
        if finding.ran:
            # Icarus took the text, so what slang minds is no error here.
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
            tools=tools,
            cpu_s=runs_s + time.thread_time() - clock.cpu_began,
            wall_s=time.perf_counter() - clock.began,
            rules=self._rules,
        )


def _refused(design: Refused, simulator: Simulator) -> Finding:
    """The finding for a candidate that is not simulated: ports that do not fit may be misread."""
    if design.parsed is not None:
        with scratch("testbench") as folder:
            log = simulator.alone(design.parsed.layout, design.top, folder)
        unread = misread(log, design.parsed.layout)
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
    if diagnostic.tool != "slang" or diagnostic.severity is not Severity.ERROR:
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


def _with_waveform(verdict: Verdict, simulator: Simulator, job: Job, place: Path) -> Verdict:
    """Simulate once more, with everything dumped, and look at what comes before the mismatch."""
    from gatewright.sandbox.tools.wave import first_mismatch

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
