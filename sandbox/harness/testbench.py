"""Checks a candidate by simulating a testbench around it, so that the candidate cannot cheat.

The verdict comes from the testbench's own prints, which carry a nonce that the candidate cannot
know; what the candidate is made of is gated, written out anew from vetted tokens, elaborated alone,
and compiled behind a testbench whose names it cannot guess. A pass needs exactly one closing line,
the golden's number of samples, and a simulation that came to its own end.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from gatewright.core import (
    Candidate,
    DataError,
    Diagnostic,
    FailureClass,
    Outcome,
    Problem,
    Provenance,
    Severity,
    Source,
    TestbenchSpec,
    UsageError,
    Verdict,
)
from gatewright.sandbox.harness.testbench_bench import Bench, prepare
from gatewright.sandbox.harness.testbench_design import Design, Refused, ready, silenced
from gatewright.sandbox.harness.testbench_judge import Finding, judge
from gatewright.sandbox.harness.testbench_probe import stubs
from gatewright.sandbox.harness.testbench_run import WAVE_FILE, Job, Simulated, Simulator
from gatewright.sandbox.integrity import GatePolicy
from gatewright.sandbox.isolation import Isolation, Limits, scratch
from gatewright.sandbox.tools.icarus import open_icarus

RULES = "hardened"
SIMULATION = Limits(cpu_s=60, wall_s=240, memory_mb=1024, address_space_mb=2048, disk_mb=96)
COMPILE_S = 10


# Shared, because a loop makes a harness for every check of the same problem.
_prepared = lru_cache(maxsize=512)(prepare)


@dataclass(frozen=True, slots=True)
class _Cost:
    """CPU seconds of confined processes, and when the check began."""

    began: float
    cpu_began: float
    runs: list[float] = field(default_factory=list)


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
        self._lock = threading.Lock()
        self._samples: dict[TestbenchSpec, int | None] = {}
        self._blind: dict[TestbenchSpec, bool] = {}

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
        cost = _Cost(time.perf_counter(), time.thread_time())
        icarus = open_icarus(self._isolation)
        simulator = Simulator(self._isolation, icarus, self._limits, self._compile_s)
        bench = _prepared(spec, problem.top)
        policy = GatePolicy(delays=bench.golden_waits)
        design = ready(problem, candidate, bench, policy)
        tools = {"iverilog": icarus.version, "isolation": str(self._isolation.level)}
        if isinstance(design, Refused):
            finding = Finding(Outcome.FAIL, design.failure, diagnostics=design.diagnostics)
            return self._verdict(finding, (), tools, cost)
        job = Job(bench, design, spec.data)
        finding = self._tried(job, simulator, cost)
        if finding.talked_too_much:
            job = replace(job, design=silenced(design))
            finding = self._tried(job, simulator, cost)
        finding = self._confirmed(finding, problem, spec, job, simulator, cost)
        verdict = self._verdict(finding, design.diagnostics, tools, cost)
        if waveform is not None and _worth_a_look(verdict):
            return _with_waveform(verdict, simulator, job, waveform)
        return verdict

    def _confirmed(
        self,
        finding: Finding,
        problem: Problem,
        spec: TestbenchSpec,
        job: Job,
        simulator: Simulator,
        cost: _Cost,
    ) -> Finding:
        """Doubt a pass: was it the whole test, and does the testbench check anything?"""
        if finding.outcome is not Outcome.PASS:
            return finding
        if finding.counts_samples:
            wanted = self._golden_samples(problem, spec, job, simulator, cost)
            if wanted is not None and finding.checks != wanted:
                return finding.cut_short(wanted)
            return finding
        return finding.without_checks() if self._is_blind(spec, job, simulator, cost) else finding

    def _golden_samples(
        self, problem: Problem, spec: TestbenchSpec, job: Job, simulator: Simulator, cost: _Cost
    ) -> int | None:
        """How many samples the golden design gets through; None where there is no golden."""
        if spec.samples is not None:
            return spec.samples
        with self._lock:
            if spec in self._samples:
                return self._samples[spec]
        found = None
        golden = _golden(problem, spec, job.bench)
        if golden is not None:
            design = ready(
                replace(problem, top="", interface=None), golden, job.bench, GatePolicy()
            )
            if isinstance(design, Design):
                finding = self._tried(replace(job, design=design), simulator, cost)
                found = finding.checks if finding.counts_samples else None
        with self._lock:
            self._samples[spec] = found
        return found

    def _is_blind(self, spec: TestbenchSpec, job: Job, simulator: Simulator, cost: _Cost) -> bool:
        """Whether the testbench passes designs whose outputs are constant, whichever constant."""
        with self._lock:
            if spec in self._blind:
                return self._blind[spec]
        brief = replace(simulator, limits=replace(simulator.limits, cpu_s=1 + 4 * sum(cost.runs)))
        probes = [
            self._tried(replace(job, design=s), brief, cost) for s in stubs(job.design.module)
        ]
        blind = bool(probes) and all(probe.outcome is Outcome.PASS for probe in probes)
        with self._lock:
            self._blind[spec] = blind
        return blind

    def _tried(self, job: Job, simulator: Simulator, cost: _Cost) -> Finding:
        with scratch("testbench") as folder:
            simulated = simulator.run(job, folder)
        cost.runs.append(simulated.finished.cpu_s)
        return judge(simulated, job.design, job.bench)

    def _verdict(
        self,
        finding: Finding,
        notes: Sequence[Diagnostic],
        tools: Mapping[str, str],
        cost: _Cost,
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
            cpu_s=sum(cost.runs) + time.thread_time() - cost.cpu_began,
            wall_s=time.perf_counter() - cost.began,
            rules=self._rules,
        )


def _golden(problem: Problem, spec: TestbenchSpec, bench: Bench) -> Candidate | None:
    """The reference as a candidate for its own testbench."""
    if problem.reference:
        return Candidate(problem.reference, Provenance.REFERENCE)
    if bench.golden is None:
        return None
    renamed = tuple(_renamed(s, bench.golden.name, bench.design) for s in spec.reference)
    return Candidate(renamed, Provenance.REFERENCE)


def _renamed(source: Source, old: str, new: str) -> Source:
    import re

    return replace(source, text=re.sub(rf"\b{re.escape(old)}\b", new, source.text))


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
