"""VerilogEval's rule set `hardened`: the corrected problem, and a verdict no design can write.

Where the simulation of even the golden design takes long, one of a wrong design ends after some
mismatches: it can no longer pass, and hundreds of thousands of samples more would say nothing
new. Its counts are then those of the part that was simulated, and the verdict says so; `errata`
counts to the end.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace

from gatewright.core import (
    Candidate,
    Diagnostic,
    FailureClass,
    Problem,
    Severity,
    TestbenchSpec,
    Verdict,
)
from gatewright.eval.suites.verilogeval_errata import corrected
from gatewright.eval.suites.verilogeval_flow import spec_of
from gatewright.eval.suites.verilogeval_golden import known_samples
from gatewright.eval.suites.verilogeval_rules import HARDENED
from gatewright.sandbox.harness.simulators import SimulatorChoice
from gatewright.sandbox.harness.testbench import TestbenchHarness
from gatewright.sandbox.isolation import Isolation

ENOUGH = 100
"""Mismatches after which the simulation of a slow problem ends."""

# How every published testbench counts a sample on which some output differs.
_COUNT = "stats1.errors++;"


@dataclass(frozen=True, slots=True)
class HardenedRules:
    """The testbench harness, given the corrected problem and its golden sample count.

    A count that is not on record is measured by the harness, once a problem. `slow` are the
    problems of which wrong designs are not simulated to the end.
    """

    inner: TestbenchHarness
    slow: Set[str] = frozenset()

    @classmethod
    def on(
        cls,
        isolation: Isolation,
        slow: Set[str] = frozenset(),
        simulator: SimulatorChoice = SimulatorChoice.ICARUS,
    ) -> HardenedRules:
        """The rule set under that isolation, on that simulator."""
        return cls(TestbenchHarness(isolation, rules=HARDENED, simulator=simulator), slow)

    @property
    def rules(self) -> str:
        """`hardened`."""
        return HARDENED

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        """The harness's verdict on the corrected problem."""
        fixed = self.as_checked(problem, candidate)
        samples = spec_of(fixed).samples
        verdict = self.inner.check(fixed, candidate)
        return _marked(verdict, samples) if problem.id in self.slow else verdict

    def as_checked(self, problem: Problem, candidate: Candidate) -> Problem:
        """The corrected problem, with the golden design's number of samples where it is known."""
        fixed = corrected(problem)
        spec = spec_of(fixed)
        samples = known_samples(spec)
        if problem.id in self.slow:
            spec = _ending_early(spec)
        return replace(fixed, harness=replace(spec, samples=samples))


def _ending_early(spec: TestbenchSpec) -> TestbenchSpec:
    """The testbench, ending at its ENOUGH-th mismatch; a design that passes never gets there."""
    counting = f"{_COUNT} if (stats1.errors >= {ENOUGH}) $finish;"
    edited = (replace(s, text=s.text.replace(_COUNT, counting)) for s in spec.testbench)
    return replace(spec, testbench=tuple(edited))


def _marked(verdict: Verdict, samples: int | None) -> Verdict:
    early = verdict.failure_class in (FailureClass.MISMATCH, FailureClass.INTERFACE)
    if not early or verdict.mismatches != ENOUGH or verdict.checks == samples:
        return verdict
    whole = f" of {samples}" if samples is not None else ""
    said = f"ended at mismatch {ENOUGH}, after {verdict.checks}{whole} samples"
    note = Diagnostic(Severity.NOTE, said, code="ended-early", tool=HARDENED)
    return replace(verdict, diagnostics=(*verdict.diagnostics, note))
