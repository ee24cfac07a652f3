"""VerilogEval's rule set `hardened`: the corrected problem, and a verdict no design can write."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gatewright.core import Candidate, Problem, Verdict
from gatewright.eval.suites.verilogeval_errata import corrected
from gatewright.eval.suites.verilogeval_flow import spec_of
from gatewright.eval.suites.verilogeval_golden import known_samples
from gatewright.eval.suites.verilogeval_rules import HARDENED
from gatewright.sandbox.harness.testbench import TestbenchHarness
from gatewright.sandbox.isolation import Isolation


@dataclass(frozen=True, slots=True)
class HardenedRules:
    """The testbench harness, given the corrected problem and its golden sample count.

    A count that is not on record is measured by the harness, once a problem.
    """

    inner: TestbenchHarness

    @classmethod
    def on(cls, isolation: Isolation) -> HardenedRules:
        """The rule set under that isolation."""
        return cls(TestbenchHarness(isolation, rules=HARDENED))

    @property
    def rules(self) -> str:
        """`hardened`."""
        return HARDENED

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        """The harness's verdict on the corrected problem."""
        fixed = corrected(problem)
        spec = spec_of(fixed)
        counted = replace(spec, samples=known_samples(spec))
        return self.inner.check(replace(fixed, harness=counted), candidate)
