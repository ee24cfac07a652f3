"""The oracle `generated`: a testbench that a model wrote, chosen by cross-checking.

The model writes several designs and several testbenches, independently of each other; the matrix of
who passes whom decides which testbench is believed. The designs are the loop's first attempts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gatewright.agents.budget import Purse
from gatewright.agents.coder import Coder, Draft
from gatewright.agents.crosscheck import Cell, Decision, Matrix, decide
from gatewright.agents.journal import Entry
from gatewright.agents.listener import Listener
from gatewright.agents.oracle import HarnessFactory
from gatewright.agents.testbench_author import BenchAuthor, Style, as_problem, spec_of
from gatewright.agents.testbench_findings import rank
from gatewright.agents.testbench_right import SPREAD, clean_attempts
from gatewright.agents.testbench_trials import for_trials
from gatewright.core import (
    Candidate,
    GatewrightError,
    HarnessSpec,
    ModelError,
    Outcome,
    Problem,
    Source,
    Usage,
)
from gatewright.sandbox.mutants import Bench, Measure

_MUTANTS = 15


@dataclass(slots=True)
class CrossCheck:
    """Designs, testbenches, and what was decided about them. `chosen` is a testbench's number."""

    problem: Problem
    harnesses: HarnessFactory
    entries: Sequence[Entry]
    benches: Sequence[Source]
    matrix: Matrix
    decision: Decision | None = None
    chosen: int | None = None

    @property
    def spec(self) -> HarnessSpec | None:
        """The testbench that is believed; None where none is."""
        return None if self.chosen is None else spec_of(self.benches[self.chosen])

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """The designs as attempts that are paid for, those that are believed first."""
        believed = self.decision.designs if self.decision else ()
        order = sorted(range(len(self.entries)), key=lambda n: n not in believed)
        drafts = (self.entries[number].draft for number in order)
        return tuple(replace(d, candidate=replace(d.candidate, usage=Usage())) for d in drafts)

    @property
    def note(self) -> str:
        """What came out, in one sentence."""
        size = f"{len(self.entries)} designs and {len(self.benches)} testbenches"
        if self.decision is None:
            return f"no testbench was generated that can be believed ({size} were written)"
        agree = f"{len(self.decision.designs)} designs pass {len(self.decision.benches)} of them"
        return f"a testbench was generated: of {size}, {agree}"


def cell(problem: Problem, harnesses: HarnessFactory, bench: Source, candidate: Candidate) -> Cell:
    """What a testbench makes of a design; None where it cannot be run, or checks nothing."""
    task = as_problem(problem, bench, ())
    try:
        verdict = for_trials(harnesses)(task.harness).check(task, candidate)
    except GatewrightError:
        return None
    if verdict.outcome is Outcome.INCONCLUSIVE:
        return None
    return verdict.passed


def cross_check(
    problem: Problem,
    coder: Coder,
    size: int,
    harnesses: HarnessFactory,
    purse: Purse,
    listener: Listener,
) -> CrossCheck:
    """Have `size` designs and `size` testbenches written, and decide. A failed call is one less."""
    bare = replace(problem, harness=None, reference=())
    entries = clean_attempts(bare, coder, size, harnesses, purse, listener)
    known = _with_ports(bare, entries)
    author = BenchAuthor(known, coder.model, Style.VERILOG, coder.sampling)
    benches = _benches(author, size, purse, listener)
    listener.stage("cross-checking designs and testbenches")
    rows = tuple(
        tuple(cell(known, harnesses, bench, entry.candidate) for bench in benches)
        for entry in entries
    )
    found = CrossCheck(known, harnesses, entries, benches, Matrix(rows))
    found.decision = decide(found.matrix)
    if found.decision is not None:
        found.chosen = _strongest(found, found.decision)
    return found


def _with_ports(problem: Problem, entries: Sequence[Entry]) -> Problem:
    """The problem with the ports that the designs have, where it does not say them itself."""
    from gatewright.sandbox.tools.slang import parse_interfaces

    if problem.interface is not None or not entries:
        return problem
    found = parse_interfaces(entries[0].candidate.sources)
    ports = next((each for each in found if each.module == problem.top), None)
    return replace(problem, interface=ports)


def _benches(author: BenchAuthor, size: int, purse: Purse, listener: Listener) -> list[Source]:
    benches: list[Source] = []
    for number in range(size):
        if purse.exhausted() is not None:
            break
        listener.stage(f"writing a testbench ({number + 1} of {size})")
        spread = number > 0 and author.sampling.temperature == 0
        try:
            draft = author.first(SPREAD if spread else None)
        except ModelError as error:
            listener.note(f"the model failed: {error}")
            continue
        purse.pay(draft.usage)
        if draft.source is not None and draft.source not in benches:
            benches.append(draft.source)
    return benches


def _strongest(found: CrossCheck, decision: Decision) -> int:
    """Of the testbenches believed, the one that rejects most mutants of a design believed."""
    if len(decision.benches) == 1:
        return decision.benches[0]
    right = found.entries[decision.designs[0]].candidate
    measure, harnesses = Measure(most=_MUTANTS), for_trials(found.harnesses)

    def worth(number: int) -> tuple[bool, int, float, float, int]:
        task = as_problem(found.problem, found.benches[number], right.sources)
        bench = Bench(task, harnesses(task.harness), right, found.problem.top)
        return rank(measure.of(bench))

    return max(decision.benches, key=worth)
