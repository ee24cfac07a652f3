"""Which rule sets may be scored on another simulator than Icarus Verilog."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from gatewright.core import UsageError
from gatewright.eval.suites import Suite
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.harness.simulators import SimulatorChoice

HARDENED = "hardened"


@runtime_checkable
class ChoosesSimulator(Protocol):
    """A suite whose hardened rule set can be scored on any simulator."""

    def hardened_on(self, simulator: SimulatorChoice) -> Harness:
        """The hardened rule set, on that simulator."""
        ...


def check_simulator(suite: Suite, rules: Sequence[str], simulator: SimulatorChoice) -> None:
    """Raises UsageError where one of the rule sets is defined by Icarus Verilog."""
    if simulator is SimulatorChoice.ICARUS:
        return
    if not isinstance(suite, ChoosesSimulator):
        raise UsageError(f"{suite.name} runs on Icarus Verilog", hint="leave --simulator out")
    fixed = [name for name in rules if name != HARDENED]
    if fixed:
        raise UsageError(
            f"the rule set {fixed[0]!r} of {suite.name} is defined by Icarus Verilog",
            hint=f"on another simulator: --rules {HARDENED}",
        )


def harness_on(suite: Suite, rules: str, simulator: SimulatorChoice) -> Harness:
    """The check of a rule set on a simulator. Raises UsageError; see `check_simulator`."""
    check_simulator(suite, (rules,), simulator)
    if simulator is SimulatorChoice.ICARUS or not isinstance(suite, ChoosesSimulator):
        return suite.harness(rules)
    return suite.hardened_on(simulator)
