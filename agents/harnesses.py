"""Which harness carries out which kind of check."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from gatewright.core import Candidate, CocotbSpec, HarnessSpec, Problem, ReferenceSpec, Verdict
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.isolation import Isolation, scratch


class Recording(Harness, Protocol):
    """A harness that can keep a waveform, and then also shows the cycles before a mismatch."""

    def check(
        self, problem: Problem, candidate: Candidate, *, waveform: Path | None = None
    ) -> Verdict:
        """As `Harness.check`; `waveform` is where to keep a failing simulation's VCD."""
        ...


@dataclass(frozen=True, slots=True)
class Windowed:
    """Asks a harness for the window before the first mismatch; the waveform itself goes."""

    harness: Recording

    @property
    def rules(self) -> str:
        """The name of the rule set."""
        return self.harness.rules

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        """The harness's verdict with the window where there is a mismatch."""
        with scratch("window") as folder:
            verdict = self.harness.check(problem, candidate, waveform=folder / "wave.vcd")
        return replace(verdict, waveform=None)


@dataclass(frozen=True, slots=True)
class Harnesses:
    """Makes harnesses for the loop that run their tools under one isolation."""

    isolation: Isolation

    def __call__(self, spec: HarnessSpec | None) -> Harness:
        """The harness for a kind of specification; the static check for None."""
        if spec is None:
            from gatewright.agents.static_check import StaticHarness

            return StaticHarness(self.isolation)
        if isinstance(spec, ReferenceSpec):
            from gatewright.sandbox.harness.reference import ReferenceHarness

            return Windowed(ReferenceHarness(self.isolation))
        if isinstance(spec, CocotbSpec):
            from gatewright.sandbox.harness.cocotb import CocotbHarness

            return CocotbHarness(self.isolation)
        from gatewright.sandbox.harness.testbench import TestbenchHarness

        return Windowed(TestbenchHarness(self.isolation))
