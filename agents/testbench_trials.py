"""Checks for many tries of wrong designs: no waveforms, and none may run for long."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gatewright.agents.beside import BesideLibrary
from gatewright.agents.harnesses import Harnesses
from gatewright.agents.oracle import HarnessFactory
from gatewright.agents.windows import without_window
from gatewright.core import HarnessSpec, TestbenchSpec
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.isolation import Isolation

# Some mutants never end; a testbench of a model's is done in a fraction of this.
TRIAL_S = 5.0


@dataclass(frozen=True, slots=True)
class Trials:
    """Makes harnesses whose simulations end after `cpu_s` CPU seconds."""

    isolation: Isolation
    cpu_s: float = TRIAL_S

    def __call__(self, spec: HarnessSpec | None) -> Harness:
        """The harness for a kind of specification."""
        if isinstance(spec, TestbenchSpec):
            from gatewright.sandbox.harness.testbench import SIMULATION, TestbenchHarness

            return TestbenchHarness(self.isolation, limits=replace(SIMULATION, cpu_s=self.cpu_s))
        return without_window(Harnesses(self.isolation)(spec))


def for_trials(harnesses: HarnessFactory) -> HarnessFactory:
    """The same checks, fit for many tries; a factory of another kind is left as it is."""
    if isinstance(harnesses, BesideLibrary):
        return replace(harnesses, harnesses=for_trials(harnesses.harnesses))
    return Trials(harnesses.isolation) if isinstance(harnesses, Harnesses) else harnesses
