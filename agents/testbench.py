"""From a specification to a testbench that is itself judged.

It has to accept a design that is right, and to reject that design's mutants; what it lets through
is shown to its author, who gets a round or more to mend it. The best testbench is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from gatewright.agents.budget import Budget, Purse
from gatewright.agents.library import Library
from gatewright.agents.listener import Listener
from gatewright.agents.oracle import HarnessFactory
from gatewright.agents.structure import read_structure
from gatewright.agents.testbench_author import BenchAuthor, BenchDraft, Style, as_problem
from gatewright.agents.testbench_findings import findings, is_strong, rank, result_of
from gatewright.agents.testbench_right import Right, right_design
from gatewright.agents.testbench_trials import for_trials
from gatewright.core import (
    ModelError,
    Problem,
    Source,
    StopReason,
    Usage,
)
from gatewright.models import Model, Sampling
from gatewright.sandbox.mutants import Bench, Measure, Strength


@dataclass(frozen=True, slots=True)
class BenchPolicy:
    """How a testbench is written.

    `rounds`: judged corrections of one that accepts the right design; `repairs`: tries at one that
    does not. `designs`: attempts of the model at the design, where no reference is given.
    """

    style: Style = Style.VERILOG
    rounds: int = 1
    repairs: int = 2
    designs: int = 3
    temperature: float = 0.0
    top_p: float | None = None
    max_tokens: int | None = None
    budget: Budget = field(default_factory=Budget)
    symbolic: bool = True


@dataclass(frozen=True, slots=True)
class Attempt:
    """A testbench and what it is worth; `kept`: the best so far when it was tried."""

    number: int
    source: Source
    strength: Strength
    kept: bool
    by_model: bool
    prompt_sha256: str = ""


@dataclass(frozen=True, slots=True)
class BenchRun:
    """How a testbench came about. `right` is the design it was judged with."""

    style: Style
    attempts: tuple[Attempt, ...]
    best: Attempt | None
    right: Right | None
    stop: StopReason
    usage: Usage
    notes: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        """The best accepts a design that may be trusted, and makes checks."""
        sound = self.best is not None and self.best.strength.sound
        return sound and self.right is not None and self.right.trusted


@dataclass(slots=True)
class _Run:
    problem: Problem
    policy: BenchPolicy
    harnesses: HarnessFactory
    measure: Measure
    listener: Listener
    purse: Purse
    right: Right | None = None
    author: BenchAuthor | None = None
    attempts: list[Attempt] = field(default_factory=list)
    best: Attempt | None = None
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        if text and text not in self.notes:
            self.notes.append(text)
            self.listener.note(text)

    def result(self, stop: StopReason) -> BenchRun:
        return BenchRun(
            self.policy.style,
            tuple(self.attempts),
            self.best,
            self.right,
            stop,
            self.purse.spent,
            tuple(self.notes),
        )

    def judge(self, source: Source, prompt_sha256: str = "") -> Attempt:
        """Run it on the right design and on wrong ones; keep it if it is the best so far."""
        if self.right is None:
            raise AssertionError("a testbench is judged with a design")
        self.listener.stage("judging the testbench")
        problem = as_problem(self.problem, source, self.right.design.sources)
        harness = for_trials(self.harnesses)(problem.harness)
        bench = Bench(problem, harness, self.right.design, self.right.interface.module)
        strength = self.measure.of(bench)
        kept = self.best is None or rank(strength) > rank(self.best.strength)
        made = Attempt(
            len(self.attempts) + 1, source, strength, kept, bool(prompt_sha256), prompt_sha256
        )
        self.attempts.append(made)
        if kept:
            self.best = made
        said = result_of(strength) if strength.sound else f"It refuses {self.right.name}."
        self.note(f"testbench {made.number}: {said}")
        return made

    def ask(self, write: Callable[[], BenchDraft]) -> BenchDraft | None:
        """A draft, paid for; None where the model failed or a budget is spent."""
        if self.purse.exhausted() is not None:
            return None
        try:
            draft = write()
        except ModelError as error:
            self.note(f"the model failed: {error}")
            return None
        self.purse.pay(draft.usage)
        if draft.source is None:
            self.note("the model's answer holds no testbench")
        return draft


def write_testbench(
    problem: Problem,
    *,
    model: Model | None,
    harnesses: HarnessFactory,
    measure: Measure,
    policy: BenchPolicy | None = None,
    listener: Listener | None = None,
    library: Library | None = None,
) -> BenchRun:
    """Write a testbench for the problem's design, judge it, have it mended; keep the best.

    `problem.reference`, where given, is the right design; the author never sees it, only its ports
    and, in a correction, the lines of it whose mutants pass. Else the design is what the symbolic
    reader makes of the specification, else what most of the model's own attempts agree on, which
    is not to be trusted. `model` None: only what the specification's structure gives. `library` is
    the repository that the design lives in: the author sees what the specification names of it, a
    reference is compiled with the files that it uses. Raises a GatewrightError where a tool fails;
    a failing model only ends the run.
    """
    policy, listener = policy or BenchPolicy(), listener or Listener()
    shown = library.brief(problem.spec, (), problem.top) if library else ""
    if library and problem.reference:
        problem = replace(problem, reference=library.whole(problem.reference))
    run = _Run(problem, policy, harnesses, measure, listener, Purse(policy.budget))
    structure = read_structure(problem)
    sampling = Sampling(policy.temperature, policy.top_p, policy.max_tokens)
    run.right = right_design(
        problem,
        structure.candidate if policy.symbolic else None,
        model,
        sampling,
        policy.designs,
        harnesses,
        run.purse,
        listener,
    )
    if run.right is None:
        run.note(structure.abstention)
        run.note("there is no design to judge a testbench with")
        return run.result(_without(model))
    run.note(run.right.note)
    top, interface = run.right.interface.module, run.right.interface
    run.problem = replace(problem, top=top, interface=interface, harness=None)
    derived = structure.testbench() if policy.symbolic else None
    if derived is not None and policy.style is Style.VERILOG:
        run.judge(derived.testbench[0])
        if run.best is not None and run.best.strength.sound:
            run.note(structure.reservation)
            return run.result(StopReason.PASSED)
    if model is None:
        run.note(structure.abstention or "without a model only Verilog testbenches are derived")
        return run.result(_without(model))
    run.author = BenchAuthor(run.problem, model, policy.style, sampling, repository=shown)
    return run.result(_written(run, run.author, run.right))


def _without(model: Model | None) -> StopReason:
    return StopReason.NO_CANDIDATE if model is None else StopReason.MODEL_FAILED


def _written(run: _Run, author: BenchAuthor, right: Right) -> StopReason:
    run.listener.stage("writing the testbench")
    latest = _judged(run, run.ask(author.first))
    rounds, repairs = run.policy.rounds, run.policy.repairs
    while True:
        basis = latest if latest is not None and not latest.strength.sound else run.best
        if basis is None:
            repairs -= 1
            if repairs < 0 or run.purse.exhausted() is not None:
                return run.purse.exhausted() or StopReason.NO_CANDIDATE
            latest = _judged(run, run.ask(author.first))
            continue
        if basis.strength.sound:
            if is_strong(basis.strength):
                return StopReason.PASSED
            rounds -= 1
        else:
            repairs -= 1
        if min(rounds, repairs) < 0:
            return StopReason.ROUNDS
        stop = run.purse.exhausted()
        if stop is not None:
            return stop
        told = findings(basis.strength, right.design.sources, right.name, right.trusted)
        run.listener.stage("correcting the testbench")
        draft = run.ask(partial(author.correct, basis.source, told))
        if draft is None:
            return run.purse.exhausted() or StopReason.MODEL_FAILED
        latest = _judged(run, draft)


def _judged(run: _Run, draft: BenchDraft | None) -> Attempt | None:
    if draft is None or draft.source is None:
        return None
    if any(each.source.text == draft.source.text for each in run.attempts):
        run.note("the model repeats itself")
        return None
    return run.judge(draft.source, draft.prompt_sha256)
