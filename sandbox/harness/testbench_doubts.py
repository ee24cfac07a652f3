"""Second looks at what one run shows: is a pass a pass, and is a failure the design's own?

What is learnt about a testbench on the way is kept, so most checks need no further run.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gatewright.core import (
    Candidate,
    DataError,
    FailureClass,
    Outcome,
    Problem,
    Provenance,
    Severity,
    Source,
    TestbenchSpec,
)
from gatewright.sandbox.harness.testbench_bench import Bench
from gatewright.sandbox.harness.testbench_design import Design, ready
from gatewright.sandbox.harness.testbench_judge import Finding, judge, remark
from gatewright.sandbox.harness.testbench_probe import Stub, ports_of, stub_of
from gatewright.sandbox.harness.testbench_run import Job, Simulator
from gatewright.sandbox.harness.testbench_wiring import Outputs
from gatewright.sandbox.harness.verilator_run import POWER_UPS, PowerUp, VerilatorSimulator
from gatewright.sandbox.integrity import GatePolicy
from gatewright.sandbox.isolation import Ending, Limits, scratch

# A stub that does not end in a part of a design's time is taken not to end.
_STUB_SHARE = 4
# How `judge` marks that a run was ended.
_ENDED = frozenset(ending.value for ending in Ending)


@dataclass(frozen=True, slots=True)
class Case:
    """One check: what is judged, with what, and the CPU seconds of its runs so far."""

    problem: Problem
    spec: TestbenchSpec
    job: Job
    simulator: Simulator | VerilatorSimulator
    runs: list[float] = field(default_factory=list)

    def tried(self, job: Job, limits: Limits | None = None) -> Finding:
        """Simulate once and judge. Raises DataError where the testbench misses a file."""
        simulator = replace(self.simulator, limits=limits) if limits else self.simulator
        with scratch("testbench") as folder:
            simulated = simulator.run(job, folder)
        self.runs.append(simulated.finished.cpu_s)
        finding = judge(simulated, job.design, job.bench)
        if finding.lacks:
            where = ", ".join(source.name for source in self.spec.testbench)
            raise DataError(
                f"the testbench reads {finding.lacks}, which is not there",
                where=where,
                hint=f"name the file: --data {finding.lacks}",
            )
        return finding

    @property
    def brief(self) -> Limits:
        """Limits for what should take no longer than what ran before."""
        limits = self.simulator.limits
        return replace(limits, cpu_s=min(limits.cpu_s, 1 + 4 * sum(self.runs)))


class Doubts:
    """Looks twice. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._goldens: dict[TestbenchSpec, Finding | None] = {}
        self._stubs: dict[tuple[TestbenchSpec, str, Stub], Finding] = {}
        self._ending: set[TestbenchSpec] = set()
        self._falling: dict[TestbenchSpec, bool] = {}

    def settled(self, finding: Finding, case: Case) -> Finding:
        """What is to be believed of a finding."""
        if finding.limited:
            return self._endless(finding, case)
        if finding.ran:
            self._ending.add(case.spec)
        if finding.unlinked:
            return self._unlinked(finding, case)
        if finding.outcome is not Outcome.PASS:
            return finding
        unknown = self._unknown
        looks = (
            [self._samples]
            if finding.counts_samples
            else [self._cut_off, self._praised, self._blind, unknown]
        )
        if isinstance(case.simulator, VerilatorSimulator):
            looks = [look for look in looks if look != unknown] + [self._powered_up]
        for look in looks:
            finding = look(finding, case)
            if finding.outcome is not Outcome.PASS:
                break
        return finding

    def _samples(self, finding: Finding, case: Case) -> Finding:
        """Was it the whole test? The golden design says how many samples that is."""
        wanted = case.spec.samples
        if wanted is None:
            golden = self._golden(case)
            wanted = golden.checks if golden and golden.counts_samples else None
        if wanted is None or finding.checks == wanted:
            return finding
        message = f"the testbench compared {finding.checks} samples, with the reference {wanted}"
        return finding.doubted(Outcome.FAIL, FailureClass.CRASH, message, "cut-short")

    def _cut_off(self, finding: Finding, case: Case) -> Finding:
        """Did the testbench come to its end?"""
        ends, closing = case.job.bench.ends, finding.closing
        if ends is None or closing is None:
            return finding
        reached = ends.reached(closing)
        if reached:
            return finding
        missing = ends.missing(closing)
        golden = self._golden(case)
        if golden is not None and golden.closing is not None and golden.outcome is Outcome.PASS:
            if golden.closing == closing:
                return finding
            reached = False
        others = (Stub.ZERO, Stub.ONE, Stub.NOISE) if reached is None else ()
        for stub in others:
            other = self._stub(stub, case)
            if other and other.closing and missing & other.closing.through:
                reached = False
                break
        if reached is None:
            return finding
        place = case.job.bench.place(min(missing)) if missing else ""
        message = f"the simulation ended before the testbench came to its end{place}"
        return finding.doubted(Outcome.FAIL, FailureClass.MISMATCH, message, "unfinished")

    def _praised(self, finding: Finding, case: Case) -> Finding:
        """Did the testbench praise as often as it praises the golden design?"""
        golden = self._golden(case)
        if golden is None or golden.outcome is not Outcome.PASS:
            return finding
        if finding.praises >= golden.praises:
            return finding
        message = (
            f"the testbench said {finding.praises} times that all is well, "
            f"with the reference {golden.praises} times"
        )
        return finding.doubted(Outcome.FAIL, FailureClass.MISMATCH, message, "cut-short")

    def _blind(self, finding: Finding, case: Case) -> Finding:
        """Does the testbench pass designs whose outputs are constant, whichever constant?"""
        passing = []
        for stub in (Stub.ZERO, Stub.ONE):
            probe = self._stub(stub, case)
            if probe is None or probe.outcome is not Outcome.PASS:
                break
            passing.append(stub)
        if len(passing) == 1:
            return finding.noted("the testbench passes a design with all outputs 0 too", "weak")
        if not passing:
            return finding
        message = "the testbench passes designs with constant outputs too: it checks nothing"
        return finding.doubted(Outcome.INCONCLUSIVE, FailureClass.NO_CHECKS, message, "no-checks")

    def _unknown(self, finding: Finding, case: Case) -> Finding:
        """Would it pass with known values where its outputs are x or z?

        `!=` and `==` take unknown bits for right. A testbench that tells x from z where the design
        is unknown compares exactly, and wants the unknown there; where known values are wrong more
        often than exchanged ones, it compares elsewhere too.
        """
        if not case.job.bench.veilable:
            return self._unveiled(finding, case)
        known = case.tried(replace(case.job, outputs=Outputs.KNOWN))
        if known.outcome is Outcome.PASS:
            return finding
        if not known.ran:
            return self._unveiled(finding, case)
        swapped = case.tried(replace(case.job, outputs=Outputs.SWAPPED))
        if swapped.outcome is Outcome.PASS or (known.mismatches or 0) > (swapped.mismatches or 0):
            message = (
                "outputs are unknown (x or z) where the testbench compares them, which it does "
                "not see; with known values there it finds the design wrong"
            )
            return finding.doubted(Outcome.FAIL, FailureClass.MISMATCH, message, "unknown")
        message = "outputs are unknown (x or z) where the testbench compares them"
        return finding.noted(message, "unknown")

    def _powered_up(self, finding: Finding, case: Case) -> Finding:
        """Would it pass too if registers did not happen to power up as 0?

        With two values a missing reset shows only so. Where the golden design does not stand it
        either, the testbench looks at what nobody has set yet.
        """
        fallen = _fallen(case, case.job)
        if fallen is None or self._golden_falls(case):
            return finding
        message = "it passes where registers power up as 0, and fails where they hold other values"
        return fallen.doubted(Outcome.FAIL, FailureClass.MISMATCH, message, "power-up")

    def _golden_falls(self, case: Case) -> bool:
        """Whether the golden design fails for what registers power up as; False without one."""
        with self._lock:
            if case.spec in self._falling:
                return self._falling[case.spec]
        golden = self._golden_design(case)
        falls = golden is not None and bool(
            _fallen(case, replace(case.job, design=golden, outputs=Outputs.DIRECT))
        )
        with self._lock:
            self._falling[case.spec] = falls
        return falls

    def _unveiled(self, finding: Finding, case: Case) -> Finding:
        """Where nothing can stand between design and testbench: does that see the unknown?"""
        for stub in (Stub.UNKNOWN, Stub.FLOATING):
            probe = self._stub(stub, case)
            if probe is not None and probe.outcome is Outcome.PASS:
                message = "the testbench passes unknown outputs (x or z) too"
                return finding.doubted(
                    Outcome.INCONCLUSIVE, FailureClass.NO_CHECKS, message, "no-checks"
                )
        return finding

    def _endless(self, finding: Finding, case: Case) -> Finding:
        """Is it the design that does not end, or the testbench?"""
        if case.spec.samples is not None or case.spec in self._ending:
            return finding
        golden = self._golden(case)
        if golden is not None:
            probes: Sequence[Finding | None] = (golden,)
        else:
            limits = case.simulator.limits
            share = replace(limits, cpu_s=max(1.0, limits.cpu_s / _STUB_SHARE))
            probes = [self._stub(stub, case, share) for stub in (Stub.NOISE, Stub.ZERO)]
        if any(probe is None or not probe.limited for probe in probes):
            return finding
        ended = [d for d in finding.diagnostics if d.code in _ENDED]
        rest = tuple(d for d in finding.diagnostics if d not in ended)
        what = ended[-1].message if ended else "the simulation does not end"
        return replace(finding, diagnostics=rest).doubted(
            Outcome.INCONCLUSIVE,
            FailureClass.NO_CHECKS,
            f"{what}, with other designs too: the testbench is at fault",
            "testbench",
        )

    def _unlinked(self, finding: Finding, case: Case) -> Finding:
        """Does the testbench compile with another design of these ports?"""
        probe = self._golden(case) or self._stub(Stub.ZERO, case)
        if probe is not None and probe.ran:
            message = "the testbench compiles with another design of the same ports"
            return finding.doubted(Outcome.FAIL, FailureClass.INTERFACE, message, "port")
        references = {source.name for source in case.spec.reference}
        first = next((d for d in finding.diagnostics if d.severity is Severity.ERROR), None)
        culprit = "reference" if first and first.file in references else "testbench"
        said = (*finding.diagnostics, remark(f"the {culprit} itself does not compile", culprit))
        return replace(finding, diagnostics=said)

    def _golden(self, case: Case) -> Finding | None:
        """The golden design's finding; None where there is none."""
        with self._lock:
            if case.spec in self._goldens:
                return self._goldens[case.spec]
        found = None
        design = self._golden_design(case)
        if design is not None:
            found = case.tried(replace(case.job, design=design, outputs=Outputs.DIRECT))
        with self._lock:
            self._goldens[case.spec] = found
        return found

    def _golden_design(self, case: Case) -> Design | None:
        golden = _golden(case.problem, case.spec, case.job.bench)
        if golden is None:
            return None
        free = replace(case.problem, top="", interface=None)
        design = ready(free, golden, case.job.bench, GatePolicy())
        return design if isinstance(design, Design) else None

    def _stub(self, stub: Stub, case: Case, limits: Limits | None = None) -> Finding | None:
        """A stub's finding; None where none can be made."""
        design = case.job.design
        key = (case.spec, ports_of((design.module, *design.parts)), stub)
        with self._lock:
            if key in self._stubs:
                return self._stubs[key]
        made = stub_of(stub, design, case.job.bench)
        if made is None:
            return None
        job = replace(case.job, design=made, outputs=stub.outputs)
        found = case.tried(job, limits or case.brief)
        with self._lock:
            self._stubs[key] = found
        return found


def _fallen(case: Case, job: Job) -> Finding | None:
    """What comes of it where it does not pass whatever registers power up as."""
    found = (_powered(case, power_up).tried(job) for power_up in POWER_UPS)
    return next((finding for finding in found if finding.outcome is not Outcome.PASS), None)


def _powered(case: Case, powerup: PowerUp) -> Case:
    if not isinstance(case.simulator, VerilatorSimulator):
        return case
    return replace(case, simulator=replace(case.simulator, powerup=powerup))


def _golden(problem: Problem, spec: TestbenchSpec, bench: Bench) -> Candidate | None:
    """The reference as a candidate for its own testbench."""
    if problem.reference:
        return Candidate(problem.reference, Provenance.REFERENCE)
    if bench.golden is None:
        return None
    renamed = tuple(_renamed(s, bench.golden.name, bench.design) for s in spec.reference)
    return Candidate(renamed, Provenance.REFERENCE)


def _renamed(source: Source, old: str, new: str) -> Source:
    return replace(source, text=re.sub(rf"\b{re.escape(old)}\b", new, source.text))
