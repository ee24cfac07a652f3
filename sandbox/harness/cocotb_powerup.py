"""What two values may hide of a design that passes cocotb tests, and a look at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gatewright.core import (
    CocotbSpec,
    Diagnostic,
    FailureClass,
    Outcome,
    Severity,
    Source,
    Verdict,
)
from gatewright.sandbox.harness import testbench_design
from gatewright.sandbox.harness.cocotb_design import TOOL, Design
from gatewright.sandbox.harness.cocotb_judge import timed
from gatewright.sandbox.harness.cocotb_run import Run
from gatewright.sandbox.harness.conversion import contested
from gatewright.sandbox.harness.verilator_notes import several_drivers
from gatewright.sandbox.harness.verilator_run import POWER_UPS
from gatewright.sandbox.isolation import Isolation


def doubted(
    passed: Verdict, run: Run, design: Design, may: frozenset[str], golden: Design | None
) -> Verdict:
    """A pass with registers that power up as 0: does it hold with others, and with one driver?

    Where the golden design does not stand other values either, the tests look at what nobody has
    set yet. The programs are built already.
    """
    nets = _contested(design, run.isolation, run.spec)
    if nets:
        return _several_drivers(passed, nets)
    fallen, cpu = _fall(run, design, may)
    told = timed(passed, *cpu)
    if fallen is None:
        return told
    if golden is not None:
        of_golden, cpu = _fall(replace(run, waveform=None), golden, may)
        told = timed(told, *cpu)
        if of_golden is not None:
            return told
    said = "it passes where registers power up as 0, and fails where they hold other values"
    note = Diagnostic(Severity.ERROR, said, code="power-up", tool=TOOL)
    return replace(
        fallen,
        outcome=Outcome.FAIL,
        failure_class=FailureClass.MISMATCH,
        diagnostics=(*told.diagnostics, *fallen.diagnostics, note),
        tools=told.tools,
        rules=told.rules,
        cpu_s=told.cpu_s,
        wall_s=told.wall_s,
    )


def _fall(
    run: Run, design: Design, may: frozenset[str]
) -> tuple[Verdict | None, Sequence[Verdict]]:
    """The first run that does not pass, None where all do; and all runs there were."""
    runs: list[Verdict] = []
    for power_up in POWER_UPS:
        verdict, _ = replace(run, arguments=power_up.arguments).judged(design, may)
        runs.append(verdict)
        if verdict.outcome is Outcome.FAIL:
            return verdict, runs
    return None, runs


def _contested(design: Design, isolation: Isolation, spec: CocotbSpec) -> tuple[str, ...]:
    plain = testbench_design.Design(design.layout, design.module)
    data: tuple[Source, ...] = spec.data
    return contested(plain, isolation, data)


def _several_drivers(passed: Verdict, nets: Sequence[str]) -> Verdict:
    return replace(
        passed,
        outcome=Outcome.INCONCLUSIVE,
        failure_class=FailureClass.NO_CHECKS,
        diagnostics=(*passed.diagnostics, several_drivers(nets)),
    )
