"""Shows a counterexample in simulation: the same inputs, step by step, to both designs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from gatewright.core import Candidate, FailureClass, Problem, ReferenceSpec, TestbenchSpec, Verdict
from gatewright.sandbox.formal.miter import EDGE
from gatewright.sandbox.formal.question import Found, Steps
from gatewright.sandbox.harness import reference_bench
from gatewright.sandbox.harness.reference import Reference
from gatewright.sandbox.harness.testbench import TestbenchHarness

_MOST_STEPS = 4096


def replay(
    bench: TestbenchHarness,
    problem: Problem,
    spec: ReferenceSpec,
    candidate: Candidate,
    reference: Reference,
    found: Found,
    waveform: Path | None,
) -> Verdict | None:
    """The simulation's verdict on the counterexample; None where it shows no difference."""
    if not 0 < len(found.stimulus) <= _MOST_STEPS:
        return None
    script = tuple(_script(found))
    shown = _bench(reference, problem, spec, candidate, script)
    task = replace(problem, harness=shown, interface=reference.interface)
    verdict = bench.check(task, candidate, waveform=waveform)
    return verdict if verdict.failure_class is FailureClass.MISMATCH else None


def one_step(
    reference: Reference, problem: Problem, spec: ReferenceSpec, candidate: Candidate
) -> TestbenchSpec:
    """The shortest simulation: whether a design is fit for one."""
    return _bench(reference, problem, spec, candidate, ("    #1 gw_check;",))


def _bench(
    reference: Reference,
    problem: Problem,
    spec: ReferenceSpec,
    candidate: Candidate,
    script: Sequence[str],
) -> TestbenchSpec:
    plan = reference.plan(problem, spec, candidate, 1)
    return TestbenchSpec(
        testbench=(reference_bench.testbench(plan, script),),
        reference=(reference.renamed,),
        top=reference_bench.TOP,
        samples=sum("gw_check" in line for line in script),
    )


def _script(found: Found) -> Iterator[str]:
    """Statements: in the model by cycles the clock pulses after each step's inputs have settled.

    In the other model clocks are inputs, and registers take what stood before their edge.
    """
    clocks = dict(found.clocks)
    resting = [f"{name} = {1 - level};" for name, level in clocks.items()]
    pulse = [f"{name} = {level};" for name, level in clocks.items()]
    first = {name: value for name, value in found.stimulus[0].items() if name != EDGE}
    # Processes wait for a change, registers with asynchronous resets for an edge: make one.
    flipped = [f"{name} = ~{_literal(first[name])};" for name in first if name not in clocks]
    yield f"    {' '.join((*resting, *flipped))} #1;"
    for values in found.stimulus:
        step = {name: value for name, value in values.items() if name != EDGE}
        moved = [f"{name} = {value};" for name, value in step.items() if name in clocks]
        data = [f"{name} = {_literal(v)};" for name, v in step.items() if name not in clocks]
        if found.steps is Steps.CYCLE:
            yield f"    {' '.join((*resting, *data))} #1 gw_check; #1;"
            if values.get(EDGE, 1):
                yield f"    {' '.join(pulse)} #1;"
        else:
            yield f"    {' '.join(moved)} #1 {' '.join(data)} #1 gw_check; #1;"


def _literal(value: int) -> str:
    return f"{max(1, value.bit_length())}'h{value:x}"
